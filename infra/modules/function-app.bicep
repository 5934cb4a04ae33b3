// A Function App on a Flex Consumption plan of its own: such a plan takes one app.

@description('Region of the app.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Name of the service that azd deploys here.')
param serviceName string

@description('Name of the app.')
@minLength(2)
@maxLength(60)
param name string

@description('The identity as which the app runs.')
param identity { id: string, clientId: string }

@description('Blobs of the account that belongs to this app\'s host alone, without a slash at the end.')
param hostBlobUrl string

@description('Container of that account that holds the deployed package.')
param deploymentContainer string

@description('Subnet of this app alone.')
param subnetId string

@description('Settings of the service.')
param settings { *: string }

@description('Origins of the pages that may call the app.')
param allowedOrigins string[]

@description('Version of Node.js.')
param nodeVersion string

@description('MB of memory of an instance, which also decides its share of a processor.')
@allowed([512, 2048, 4096])
param instanceMemoryMb int

@description('Instances at most.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int

@description('HTTP requests that one instance takes at the same time.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int

@description('Instances that are always there, by what they work for: "http" or "function:<name>".')
param alwaysReady { name: string, instanceCount: int }[]

@description('Says where telemetry goes.')
param insightsConnectionString string

@description('Workspace that gets the logs.')
param workspaceId string

// What the Functions host reads itself. It needs blobs only: locks of timers and keys of operators; nothing here uses its
// queues or tables.
var hostSettings = {
  AzureWebJobsStorage__blobServiceUri: hostBlobUrl
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identity.clientId}'
  AZURE_CLIENT_ID: identity.clientId
  AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential'
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: 'plan-${name}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientCertEnabled: false
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    functionAppConfig: {
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostBlobUrl}/${deploymentContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMb
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReady
        triggers: { http: { perInstanceConcurrency: httpConcurrency } }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      cors: { allowedOrigins: allowedOrigins }
      appSettings: map(items(union(hostSettings, settings)), setting => { name: setting.key, value: setting.value })
    }
  }

  // Deployments come with a token of Entra; user names and passwords are off.
  resource publishingByFtp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource publishingByScm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

@description('Name of the app.')
output appName string = app.name

@description('Address of the app.')
output url string = 'https://${app.properties.defaultHostName}'
