import type { Policy } from '../deployment.ts';
import { rawSettingsOf } from './settings.ts';

/** No fault on purpose is on after a deployment, and in production nobody can switch one on. */
export const chaos: Policy = {
  name: 'no-chaos',
  violations({ resources, tier }) {
    return resources
      .map((resource) => ({ name: resource.name, given: rawSettingsOf(resource) }))
      .flatMap(({ name, given }) => [
        ...Object.keys(given)
          .filter((setting) => /^(GREMLIN|SCHRODINGER|CRASH_POINT|CHAOS_SEED)/.test(setting))
          .map((setting) => `${name}: ${setting} is set.`),
        ...(tier === 'prod' && given.CHAOS_ALLOWED !== undefined && given.CHAOS_ALLOWED !== 'false'
          ? [`${name}: faults may be switched on.`]
          : []),
      ]);
  },
};
