import { ofType, type Policy, valueAt, withoutToken } from '../deployment.ts';

const containers = [
  'stdata/default/backup-staging',
  'stdata/default/backup-vault',
  'stdata/default/backup-copies',
  'stcopy/default/backup-copies',
];
const unchangeable = ['stdata/default/backup-vault', 'stcopy/default/backup-copies'];

/** Backups have their places; what is in the vault and in the other region cannot be changed; that region is another one. */
export const backups: Policy = {
  name: 'backups',
  violations(deployment) {
    const present = ofType(deployment, 'Microsoft.Storage/storageAccounts/blobServices/containers').map(({ name }) =>
      withoutToken(name),
    );
    const kept = ofType(deployment, 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies')
      .filter((policy) => {
        const days = valueAt(policy, 'properties.immutabilityPeriodSinceCreationInDays');
        return (
          typeof days === 'number' && days >= 1 && valueAt(policy, 'properties.allowProtectedAppendWrites') === false
        );
      })
      .map(({ name }) => withoutToken(name).replace(/\/default$/, ''));
    const [data, copy] = ['stdata', 'stcopy'].map((account) =>
      ofType(deployment, 'Microsoft.Storage/storageAccounts').find(({ name }) => withoutToken(name) === account),
    );
    return [
      ...containers.filter((name) => !present.includes(name)).map((name) => `${name} is missing.`),
      ...unchangeable.filter((name) => !kept.includes(name)).map((name) => `What is in ${name} can be changed.`),
      ...(data?.location !== copy?.location ? [] : ['The copies are in the region of what they are copies of.']),
    ];
  },
};
