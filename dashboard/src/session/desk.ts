import type { SiteConfig } from '@valerix/contracts/site-config';
import { type Operations, startOperations } from '../live/operations.ts';
import { checkKey, type KeyCheck } from './check-key.ts';
import { forgetKey, rememberedKey, rememberKey } from './operator-key.ts';

type DeskState =
  | { readonly kind: 'signed_out'; readonly notice: string | undefined }
  | { readonly kind: 'signed_in'; readonly operations: Operations };

/** Who sits at the dashboard. It lives outside React, so that no rendering opens or closes a connection. */
export interface Desk {
  read(): DeskState;
  subscribe(listener: () => void): () => void;
  signIn(operatorKey: string): Promise<KeyCheck>;
  signOut(notice?: string): void;
}

const KEY_STOPPED = 'The operator key no longer works. Sign in with the present one.';

export function openDesk(config: SiteConfig): Desk {
  const listeners = new Set<() => void>();
  let state: DeskState = { kind: 'signed_out', notice: undefined };

  const turn = (next: DeskState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const begin = (operatorKey: string) => {
    turn({ kind: 'signed_in', operations: startOperations(config, operatorKey, () => signOut(KEY_STOPPED)) });
  };
  const signOut = (notice?: string) => {
    if (state.kind === 'signed_out') return;
    state.operations.stop();
    forgetKey();
    turn({ kind: 'signed_out', notice });
  };

  const remembered = rememberedKey();
  if (remembered !== undefined) begin(remembered);

  return {
    read: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async signIn(operatorKey) {
      const check = await checkKey(config, operatorKey);
      if (check.kind === 'accepted') {
        rememberKey(operatorKey);
        begin(operatorKey);
      }
      return check;
    },
    signOut,
  };
}
