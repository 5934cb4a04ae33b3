import { type Policy, valueAt } from '../deployment.ts';

/** Types that Azure keeps no log of, or whose log is another resource's. */
const without = new Set([
  'Microsoft.Resources/resourceGroups',
  'Microsoft.ManagedIdentity/userAssignedIdentities',
  'Microsoft.Authorization/roleAssignments',
  'Microsoft.Insights/diagnosticSettings',
  'Microsoft.Insights/actionGroups',
  'Microsoft.Insights/workbooks',
  'Microsoft.Insights/scheduledQueryRules',
  'Microsoft.Insights/metricAlerts',
  // Its data is in the workspace as it is.
  'Microsoft.Insights/components',
  // Logs of the network and its parts are flow logs, or metrics only.
  'Microsoft.Network/virtualNetworks',
  'Microsoft.Network/networkSecurityGroups',
  'Microsoft.Network/privateEndpoints',
  'Microsoft.Network/privateDnsZones',
  'Microsoft.Web/serverfarms',
  'Microsoft.Web/staticSites',
  // Their services have it.
  'Microsoft.Storage/storageAccounts',
  // Their environment has it.
  'Microsoft.App/containerApps',
  'Microsoft.App/jobs',
]);
/** Parts of a resource that have a log of their own. */
const services = new Set([
  'Microsoft.Storage/storageAccounts/blobServices',
  'Microsoft.Storage/storageAccounts/tableServices',
]);
const isPart = (type: string) => type.split('/').length > 2 && !services.has(type);

/** Everything that has a log sends it to the workspace; a type that nobody has thought of counts as having one. */
export const diagnostics: Policy = {
  name: 'diagnostics',
  violations({ resources }) {
    const logged = resources
      .filter(({ type }) => type === 'Microsoft.Insights/diagnosticSettings')
      .filter((settings) => {
        const logs = (valueAt(settings, 'properties.logs') ?? []) as readonly { enabled?: unknown }[];
        const workspace = valueAt(settings, 'properties.workspaceId');
        return (
          logs.some(({ enabled }) => enabled === true) &&
          typeof workspace === 'string' &&
          workspace.includes('Microsoft.OperationalInsights/workspaces/')
        );
      })
      .map(({ id }) => id.replace(/\/providers\/Microsoft\.Insights\/diagnosticSettings\/[^/]+$/, ''));
    return resources
      .filter(({ type, id }) => !without.has(type) && !isPart(type) && !logged.includes(id))
      .map(({ name, type }) => `${name} (${type}) sends its log nowhere.`);
  },
};
