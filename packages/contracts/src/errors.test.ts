import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCatalogue } from './errors.ts';

test('every error is documented with its status, and no other', () => {
  const document = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const rows = [...document.matchAll(/^\| (`[^|]+`) +\| (\d{3}) /gm)];
  const documented = rows.flatMap(([, codes = '', status]) =>
    [...codes.matchAll(/`(\w+)`/g)].map(([, code]) => `${code} ${status}`),
  );
  const known = Object.entries(errorCatalogue).map(([code, { status }]) => `${code} ${status}`);
  expect(documented.sort()).toEqual(known.sort());
});
