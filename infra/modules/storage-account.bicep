// A storage account that only identities may use, from inside the private network.

@description('Region of the account.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Name of the account.')
@minLength(3)
@maxLength(24)
param name string

@description('How often and where the data is kept.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param sku string

@description('Price class of the blobs.')
@allowed(['Hot', 'Cool', 'Cold'])
param accessTier string

@description('A container of blobs.')
type container = {
  @description('Name of the container.')
  name: string

  @description('Days for which nobody can change or remove a blob once it is written; 0: not protected.')
  @minValue(0)
  immutableDays: int
}

@description('The containers.')
param containers container[]

@description('Names of the tables.')
param tables string[]

@description('Subnets that are let in while there are no private endpoints.')
param subnetIds string[]

@description('Whether the public side is closed, which needs private endpoints.')
param privateOnly bool

@description('Whether earlier versions of overwritten blobs are kept: for data, not for what a host rewrites every second.')
param keepVersions bool

@description('Workspace that gets the logs.')
param workspaceId string

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: sku }
  properties: {
    accessTier: accessTier
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
    networkAcls: {
      defaultAction: 'Deny'
      // Azure's own services, by their identities and roles: a deployment puts the package of an app here.
      bypass: 'AzureServices'
      virtualNetworkRules: [
        for id in privateOnly ? [] : subnetIds: {
          id: id
          action: 'Allow'
        }
      ]
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: keepVersions
    deleteRetentionPolicy: { enabled: true, days: 7 }
    containerDeleteRetentionPolicy: { enabled: true, days: 7 }
  }
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' = [
  for each in containers: {
    parent: blobs
    name: each.name
    properties: { publicAccess: 'None' }
  }
]

// Unlocked: it can be lifted by an administrator, and so an environment can be torn down. Locking is a decision of its
// own that nobody can take back, and no template's.
resource immutability 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-01-01' = [
  for (each, index) in containers: if (each.immutableDays > 0) {
    parent: blobContainers[index]
    name: 'default'
    properties: {
      immutabilityPeriodSinceCreationInDays: each.immutableDays
      allowProtectedAppendWrites: false
    }
  }
]

// Earlier versions and what was deleted cost money: they are there for accidents, and those are noticed within a month.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-01-01' = if (keepVersions) {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'forget-earlier-versions'
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'] }
            actions: { version: { delete: { daysAfterCreationGreaterThan: 30 } } }
          }
        }
      ]
    }
  }
  dependsOn: [blobs]
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-01-01' = if (!empty(tables)) {
  parent: account
  name: 'default'
}

resource accountTables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' = [
  for table in tables: {
    parent: tableService
    name: table
  }
]

// Who wrote and removed what. Reads are left out: the hosts renew leases all day, and would fill the workspace.
resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'changes'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'StorageWrite', enabled: true }
      { category: 'StorageDelete', enabled: true }
    ]
  }
}

// The services write measurements every second; what is removed is what an audit wants to see.
resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!empty(tables)) {
  scope: tableService
  name: 'changes'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'StorageDelete', enabled: true }]
  }
}

@description('Resource id of the account.')
output accountId string = account.id

@description('Name of the account.')
output accountName string = account.name

@description('Where the blobs are, without a slash at the end.')
output blobUrl string = 'https://${account.name}.blob.${environment().suffixes.storage}'

@description('Where the tables are, without a slash at the end.')
output tableUrl string = 'https://${account.name}.table.${environment().suffixes.storage}'
