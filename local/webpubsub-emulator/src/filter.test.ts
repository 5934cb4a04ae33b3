import { odata } from '@azure/web-pubsub';
import { describe, expect, it } from 'vitest';
import { compileFilter, type FilterSubject } from './filter.ts';

const subject: FilterSubject = {
  id: 'c1',
  userId: 'User-ab-de',
  groups: new Set(['g1', "it's"]),
  protocol: 'json.webpubsub.azure.v1',
};
const anonymous: FilterSubject = { id: 'c2', userId: undefined, groups: new Set(), protocol: undefined };

describe('a filter', () => {
  it.each([
    '',
    'true',
    "userId eq 'User-ab-de'",
    "USERID ne 'x'",
    "connectionId in ('x', 'c1')",
    "'g1' in groups",
    "'it''s' in (groups)",
    "not ('g2' in groups)",
    "not endswith(userId, 'x')",
    'length(userId) gt 9 and length(userId) le 10',
    'length(groups) eq 2',
    "tolower(userId) eq 'user-ab-de'",
    "toupper(userId) eq 'USER-AB-DE'",
    "trim(concat(' ', userId)) eq userId",
    "substring(userId, 5) eq 'ab-de'",
    "substring(userId, 5, 2) eq 'ab'",
    "startswith(userId, 'User') and endswith(userId, 'de') and contains(userId, '-ab-')",
    "indexof(userId, '-ab-') ge 0",
    "indexof(userId, 'x') eq -1",
    "false or userId eq 'x' or (protocol ne null and true)",
    "userId eq 'x' and false or true",
    odata`userId eq ${'User-ab-de'} and ${"it's"} in groups`,
  ])('matches with %s', (filter) => {
    expect(compileFilter(filter)(subject)).toBe(true);
  });

  it.each([
    'false',
    "userId eq 'user-ab-de'",
    'userId eq null',
    "'G1' in groups",
    "true and (userId eq 'x' or false)",
    'length(userId) gt 10',
    "startswith(userId, 'user')",
    'true eq false',
    "length(userId) eq '10'",
  ])('does not match with %s', (filter) => {
    expect(compileFilter(filter)(subject)).toBe(false);
  });

  it.each([
    'userId eq null',
    'protocol eq null',
    'length(groups) eq 0',
    "tolower(userId) eq null and concat(userId, 'x') eq null and substring(userId, 1) eq null",
    "indexof(userId, 'x') eq -1",
    "not startswith(userId, 'x')",
    'not (length(userId) gt 0) and not (length(userId) le 0)',
  ])('takes a user that is not known for null: %s', (filter) => {
    expect(compileFilter(filter)(anonymous)).toBe(true);
  });

  it.each([
    ['userId', 'expected something true or false at position 1'],
    ['userId eq', 'expected a value at position 10, found the end'],
    ["userId eq 'x' 'y'", "expected the end at position 15, found 'y'"],
    ["(userId eq 'x'", "expected ')' at position 15, found the end"],
    ['bogus', 'expected userId, connectionId, groups or protocol at position 1'],
    ['bogus(userId)', 'expected the name of a function at position 1'],
    ['constructor(userId)', 'expected the name of a function at position 1'],
    ["userId gt 'x'", 'expected two numbers at position 8'],
    ['not length(userId) gt 5', 'expected something true or false at position 5'],
    ["groups eq 'x'", "expected a value and not 'groups' at position 1"],
    ['length(5) eq 1', "expected one text, or groups as what 'length' is given"],
    ["startswith(userId) eq 'x'", "expected two texts as what 'startswith' is given"],
    ['5', 'expected something true or false'],
    ['userId and true', 'expected something true or false at position 1'],
    ["userId eq 'x", 'cannot be read at position 11'],
    ['userId = 5', "cannot be read at position 8: '= 5'"],
    [`${'('.repeat(101)}true${')'.repeat(101)}`, 'nested deeper than 100 levels'],
    [`true${' or true'.repeat(3000)}`, 'longer than 16384 characters'],
  ])('names what is wrong with %s', (filter, reason) => {
    expect(() => compileFilter(filter)).toThrow(reason);
  });
});
