import type { Policy } from './deployment.ts';
import { alerts } from './policies/alerts.ts';
import { backups } from './policies/backups.ts';
import { chaos } from './policies/chaos.ts';
import { diagnostics } from './policies/diagnostics.ts';
import { names } from './policies/names.ts';
import { privateEndpoints } from './policies/private-endpoints.ts';
import { roles } from './policies/roles.ts';
import { secrets } from './policies/secrets.ts';
import { settings } from './policies/settings.ts';
import { cors, flexPlans, liveness, outputs, seen, tags } from './policies/surroundings.ts';
import { topologyPolicy } from './policies/topology.ts';
import { requirementPolicies } from './requirements.ts';

/** What holds for every deployment. */
export const policies: readonly Policy[] = [
  ...requirementPolicies,
  secrets,
  roles,
  settings,
  diagnostics,
  topologyPolicy,
  privateEndpoints,
  backups,
  chaos,
  alerts,
  cors,
  liveness,
  flexPlans,
  names,
  tags,
  outputs,
  seen,
];
