import { expect, test } from 'vitest';
import { parseOptions } from './options.ts';
import { StartRefused } from './start-refused.ts';

const read = (args: string[], env: NodeJS.ProcessEnv = {}) => parseOptions(args, env, '/repository');

test('without arguments the data lives in .valerix and the default ports are used', () => {
  expect(read([])).toMatchObject({
    home: '/repository/.valerix',
    portBase: undefined,
    fresh: false,
    emulatorsOnly: false,
  });
});

test('--home wins over VALERIX_HOME, and both are read from where the person is', () => {
  expect(read([], { VALERIX_HOME: 'elsewhere' })?.home).toBe('/repository/elsewhere');
  expect(read(['--home', '../here'], { VALERIX_HOME: 'elsewhere' })?.home).toBe('/here');
});

test('an empty variable counts as not set', () => {
  expect(read([], { VALERIX_HOME: '', VALERIX_POSTGRES_URL: '', VALERIX_FUNC: '' })).toMatchObject({
    home: '/repository/.valerix',
    replaced: { postgresUrl: undefined, func: undefined },
  });
});

test('every fault is named in one message', () => {
  const faults = { VALERIX_POSTGRES_URL: 'mysql://localhost', VALERIX_SERVICEBUS_CONNECTION: 'localhost' };
  Object.assign(faults, { VALERIX_WEBPUBSUB_CONNECTION: 'localhost' });
  const refusal = refusalOf(() => read(['--port-base', '80'], faults));
  expect(refusal).toContain('--port-base needs a whole number from 1024');
  expect(refusal).toContain('VALERIX_POSTGRES_URL must look like');
  expect(refusal).toContain('VALERIX_SERVICEBUS_CONNECTION must be a connection string');
  expect(refusal).toContain('VALERIX_WEBPUBSUB_CONNECTION must look like');
});

test('a port base that leaves no room for all ports is refused', () => {
  expect(refusalOf(() => read(['--port-base', '65530']))).toContain('--port-base');
  expect(refusalOf(() => read(['--port-base', '20000.5']))).toContain('--port-base');
  expect(refusalOf(() => read(['--port-base', 'many']))).toContain('--port-base');
  expect(read(['--port-base', '20000'])?.portBase).toBe(20_000);
});

test('parts can be left out by name', () => {
  expect(read(['--without', 'grpc', '--without', 'order'])?.without).toEqual(new Set(['grpc', 'order']));
  expect(refusalOf(() => read(['--without', 'everything']))).toContain('--without needs one of postgres');
});

test('the sites run by the development server when asked for, by argument or variable', () => {
  expect(read([])?.devSites).toBe(false);
  expect(read([], { VALERIX_DEV_SITES: '' })?.devSites).toBe(false);
  expect(read(['--dev-sites'])?.devSites).toBe(true);
  expect(read([], { VALERIX_DEV_SITES: '1' })?.devSites).toBe(true);
  expect(refusalOf(() => read([], { VALERIX_DEV_SITES: 'perhaps' }))).toContain('VALERIX_DEV_SITES must be');
});

test('an unknown argument shows the usage', () => {
  expect(refusalOf(() => read(['--clean']))).toContain('Usage: npm start');
});

test('--help asks for nothing else', () => {
  expect(read(['--help', '--port-base', 'x'])).toBeUndefined();
});

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (fault) {
    if (fault instanceof StartRefused) return fault.message;
    throw fault;
  }
  throw new Error('It was not refused.');
}
