import { describe, expect, test } from 'vitest';
import { parseHostJson } from './host-json.ts';

const parse = (content: object, env: NodeJS.ProcessEnv = {}) => parseHostJson({ version: '2.0', ...content }, env);

describe('host.json', () => {
  test('has the defaults of the real host', () => {
    const { extensions, functionTimeout, logging } = parse({});
    expect(extensions.http).toEqual({
      routePrefix: 'api',
      maxOutstandingRequests: -1,
      maxConcurrentRequests: -1,
      customHeaders: {},
    });
    expect(extensions.serviceBus).toMatchObject({
      autoCompleteMessages: true,
      maxAutoLockRenewalDuration: 300_000,
      maxMessageBatchSize: 1000,
      minMessageBatchSize: 1,
      maxBatchWaitTime: 30_000,
    });
    expect(functionTimeout).toBe(1_800_000);
    expect(logging.logLevel).toEqual({});
  });

  test('gives way to AzureFunctionsJobHost variables, whatever their case', () => {
    const parsed = parse(
      { extensions: { serviceBus: { maxConcurrentCalls: 3 } } },
      {
        AzureFunctionsJobHost__extensions__serviceBus__maxConcurrentCalls: '7',
        AzureFunctionsJobHost__Extensions__Http__RoutePrefix: '',
        AzureFunctionsJobHost__logging__logLevel__default: 'debug',
        AzureFunctionsJobHost__extensions__serviceBus__autoCompleteMessages: 'False',
      },
    );
    expect(parsed.extensions.serviceBus.maxConcurrentCalls).toBe(7);
    expect(parsed.extensions.serviceBus.autoCompleteMessages).toBe(false);
    expect(parsed.extensions.http.routePrefix).toBe('');
    expect(parsed.logging.logLevel).toEqual({ default: 'debug' });
  });

  test('knows no time limit for functions when functionTimeout is -1', () => {
    expect(parse({ functionTimeout: '-1' }).functionTimeout).toBeUndefined();
    expect(parse({ functionTimeout: '00:05:00' }).functionTimeout).toBe(300_000);
  });

  test('renews locks without end when the duration is minus one tick', () => {
    const parsed = parse({ extensions: { serviceBus: { maxAutoLockRenewalDuration: '-00:00:00.0000001' } } });
    expect(parsed.extensions.serviceBus.maxAutoLockRenewalDuration).toBeLessThan(0);
  });

  test('ignores what only other parts of the real host read', () => {
    expect(() => parse({ extensionBundle: { id: 'x', version: '[4.*, 5.0.0)' }, aggregator: {} })).not.toThrow();
  });

  test('is refused with a sentence for every fault', () => {
    const content = {
      version: '2.0',
      extensions: { serviceBus: { minMessageBatchSize: 20, maxMessageBatchSize: 10 } },
      logging: { logLevel: { default: 'loud' } },
    };
    const refused = () => parseHostJson(content, {});
    expect(refused).toThrow('host.json: "logging.logLevel.default" is not valid: "loud" is none of trace, debug');
    expect(refused).toThrow('"extensions.serviceBus.minMessageBatchSize" is not valid: it must not be above');
  });
});
