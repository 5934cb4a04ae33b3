import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findBicep } from './find-bicep.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'valerix-bicep-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A program that says it is a compiler of that version. */
function compiler(version: string): () => string {
  const file = join(folder, `bicep-${version}`);
  writeFileSync(file, `#!/bin/sh\necho "Bicep CLI version ${version} (abc)"\necho "$2" >&2\n`);
  chmodSync(file, 0o755);
  return () => file;
}

test('the first compiler that is there is taken, and later places are not asked', () => {
  const later = vi.fn(() => undefined);
  const bicep = findBicep([
    { from: 'nowhere', command: () => join(folder, 'missing') },
    { from: 'here', command: compiler('0.49.2') },
    { from: 'later', command: later },
  ]);
  expect(bicep).toMatchObject({ version: '0.49.2', from: 'here' });
  expect(later).not.toHaveBeenCalled();
});

test('a compiler that is too old is named and passed over', () => {
  const complain = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const bicep = findBicep([
    { from: 'the PATH', command: compiler('0.30.23') },
    { from: 'NuGet', command: compiler('0.45.15') },
  ]);
  expect(bicep?.from).toBe('NuGet');
  expect(complain).toHaveBeenCalledWith('Bicep 0.30.23 from the PATH is too old: 0.41 or later is needed.');
  complain.mockRestore();
});

test('where there is none, there is none', () => {
  expect(findBicep([{ from: 'NuGet', command: () => undefined }])).toBeUndefined();
});

test('what a compiler complains about is handed on', () => {
  const bicep = findBicep([{ from: 'here', command: compiler('1.0.1') }]);
  expect(bicep?.run(['build', 'Warning BCP318'])).toMatchObject({ succeeded: true, complaints: 'Warning BCP318' });
});
