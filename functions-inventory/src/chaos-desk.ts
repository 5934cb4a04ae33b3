import { type ChaosChange, type ChaosView, chaosDefaults } from '@valerix/contracts/chaos-api';
import type { ChaosState, ChaosSwitch } from '@valerix/inventory/chaos-switch';
import { RequestError } from '@valerix/platform/problem';

/** Where operators see and switch the faults on purpose of every gRPC host. */
export interface ChaosDesk {
  /** Throws the 403 where faults are not allowed. */
  requireAllowed(): void;
  show(): Promise<ChaosView>;
  change(change: ChaosChange): Promise<ChaosView>;
}

export function makeChaosDesk(chaosSwitch: ChaosSwitch, allowed: boolean): ChaosDesk {
  /** Hosts follow nothing where faults are not allowed, so then nothing is in force, whatever was set before. */
  const viewOf = ({ settings, expiresAt, updatedAt }: ChaosState): ChaosView =>
    allowed
      ? { ...settings, expiresAt, allowed, updatedAt }
      : { ...chaosDefaults, expiresAt: null, allowed, updatedAt };

  return {
    requireAllowed() {
      if (!allowed) throw new RequestError('chaos_not_allowed');
    },
    show: async () => viewOf(await chaosSwitch.read()),
    change: async (change) => viewOf(await chaosSwitch.set(change)),
  };
}
