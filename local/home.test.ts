import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claimHome, homeAt, openSecrets, wipeHome } from './home.ts';
import { temporaryDirectory } from './temporary-directory.ts';

test('secrets are made at random once per data directory and kept', async () => {
  const [one, other] = [await freshHome(), await freshHome()];
  const secrets = await openSecrets(one);
  expect(await openSecrets(one)).toEqual(secrets);
  expect(new Set([...Object.values(secrets), ...Object.values(await openSecrets(other))]).size).toBe(12);
});

test('a data directory of before there was a Web PubSub keeps its secrets and gets a key for it', async () => {
  const home = await freshHome();
  const { webPubSubKey, ...older } = await openSecrets(home);
  writeFileSync(home.secrets, JSON.stringify(older));
  const secrets = await openSecrets(home);
  expect(secrets).toMatchObject(older);
  expect(secrets.webPubSubKey).not.toBe(webPubSubKey);
  expect(await openSecrets(home)).toEqual(secrets);
});

test('only the owner can read secrets and function keys', async () => {
  const home = await freshHome();
  await openSecrets(home);
  expect(statSync(home.secrets).mode & 0o777).toBe(0o600);
  expect(statSync(home.functionKeys).mode & 0o777).toBe(0o600);
});

test('the function hosts get the operator key and no database password', async () => {
  const home = await freshHome();
  const { operatorKey, masterKey } = await openSecrets(home);
  expect(JSON.parse(readFileSync(home.functionKeys, 'utf8'))).toEqual({
    masterKey,
    functionKeys: { operator: operatorKey },
  });
});

test('damaged secrets are a clear message and are left as they are', async () => {
  const home = await freshHome();
  writeFileSync(home.secrets, '{"operatorKey":');
  await expect(openSecrets(home)).rejects.toThrow(/cannot be read as the secrets of this data directory.*--fresh/);
  expect(readFileSync(home.secrets, 'utf8')).toBe('{"operatorKey":');
});

test('a directory that holds something else is refused and left alone', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'thesis.txt'), 'mine');
  await expect(claimHome(homeAt(directory))).rejects.toThrow(/holds files that are not ours/);
  await expect(wipeHome(homeAt(directory))).rejects.toThrow(/nothing was deleted/);
  expect(readFileSync(join(directory, 'thesis.txt'), 'utf8')).toBe('mine');
});

test('an empty directory and one of an earlier run are both taken', async () => {
  const home = homeAt(temporaryDirectory());
  await claimHome(home);
  await openSecrets(home);
  await claimHome(home);
  expect(existsSync(home.logs)).toBe(true);
});

test('wiping removes the state, and the lock stays', async () => {
  const home = await freshHome();
  await openSecrets(home);
  mkdirSync(home.postgres);
  writeFileSync(home.lock, 'held');
  await wipeHome(home);
  expect([home.postgres, home.secrets, home.functionKeys].some((path) => existsSync(path))).toBe(false);
  expect(existsSync(home.lock)).toBe(true);
  await claimHome(home);
});

async function freshHome() {
  const home = homeAt(temporaryDirectory());
  await claimHome(home);
  return home;
}
