// One identity per service, so that each can be given what it needs and nothing of the others.
// PostgreSQL looks identities up by their display name in the whole tenant: hence the unique token in each name.

@description('Region of the identities.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Makes names unique in the tenant.')
param token string

var services = ['order', 'inventory', 'grpc', 'database-roles']

resource identities 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = [
  for service in services: {
    name: 'id-${service}-${token}'
    location: location
    tags: tags
  }
]

@description('What others need to know of an identity.')
type identity = {
  @description('Resource id.')
  id: string

  @description('Name, which is also its name as a PostgreSQL role.')
  name: string

  @description('Object id of its service principal, to which roles are assigned.')
  principalId: string

  @description('Client id, by which a process asks for its tokens.')
  clientId: string
}

@description('Of functions-order.')
output order identity = {
  id: identities[0].id
  name: identities[0].name
  principalId: identities[0].properties.principalId
  clientId: identities[0].properties.clientId
}

@description('Of functions-inventory.')
output inventory identity = {
  id: identities[1].id
  name: identities[1].name
  principalId: identities[1].properties.principalId
  clientId: identities[1].properties.clientId
}

@description('Of grpc-inventory-host.')
output grpc identity = {
  id: identities[2].id
  name: identities[2].name
  principalId: identities[2].properties.principalId
  clientId: identities[2].properties.clientId
}

@description('Of the job that makes the database roles; no service runs as it.')
output databaseRoles identity = {
  id: identities[3].id
  name: identities[3].name
  principalId: identities[3].properties.principalId
  clientId: identities[3].properties.clientId
}
