// Pushes events to the browsers of shoppers and operators. Browsers come from anywhere, so its public side stays open;
// who may connect is said by tokens that the services get for them. The hub needs no resource: it has no event handler.

@description('Region of the service.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Name of the service.')
@minLength(3)
@maxLength(63)
param name string

@description('Tier: Free_F1 takes 20 connections, Standard_S1 1,000 per unit.')
@allowed(['Free_F1', 'Standard_S1', 'Premium_P1'])
param sku string

@description('Units of the tier.')
@minValue(1)
@maxValue(100)
param units int

@description('Workspace that gets the logs.')
param workspaceId string

@description('Principals that may send, and get tokens for browsers: no smaller role than the owner\'s gives tokens.')
param senders string[]

var roles = loadJsonContent('../roles.json')

resource service 'Microsoft.SignalRService/webPubSub@2024-03-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    capacity: units
  }
  properties: {
    disableLocalAuth: true
    disableAadAuth: false
    publicNetworkAccess: 'Enabled'
    tls: { clientCertEnabled: false }
  }
}

resource sending 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in senders: {
    scope: service
    name: guid(service.id, principalId, roles['Web PubSub Service Owner'])
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles['Web PubSub Service Owner']
      )
    }
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: service
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

@description('Name of the service.')
output serviceName string = service.name

@description('Host name of the service, for REST and WebSocket alike.')
output host string = service.properties.hostName
