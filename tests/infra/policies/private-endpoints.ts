import { ofType, type Policy, placeOf, valueAt } from '../deployment.ts';

/** What is closed to the public in production, with the side by which the services go there. */
const sides = [
  ['Microsoft.Storage/storageAccounts/storder', 'blob'],
  ['Microsoft.Storage/storageAccounts/stinv', 'blob'],
  ['Microsoft.Storage/storageAccounts/stdata', 'blob'],
  ['Microsoft.Storage/storageAccounts/stdata', 'table'],
  ['Microsoft.Storage/storageAccounts/stcopy', 'blob'],
  ['Microsoft.ServiceBus/namespaces/sb', 'namespace'],
] as const;

/**
 * What is closed has an endpoint in the private network, with a DNS zone that leads there; what is not closed lets in
 * none but subnets of that network.
 */
export const privateEndpoints: Policy = {
  name: 'reached-privately',
  violations(deployment) {
    if (deployment.tier === 'dev') {
      return ofType(deployment, 'Microsoft.Storage/storageAccounts')
        .filter((account) => {
          const acls = valueAt(account, 'properties.networkAcls') as Record<string, readonly { id?: string }[]>;
          const subnets = acls.virtualNetworkRules ?? [];
          return subnets.length === 0 || !subnets.every(({ id }) => id?.includes('/subnets/')) || 'ipRules' in acls;
        })
        .map(({ name }) => `${name} does not let in the services alone.`);
    }
    const endpoints = ofType(deployment, 'Microsoft.Network/privateEndpoints');
    const zoned = ofType(deployment, 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups').map(
      ({ name }) => name.split('/')[0],
    );
    return sides
      .filter(([place, side]) => {
        const endpoint = endpoints.find((each) => {
          const connection = valueAt(each, 'properties.privateLinkServiceConnections.0.properties');
          return (
            placeOf(String(valueAt(connection, 'privateLinkServiceId'))) === place &&
            valueAt(connection, 'groupIds.0') === side
          );
        });
        return endpoint === undefined || !zoned.includes(endpoint.name);
      })
      .map(([place, side]) => `The ${side} side of ${place} is not reached from the private network.`);
  },
};
