// Who may use which container and which table; and, for the account that belongs to a host alone, who owns its blobs.

@description('Name of the account, whose containers and tables are there.')
param accountName string

@description('Principals that own every blob of the account: the host of a Function App demands it of its own account.')
param blobOwners string[]

@description('The right to read, write and remove what is in a container or a table.')
type access = {
  @description('Name of the container or table.')
  name: string

  @description('Who is given it.')
  principalId: string
}

@description('Who works with which container.')
param onContainers access[]

@description('Who works with which table.')
param onTables access[]

var roles = loadJsonContent('../roles.json')
var blobOwner = roles['Storage Blob Data Owner']
var blobContributor = roles['Storage Blob Data Contributor']
var tableContributor = roles['Storage Table Data Contributor']

resource account 'Microsoft.Storage/storageAccounts@2025-01-01' existing = {
  name: accountName
}

resource ownerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for principalId in blobOwners: {
    scope: account
    name: guid(account.id, principalId, blobOwner)
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobOwner)
    }
  }
]

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-01-01' existing = [
  for each in onContainers: {
    name: '${accountName}/default/${each.name}'
  }
]

resource containerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in onContainers: {
    scope: containers[index]
    name: guid(containers[index].id, each.principalId, blobContributor)
    properties: {
      principalId: each.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
    }
  }
]

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-01-01' existing = [
  for each in onTables: {
    name: '${accountName}/default/${each.name}'
  }
]

resource tableRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in onTables: {
    scope: tables[index]
    name: guid(tables[index].id, each.principalId, tableContributor)
    properties: {
      principalId: each.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', tableContributor)
    }
  }
]
