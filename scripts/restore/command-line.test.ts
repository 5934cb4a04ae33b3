import { describe, expect, test } from 'vitest';
import { parseCommandLine, UsageError } from './command-line.ts';

const parse = (line: string) => parseCommandLine(line.split(' ').filter(Boolean), {});

test('a day is all that is needed', () => {
  expect(parse('--date 2027-03-01')).toEqual({
    day: '2027-03-01',
    from: 'auto',
    into: undefined,
    force: false,
    wish: {},
    home: '.valerix',
  });
});

test('databases, a place and a pair can be named', () => {
  const into = 'orders=postgresql://o:p%2C,q@h/orders?a=b,inventory=postgres://i@h/inventory';
  const ids = ['20270301T010000Z-0a1b2c', '20270301T010001Z-0a1b2d'];
  expect(
    parse(`--date 2027-03-01 --from primary --into ${into} --snapshot ${ids[0]} --snapshot ${ids[1]}`),
  ).toMatchObject({
    from: 'primary',
    into: { orders: 'postgresql://o:p%2C,q@h/orders?a=b', inventory: 'postgres://i@h/inventory' },
    wish: { ids },
  });
  expect(parse('--date 2027-03-01 --at 2027-03-01T12:00:00Z')?.wish).toEqual({ at: new Date('2027-03-01T12:00:00Z') });
});

test('help asks for nothing else', () => expect(parse('--help')).toBeUndefined());

describe('a wrong use says what is wrong', () => {
  test.each([
    ['', 'Say which backup'],
    ['--date yesterday', "not 'yesterday'"],
    ['--date 2027-02-30', "not '2027-02-30'"],
    ['--date 2027-03-01 --from moon', "not 'moon'"],
    ['--date 2027-03-01 --into orders=postgresql://a/b', 'needs both databases'],
    ['--date 2027-03-01 --into stock=postgresql://a/b', 'orders=URL,inventory=URL'],
    ['--date 2027-03-01 --into orders=here,inventory=postgresql://a/b', '--into orders= needs a URL'],
    ['--date 2027-03-01 --into orders=postgresql://a/b,inventory=postgresql://a/b', 'one database twice'],
    ['--date 2027-03-01 --into orders=postgresql://a/b,orders=postgresql://a/c', 'orders twice'],
    ['--date 2027-03-01 --at noon', "not 'noon'"],
    ['--date 2027-03-01 --snapshot x', "not 'x'"],
    ['--date 2027-03-01 --snapshot 20270301T010000Z-0a1b2c', 'given twice'],
    ['--date 2027-03-01 --fast', 'fast'],
  ])('%s', (line, says) => {
    expect(() => parse(line)).toThrow(UsageError);
    expect(() => parse(line)).toThrow(says);
  });

  test('and repeats no URL, which holds a password', () => {
    expect(() => parse('--date 2027-03-01 --into orders=mysql://u:secret@h/x,inventory=postgres://u@h/y')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });
});
