import { describe, expect, it } from 'vitest';
import { compileCorrelationFilter } from './filter-correlation.ts';
import { compileSqlFilter } from './filter-sql.ts';
import { compileSqlAction } from './filter-sql-action.ts';
import { tokenize } from './filter-sql-lexer.ts';
import type { PropertyView } from './message.ts';

const message: PropertyView = {
  system: { subject: 'reserved', messageId: 'm-1', correlationId: 'c-1', to: 'warehouse' },
  application: {
    quantity: 5,
    price: 1.5,
    region: 'eu',
    urgent: true,
    "it's": 'quoted',
    'two words': 2,
    due: new Date(1000),
    file: 'a_b%c',
  },
};

const matches = (sql: string): boolean => compileSqlFilter(sql)(message);

describe('a SQL filter', () => {
  it.each([
    'quantity = 5',
    'quantity <> 4',
    'quantity != 4',
    'quantity >= 5 AND quantity <= 5',
    'quantity < 6 and not quantity < 5',
    "region = 'eu' OR missing = 1",
    "sys.Label = 'reserved'",
    "SYS.subject = 'reserved' AND sys.MessageId = 'm-1'",
    "user.region = 'eu'",
    "REGION = 'eu'",
    'urgent',
    'urgent = TRUE',
    "region IN ('us', 'eu')",
    "region NOT IN ('us')",
    "region LIKE 'e_'",
    "region LIKE '%'",
    "region NOT LIKE 'u%'",
    "file LIKE 'a!_b!%c' ESCAPE '!'",
    'missing IS NULL',
    'quantity IS NOT NULL',
    'EXISTS(quantity)',
    'NOT EXISTS(missing)',
    'quantity + 1 = 6',
    'quantity * 2 - 1 = 9',
    'quantity % 2 = 1',
    '-quantity = -5',
    '(quantity + 1) / 2 = 3',
    'price > 1.4e0',
    '[two words] = 2',
    '"two words" = 2',
    "[it's] = 'quoted'",
    "property('quantity') = 5",
    "p('quantity') = 5",
    "'it''s' = 'it''s'",
    'newid() <> newid()',
    '1=1',
  ])('lets a message through that satisfies %s', (sql) => {
    expect(matches(sql)).toBe(true);
  });

  it.each([
    'quantity = 6',
    "quantity = '5'",
    "NOT (sys.Label = 'reserved')",
    'missing = 1',
    'NOT missing = 1',
    'missing <> 1',
    "missing LIKE '%'",
    "missing NOT IN ('a')",
    'missing + 1 = 1',
    'quantity / 0 = 0',
    'region > 5',
    "sys.ReplyTo = 'x'",
    "region LIKE 'E_'",
    "file LIKE 'a!_bxc' ESCAPE '!'",
    '1=0',
  ])('stops a message that does not satisfy %s', (sql) => {
    expect(matches(sql)).toBe(false);
  });

  it.each([
    ['quantity =', 'expected a value or a property at position 11, found the end'],
    ['quantity = 5 5', "expected the end at position 14, found '5'"],
    ['(quantity = 5', "expected ')' at position 14, found the end"],
    ["region LIKE 'a", "cannot be read at position 13: ''a'"],
    ['quantity NOT 5', "expected 'IN' or 'LIKE'"],
    ['sys.Size = 5', "'sys.Size' is not a system property"],
    ['count(x) = 1', 'expected newid(), property() or p()'],
    ['quantity ? 5', "cannot be read at position 10: '? 5'"],
  ])('names what is wrong with %s', (sql, reason) => {
    expect(() => compileSqlFilter(sql)).toThrow(reason);
  });

  it('does not take a quoted name for a keyword', () => {
    expect(tokenize('[and] AND "or"').map((token) => token.kind)).toEqual(['name', 'keyword', 'name', 'end']);
  });
});

describe('a SQL action', () => {
  it('sets and removes application and system properties', () => {
    const act = compileSqlAction(
      "SET sys.To = 'elsewhere'; SET total = quantity * price; REMOVE [two words]; REMOVE sys.Label;",
    );
    expect(act(message)).toEqual({
      system: { to: 'elsewhere', subject: undefined },
      application: { total: 7.5, 'two words': undefined },
    });
  });

  it('sees what an earlier statement set', () => {
    expect(compileSqlAction('SET a = 1; SET b = a + 1')(message).application).toEqual({ a: 1, b: 2 });
  });

  it.each([
    ['', 'at least one SET or REMOVE'],
    ['quantity = 5', 'every statement begins with SET or REMOVE'],
    ['SET quantity', "expected '='"],
    ['SET a = 1 SET b = 2', 'expected the end'],
  ])('is refused when it is %j', (sql, reason) => {
    expect(() => compileSqlAction(sql)).toThrow(reason);
  });
});

describe('a correlation filter', () => {
  it('matches when every property that is set is equal', () => {
    const filter = (system: object, application: object): boolean =>
      compileCorrelationFilter({ system, application: { ...application } })(message);
    expect(filter({ subject: 'reserved' }, { region: 'eu', quantity: 5 })).toBe(true);
    expect(filter({}, { due: new Date(1000) })).toBe(true);
    expect(filter({ subject: 'Reserved' }, {})).toBe(false);
    expect(filter({ subject: 'reserved' }, { region: 'us' })).toBe(false);
    expect(filter({}, { missing: 'x' })).toBe(false);
  });
});
