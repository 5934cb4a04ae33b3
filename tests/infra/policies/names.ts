import type { Policy } from '../deployment.ts';

/** The names that Azure takes. https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
const rules: Readonly<Record<string, RegExp>> = {
  'Microsoft.App/containerApps': /^[a-z](?!.*--)[a-z0-9-]{0,30}[a-z0-9]$/,
  'Microsoft.App/jobs': /^[a-z](?!.*--)[a-z0-9-]{0,30}[a-z0-9]$/,
  'Microsoft.App/managedEnvironments': /^[a-zA-Z0-9](?!.*--)[a-zA-Z0-9-]{0,58}[a-zA-Z0-9]$/,
  'Microsoft.ContainerRegistry/registries': /^[a-zA-Z0-9]{5,50}$/,
  'Microsoft.DBforPostgreSQL/flexibleServers': /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
  'Microsoft.Insights/actionGroups': /^[^:<>+/&%\\?|]{1,260}$/,
  'Microsoft.Insights/components': /^[\w.()-]{0,259}[\w()-]$/,
  'Microsoft.Insights/metricAlerts': /^[^*#&+:<>?@%{}\\/]{1,260}$/,
  'Microsoft.Insights/scheduledQueryRules': /^[^*<>%{}&:\\?/#|]{1,260}$/,
  'Microsoft.ManagedIdentity/userAssignedIdentities': /^[a-zA-Z0-9][\w-]{2,127}$/,
  'Microsoft.Network/networkSecurityGroups': /^[a-zA-Z0-9][\w.-]{0,78}\w$/,
  'Microsoft.Network/privateEndpoints': /^[a-zA-Z0-9][\w.-]{0,62}\w$/,
  'Microsoft.Network/virtualNetworks': /^[a-zA-Z0-9][\w.-]{0,62}\w$/,
  'Microsoft.OperationalInsights/workspaces': /^[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]$/,
  'Microsoft.Resources/resourceGroups': /^[\w.()-]{0,89}[\w()-]$/,
  'Microsoft.ServiceBus/namespaces': /^[a-zA-Z](?!.*(-sb|-mgmt)$)[a-zA-Z0-9-]{4,48}[a-zA-Z0-9]$/,
  'Microsoft.SignalRService/webPubSub': /^[a-zA-Z][a-zA-Z0-9-]{1,61}[a-zA-Z0-9]$/,
  'Microsoft.Storage/storageAccounts': /^[a-z0-9]{3,24}$/,
  'Microsoft.Web/serverfarms': /^[a-zA-Z0-9-]{1,60}$/,
  'Microsoft.Web/sites': /^[a-zA-Z0-9][a-zA-Z0-9-]{0,30}[a-zA-Z0-9]$/,
  'Microsoft.Web/staticSites': /^[a-zA-Z0-9-]{2,60}$/,
};
/**
 * Every name fits Azure's rules; a Function App's is at most 32 characters, because two whose first 32 are the same and
 * that share a storage account take each other's locks.
 */
export const names: Policy = {
  name: 'names',
  violations({ resources }) {
    return resources
      .filter(({ type, name }) => rules[type]?.test(name) === false)
      .map(({ type, name }) => `${name} is no name for ${type}.`);
  },
};
