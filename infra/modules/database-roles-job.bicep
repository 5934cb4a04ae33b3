// Makes the roles of the databases from inside the private network, where nobody else can reach them. Started by the
// deployment, once the image is there; it may run again and again.

@description('Region of the job.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Name of the job.')
@minLength(2)
@maxLength(32)
param name string

@description('Container Apps environment.')
param environmentId string

@description('The identity that administers the servers.')
param identity { id: string, name: string, clientId: string }

@description('Host name of the container registry.')
param registryHost string

@description('The image of the gRPC host, which carries this program too.')
param image string

@description('A database, the role that owns it and the identities that are its members.')
type databaseRoles = {
  @description('Host name of the server.')
  server: string

  @description('Name of the database.')
  database: string

  @description('Role that owns the database and cannot log in.')
  owner: string

  @description('The identities that work as the owner. By the object id the server need not look for the name in the directory.')
  members: { name: string, objectId: string }[]
}

@description('What the job makes.')
param roles databaseRoles[]

resource job 'Microsoft.App/jobs@2025-01-01' = {
  name: name
  location: location
  tags: tags
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      triggerType: 'Manual'
      manualTriggerConfig: {
        parallelism: 1
        replicaCompletionCount: 1
      }
      replicaTimeout: 600
      replicaRetryLimit: 2
      registries: [
        {
          server: registryHost
          identity: identity.id
        }
      ]
    }
    template: {
      containers: [
        {
          name: 'database-roles'
          image: image
          command: ['node', 'database-roles.js']
          resources: {
            cpu: json('0.25')
            memory: '0.5Gi'
          }
          env: [
            { name: 'DATABASE_ROLES', value: string(roles) }
            { name: 'DATABASE_ROLES_ADMINISTRATOR', value: identity.name }
            { name: 'AZURE_CLIENT_ID', value: identity.clientId }
            { name: 'AZURE_TOKEN_CREDENTIALS', value: 'ManagedIdentityCredential' }
          ]
        }
      ]
    }
  }
}

@description('Name of the job.')
output jobName string = job.name
