import type { HookCallback } from './rpc-types.ts';
import { SystemRangeError } from './system-errors.ts';

const HOOK_NAMES = ['preInvocation', 'postInvocation', 'appStart', 'appTerminate', 'log'] as const;
type HookName = (typeof HOOK_NAMES)[number];

export interface Hooks {
  register(name: string, callback: HookCallback): () => void;
  of(name: HookName): readonly HookCallback[];
  run(name: HookName, context: object): Promise<void>;
  /** Shared by every hook of the app for as long as the process lives. */
  readonly appHookData: object;
  /** Shared by the appStart and appTerminate hooks. */
  readonly appLevelHookData: object;
}

export function makeHooks(): Hooks {
  const callbacks: Record<HookName, HookCallback[]> = {
    preInvocation: [],
    postInvocation: [],
    appStart: [],
    appTerminate: [],
    log: [],
  };
  return {
    register(name, callback) {
      const list = HOOK_NAMES.some((known) => known === name) ? callbacks[name as HookName] : undefined;
      if (list === undefined) throw new SystemRangeError(`Unrecognized hook "${name}"`);
      list.push(callback);
      return () => {
        const index = list.indexOf(callback);
        if (index >= 0) list.splice(index, 1);
      };
    },
    of: (name) => callbacks[name],
    async run(name, context) {
      for (const callback of callbacks[name]) await callback(context);
    },
    appHookData: {},
    appLevelHookData: {},
  };
}

/** A hook context: what hooks may change is in `writable`, all else throws when it is assigned, as in the real worker. */
export function makeHookContext<T extends object>(writable: T, readOnly: Record<string, () => unknown>): T {
  for (const [name, get] of Object.entries(readOnly)) {
    Object.defineProperty(writable, name, {
      enumerable: true,
      get,
      set() {
        throw new TypeError(`Cannot assign to read only property '${name}'`);
      },
    });
  }
  return writable;
}
