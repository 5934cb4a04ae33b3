// Where the gRPC host runs: an environment that has no address outside the private network.

@description('Region of the environment.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Name of the environment.')
@minLength(2)
@maxLength(60)
param name string

@description('Subnet of this environment alone.')
param subnetId string

@description('Whether replicas are spread over zones. Can only be chosen when the environment is made.')
param zoneRedundant bool

@description('Workspace that gets the logs.')
param workspaceId string

resource environment 'Microsoft.App/managedEnvironments@2025-01-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    vnetConfiguration: {
      infrastructureSubnetId: subnetId
      internal: true
    }
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
    zoneRedundant: zoneRedundant
    // Through diagnostic settings: the other way needs the workspace's shared key.
    appLogsConfiguration: { destination: 'azure-monitor' }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: environment
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

@description('Resource id of the environment.')
output environmentId string = environment.id

@description('Domain of the environment\'s apps.')
output domain string = environment.properties.defaultDomain

@description('Address inside the network to which that domain leads.')
output address string = environment.properties.staticIp
