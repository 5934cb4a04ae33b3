// Where the image of the gRPC host lies. Private endpoints would need the Premium tier, and the registry's own build
// tasks could then no longer reach it: it is open to the network and closed to everyone without an identity.

@description('Region of the registry.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Name of the registry.')
@minLength(5)
@maxLength(50)
param name string

@description('Tier of the registry.')
@allowed(['Basic', 'Standard', 'Premium'])
param sku string

@description('Workspace that gets the logs.')
param workspaceId string

@description('Principals that may get images.')
param pullers string[]

var roles = loadJsonContent('../roles.json')

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: sku }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
  }
}

resource pulling 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in pullers: {
    scope: registry
    name: guid(registry.id, principalId, roles.AcrPull)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.AcrPull)
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: registry
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

@description('Name of the registry.')
output registryName string = registry.name

@description('Host name of the registry.')
output loginServer string = registry.properties.loginServer
