// Everything that Valerix needs on Azure, in a resource group of its own.
//
// `azd up` deploys it with main.parameters.json; `az deployment sub create` with a .bicepparam file does the same. Two
// tiers choose the sizes: "dev" is the cheapest that works, "prod" is redundant and private. Each choice is a parameter.
targetScope = 'subscription'

@description('Name of the environment, which names the resource group.')
@minLength(1)
@maxLength(40)
param environmentName string

@description('Region of everything that has no region of its own below.')
param location string

@description('Which sizes are meant where nothing else is said.')
@allowed(['dev', 'prod'])
param tier string = 'dev'

// Messages

@description('Tier of Service Bus. Standard is shared and open to the network; Premium is our own, private and steady.')
@allowed(['Standard', 'Premium'])
param serviceBusSku string = tier == 'prod' ? 'Premium' : 'Standard'

@description('Messaging units of a Premium namespace.')
@allowed([1, 2, 4, 8, 16])
param serviceBusCapacity int = 1

@description('ISO 8601 duration for which messages live that must not be missed, instead of the topology\'s one hour, which is the local emulator\'s limit. Empty: the topology\'s.')
param messageTimeToLive string = 'P7D'

// Databases

@description('A server for each database, instead of one for both. One server is half the price, and there each database still has its own role that cannot log in to the other\'s. Two servers keep an overload or an outage of one service away from the other, and grow apart.')
param separateDatabaseServers bool = tier == 'prod'

@description('Machine of each PostgreSQL server. A smaller Burstable one than B2s has too few connections for the instances of two Function Apps.')
param databaseSku { name: string, tier: 'Burstable' | 'GeneralPurpose' | 'MemoryOptimized' } = tier == 'prod'
  ? { name: 'Standard_D4ds_v5', tier: 'GeneralPurpose' }
  : { name: 'Standard_B2s', tier: 'Burstable' }

@description('Major version of PostgreSQL.')
@allowed(['16', '17', '18'])
param databaseVersion string = '18'

@description('GB of each server\'s disk at first.')
@minValue(32)
param databaseStorageGb int = tier == 'prod' ? 128 : 32

@description('A second server that takes over. Not with a Burstable machine.')
@allowed(['Disabled', 'SameZone', 'ZoneRedundant'])
param databaseHighAvailability string = tier == 'prod' ? 'ZoneRedundant' : 'Disabled'

@description('Whether PostgreSQL\'s own backups are kept in the paired region too. Can only be chosen when a server is made.')
param databaseGeoRedundantBackup bool = tier == 'prod'

@description('Days to which a server can be set back in time.')
@minValue(7)
@maxValue(35)
param databaseBackupRetentionDays int = tier == 'prod' ? 35 : 7

@description('Connections that one process opens to its database at most.')
@minValue(2)
@maxValue(100)
param databaseMaxConnections int = tier == 'prod' ? 10 : 5

@description('Object id of a person or group that administers the databases as well; empty: only the job that makes the roles does.')
param databaseAdministratorObjectId string = ''

@description('Name of that person or group in Entra.')
param databaseAdministratorName string = ''

@description('What that administrator is.')
@allowed(['User', 'Group'])
param databaseAdministratorType string = 'Group'

// Function Apps

@description('Version of Node.js, for which the apps are built.')
param nodeVersion string = '24'

@description('MB of memory of an instance of the Function Apps.')
@allowed([512, 2048, 4096])
param functionMemoryMb int = tier == 'prod' ? 2048 : 512

@description('Instances of each Function App at most.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = tier == 'prod' ? 100 : 40

@description('HTTP requests that one instance takes at the same time.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = tier == 'prod' ? 100 : 16

@description('Instances of each Function App that always wait for HTTP requests; without them, the first shopper after a quiet time waits for a cold start.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttp int = tier == 'prod' ? 2 : 0

@description('Instances that always wait for orders whose outcome is not known.')
@minValue(0)
@maxValue(20)
param alwaysReadyVerifyOrders int = tier == 'prod' ? 1 : 0

// The gRPC host

@description('Image of the gRPC host. azd sets it to what was deployed last, so that provisioning again keeps it; empty at first: a sample of Microsoft\'s stands in until the first deployment.')
param grpcImage string = ''

@description('vCPUs of a replica; memory is twice as many GiB.')
@allowed(['0.25', '0.5', '1.0', '2.0', '4.0'])
param grpcCpu string = tier == 'prod' ? '1.0' : '0.5'

@description('Replicas at least. Never none: a cold start takes longer than the two seconds an order may wait.')
@minValue(1)
@maxValue(30)
param grpcMinReplicas int = tier == 'prod' ? 2 : 1

@description('Replicas at most.')
@minValue(1)
@maxValue(300)
param grpcMaxReplicas int = tier == 'prod' ? 10 : 2

@description('Calls under way in a replica at which another one is started.')
@minValue(1)
param grpcConcurrentCalls int = 200

@description('Tier of the container registry.')
@allowed(['Basic', 'Standard', 'Premium'])
param registrySku string = tier == 'prod' ? 'Standard' : 'Basic'

// Sites and push

@description('Where both sites are managed; they are served everywhere.')
@allowed(['westus2', 'centralus', 'eastus2', 'westeurope', 'eastasia'])
param staticSiteLocation string = 'westeurope'

@description('Tier of both sites.')
@allowed(['Free', 'Standard'])
param staticSiteSku string = tier == 'prod' ? 'Standard' : 'Free'

@description('Tier of Web PubSub. Free_F1 takes 20 connections at once and 20,000 messages a day.')
@allowed(['Free_F1', 'Standard_S1', 'Premium_P1'])
param webPubSubSku string = tier == 'prod' ? 'Standard_S1' : 'Free_F1'

@description('Units of Web PubSub, 1,000 connections each.')
@minValue(1)
@maxValue(100)
param webPubSubUnits int = 1

// Storage and backups

@description('How the storage accounts keep their data.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GRS', 'Standard_GZRS'])
param storageSku string = tier == 'prod' ? 'Standard_ZRS' : 'Standard_LRS'

@description('Region of the account with the further copies of backups: not the one of all the rest.')
param backupCopyLocation string

@description('Days for which nobody can change or remove a backup in the vault or a copy in the other region. Less than the seven days for which each daily copy is kept, or removing it fails.')
@minValue(1)
@maxValue(6)
param backupImmutableDays int = tier == 'prod' ? 6 : 1

// Network

@description('Closes the public side of storage, and of Service Bus when it is Premium, behind private endpoints. Without, storage lets in the subnets of the services only, for no price.')
param privateEndpoints bool = tier == 'prod'

@description('Address space of the private network, a /16.')
param addressPrefix string = '10.20.0.0/16'

@description('Whether the gRPC host is spread over zones. Can only be chosen when its environment is made.')
param zoneRedundant bool = tier == 'prod'

// Watching

@description('Address that alerts are sent to; empty: they are seen in the portal only.')
param alertEmail string = ''

@description('How often the rules of requests and orders are judged.')
@allowed(['PT1M', 'PT5M'])
param alertFrequency string = tier == 'prod' ? 'PT1M' : 'PT5M'

@description('Days for which logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = tier == 'prod' ? 90 : 30

@description('GB of logs and telemetry that are taken in a day; -1: no limit.')
param logDailyQuotaGb int = tier == 'prod' ? 20 : 1

// Behaviour

@description('Whether operators may switch faults on purpose on.')
param chaosAllowed bool = tier != 'prod'

@description('Whether a first start fills the catalogue with a dozen products.')
param seedProducts bool = tier != 'prod'

var token = uniqueString(subscription().id, environmentName, location)
var tags = { 'azd-env-name': environmentName }
var placeholderImage = 'mcr.microsoft.com/dotnet/samples:aspnetapp'
var copyLocation = backupCopyLocation == location
  ? fail('backupCopyLocation is the region of all the rest: a copy there is lost with it.')
  : backupCopyLocation
var busIsPrivate = privateEndpoints && serviceBusSku == 'Premium'

var names = {
  serviceBus: 'sb-${token}'
  orderHost: 'storder${token}'
  inventoryHost: 'stinv${token}'
  data: 'stdata${token}'
  backupCopies: 'stcopy${token}'
  registry: 'acr${token}'
  webPubSub: 'wps-${token}'
}

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  scope: group
  name: 'identities'
  params: { location: location, tags: tags, token: token }
}

module network 'modules/network.bicep' = {
  scope: group
  name: 'network'
  params: { location: location, tags: tags, token: token, addressPrefix: addressPrefix }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  name: 'monitoring'
  params: {
    location: location
    tags: tags
    token: token
    retentionDays: logRetentionDays
    dailyQuotaGb: logDailyQuotaGb
    publishers: [
      identities.outputs.order.principalId
      identities.outputs.inventory.principalId
      identities.outputs.grpc.principalId
    ]
  }
}

module serviceBus 'modules/service-bus.bicep' = {
  scope: group
  name: 'service-bus'
  params: {
    location: location
    tags: tags
    name: names.serviceBus
    sku: serviceBusSku
    capacity: serviceBusCapacity
    messageTimeToLive: messageTimeToLive
    privateOnly: busIsPrivate
    workspaceId: monitoring.outputs.workspaceId
  }
}

// The account of a host holds the keys of its operators, and the host has to own it: an account for each, so that neither
// service reads the other's keys, nor touches the backups.
module hostAccounts 'modules/storage-account.bicep' = [
  for host in ['order', 'inventory']: {
    scope: group
    name: 'storage-host-${host}'
    params: {
      location: location
      tags: tags
      name: host == 'order' ? names.orderHost : names.inventoryHost
      sku: storageSku
      accessTier: 'Hot'
      containers: [{ name: 'deployments', immutableDays: 0 }]
      tables: []
      subnetIds: [host == 'order' ? network.outputs.orderSubnetId : network.outputs.inventorySubnetId]
      privateOnly: privateEndpoints
      keepVersions: false
      workspaceId: monitoring.outputs.workspaceId
    }
  }
]

module dataAccount 'modules/storage-account.bicep' = {
  scope: group
  name: 'storage-data'
  params: {
    location: location
    tags: tags
    name: names.data
    sku: storageSku
    accessTier: 'Hot'
    containers: [
      { name: 'backup-staging', immutableDays: 0 }
      { name: 'backup-vault', immutableDays: backupImmutableDays }
      { name: 'backup-copies', immutableDays: 0 }
    ]
    tables: ['alertbuckets', 'backupcalls']
    subnetIds: [
      network.outputs.orderSubnetId
      network.outputs.inventorySubnetId
      network.outputs.containersSubnetId
    ]
    privateOnly: privateEndpoints
    keepVersions: true
    workspaceId: monitoring.outputs.workspaceId
  }
}

module copyAccount 'modules/storage-account.bicep' = {
  scope: group
  name: 'storage-copies'
  params: {
    location: copyLocation
    tags: tags
    name: names.backupCopies
    sku: 'Standard_LRS'
    accessTier: 'Cool'
    containers: [{ name: 'backup-copies', immutableDays: backupImmutableDays }]
    tables: []
    subnetIds: [network.outputs.inventorySubnetId]
    privateOnly: privateEndpoints
    keepVersions: true
    workspaceId: monitoring.outputs.workspaceId
  }
}

module endpoints 'modules/private-endpoints.bicep' = if (privateEndpoints) {
  scope: group
  name: 'private-endpoints'
  params: {
    location: location
    tags: tags
    networkId: network.outputs.networkId
    subnetId: network.outputs.privateEndpointsSubnetId
    endpoints: concat(
      [
        { name: 'pe-host-order', resourceId: hostAccounts[0].outputs.accountId, group: 'blob' }
        { name: 'pe-host-inventory', resourceId: hostAccounts[1].outputs.accountId, group: 'blob' }
        { name: 'pe-data-blob', resourceId: dataAccount.outputs.accountId, group: 'blob' }
        { name: 'pe-data-table', resourceId: dataAccount.outputs.accountId, group: 'table' }
        { name: 'pe-copies', resourceId: copyAccount.outputs.accountId, group: 'blob' }
      ],
      busIsPrivate ? [{ name: 'pe-service-bus', resourceId: serviceBus.outputs.namespaceId, group: 'namespace' }] : []
    )
  }
}

// The names of the topology that roles are given on, and why each service has them:
// - order sends what its outbox holds, copies of what it could not handle yet to its own subscription, and measurements;
// - inventory receives orders to verify, order events and everything that the dashboard shows; it answers for the dead
//   letters of all of these, and replays them where they came from;
// - grpc sends what the shared outbox holds, and looks at the queue to know whether the broker answers.
module serviceBusAccess 'modules/service-bus-access.bicep' = {
  scope: group
  name: 'service-bus-access'
  params: {
    namespaceName: names.serviceBus
    onQueues: [
      {
        entity: 'verify-orders'
        principalId: identities.outputs.order.principalId
        role: 'Azure Service Bus Data Sender'
      }
      {
        entity: 'verify-orders'
        principalId: identities.outputs.inventory.principalId
        role: 'Azure Service Bus Data Sender'
      }
      {
        entity: 'verify-orders'
        principalId: identities.outputs.inventory.principalId
        role: 'Azure Service Bus Data Receiver'
      }
      {
        entity: 'verify-orders'
        principalId: identities.outputs.grpc.principalId
        role: 'Azure Service Bus Data Receiver'
      }
    ]
    onTopics: [
      {
        entity: 'order-events'
        principalId: identities.outputs.order.principalId
        role: 'Azure Service Bus Data Sender'
      }
      {
        entity: 'inventory-events'
        principalId: identities.outputs.order.principalId
        role: 'Azure Service Bus Data Sender'
      }
      {
        entity: 'system-metrics'
        principalId: identities.outputs.order.principalId
        role: 'Azure Service Bus Data Sender'
      }
      {
        entity: 'order-events'
        principalId: identities.outputs.inventory.principalId
        role: 'Azure Service Bus Data Sender'
      }
      {
        entity: 'inventory-events'
        principalId: identities.outputs.inventory.principalId
        role: 'Azure Service Bus Data Sender'
      }
      {
        entity: 'system-metrics'
        principalId: identities.outputs.inventory.principalId
        role: 'Azure Service Bus Data Sender'
      }
      {
        entity: 'inventory-events'
        principalId: identities.outputs.grpc.principalId
        role: 'Azure Service Bus Data Sender'
      }
      {
        entity: 'system-metrics'
        principalId: identities.outputs.grpc.principalId
        role: 'Azure Service Bus Data Sender'
      }
    ]
    onSubscriptions: [
      {
        topic: 'inventory-events'
        subscription: 'order-service-sub'
        principalId: identities.outputs.order.principalId
      }
      {
        topic: 'order-events'
        subscription: 'inventory-service-sub'
        principalId: identities.outputs.inventory.principalId
      }
      { topic: 'order-events', subscription: 'dashboard-sub', principalId: identities.outputs.inventory.principalId }
      {
        topic: 'inventory-events'
        subscription: 'dashboard-sub'
        principalId: identities.outputs.inventory.principalId
      }
      { topic: 'system-metrics', subscription: 'dashboard-sub', principalId: identities.outputs.inventory.principalId }
    ]
  }
  dependsOn: [serviceBus]
}

module orderHostAccess 'modules/storage-access.bicep' = {
  scope: group
  name: 'storage-host-order-access'
  params: {
    accountName: names.orderHost
    blobOwners: [identities.outputs.order.principalId]
    onContainers: []
    onTables: []
  }
  dependsOn: [hostAccounts]
}

module inventoryHostAccess 'modules/storage-access.bicep' = {
  scope: group
  name: 'storage-host-inventory-access'
  params: {
    accountName: names.inventoryHost
    blobOwners: [identities.outputs.inventory.principalId]
    onContainers: []
    onTables: []
  }
  dependsOn: [hostAccounts]
}

// Every service puts its measurements into the alerts' table. Each Function App stages the snapshot of its own database;
// inventory brings them to the vault and makes the copies.
module dataAccess 'modules/storage-access.bicep' = {
  scope: group
  name: 'storage-data-access'
  params: {
    accountName: names.data
    blobOwners: []
    onContainers: [
      { name: 'backup-staging', principalId: identities.outputs.order.principalId }
      { name: 'backup-staging', principalId: identities.outputs.inventory.principalId }
      { name: 'backup-vault', principalId: identities.outputs.inventory.principalId }
      { name: 'backup-copies', principalId: identities.outputs.inventory.principalId }
    ]
    onTables: [
      { name: 'alertbuckets', principalId: identities.outputs.order.principalId }
      { name: 'alertbuckets', principalId: identities.outputs.inventory.principalId }
      { name: 'alertbuckets', principalId: identities.outputs.grpc.principalId }
      { name: 'backupcalls', principalId: identities.outputs.inventory.principalId }
    ]
  }
  dependsOn: [dataAccount]
}

module copyAccess 'modules/storage-access.bicep' = {
  scope: group
  name: 'storage-copies-access'
  params: {
    accountName: names.backupCopies
    blobOwners: []
    onContainers: [{ name: 'backup-copies', principalId: identities.outputs.inventory.principalId }]
    onTables: []
  }
  dependsOn: [copyAccount]
}

// The zone is linked to the network before a server looks for it.
module databaseZone 'modules/private-dns-zone.bicep' = {
  scope: group
  name: 'zone-postgresql'
  params: {
    name: '${token}.private.postgres.database.azure.com'
    tags: tags
    networkId: network.outputs.networkId
  }
}

// The databases themselves are made by the job that makes their roles: what Azure Resource Manager makes belongs to a role
// of the server's own, which would not let go of it.
var databaseServers = separateDatabaseServers
  ? ['psql-orders-${token}', 'psql-inventory-${token}']
  : ['psql-${token}']

module databases 'modules/postgres-server.bicep' = [
  for server in databaseServers: {
    scope: group
    name: server
    params: {
      location: location
      tags: tags
      name: server
      version: databaseVersion
      sku: databaseSku
      storageGb: databaseStorageGb
      highAvailability: databaseHighAvailability
      geoRedundantBackup: databaseGeoRedundantBackup
      backupRetentionDays: databaseBackupRetentionDays
      subnetId: network.outputs.databasesSubnetId
      dnsZoneId: databaseZone.outputs.zoneId
      administrators: concat(
        [
          {
            objectId: identities.outputs.databaseRoles.principalId
            name: identities.outputs.databaseRoles.name
            type: 'ServicePrincipal'
          }
        ],
        empty(databaseAdministratorObjectId)
          ? []
          : [
              {
                objectId: databaseAdministratorObjectId
                name: databaseAdministratorName
                type: databaseAdministratorType
              }
            ]
      )
      workspaceId: monitoring.outputs.workspaceId
    }
  }
]

module registry 'modules/registry.bicep' = {
  scope: group
  name: 'registry'
  params: {
    location: location
    tags: tags
    name: names.registry
    sku: registrySku
    workspaceId: monitoring.outputs.workspaceId
    // Given before the app is made: an app that cannot get its image waits for a quarter of an hour and fails.
    pullers: [identities.outputs.grpc.principalId, identities.outputs.databaseRoles.principalId]
  }
}

module webPubSub 'modules/web-pubsub.bicep' = {
  scope: group
  name: 'web-pubsub'
  params: {
    location: location
    tags: tags
    name: names.webPubSub
    sku: webPubSubSku
    units: webPubSubUnits
    workspaceId: monitoring.outputs.workspaceId
    senders: [identities.outputs.order.principalId, identities.outputs.inventory.principalId]
  }
}

module sites 'modules/static-site.bicep' = [
  for site in ['web', 'dashboard']: {
    scope: group
    name: 'site-${site}'
    params: {
      location: staticSiteLocation
      tags: union(tags, { 'azd-service-name': site })
      name: 'stapp-${site}-${token}'
      sku: staticSiteSku
    }
  }
]

module containerEnvironment 'modules/container-environment.bicep' = {
  scope: group
  name: 'container-environment'
  params: {
    location: location
    tags: tags
    name: 'cae-${token}'
    subnetId: network.outputs.containersSubnetId
    zoneRedundant: zoneRedundant
    workspaceId: monitoring.outputs.workspaceId
  }
}

module containerZone 'modules/private-dns-zone.bicep' = {
  scope: group
  name: 'zone-containers'
  params: {
    name: containerEnvironment.outputs.domain
    tags: tags
    networkId: network.outputs.networkId
    address: containerEnvironment.outputs.address
    records: ['*', '@']
  }
}

// What every service reads: where the others are and, since nothing here has a password, as whom to go there.
var everywhere = {
  ServiceBusConnection__fullyQualifiedNamespace: serviceBus.outputs.host
  StorageConnection__tableServiceUri: dataAccount.outputs.tableUrl
  DATABASE_AUTHENTICATION: 'entra'
  DATABASE_MAX_CONNECTIONS: string(databaseMaxConnections)
  CHAOS_ALLOWED: chaosAllowed ? 'true' : 'false'
}
var inventoryHost = databases[separateDatabaseServers ? 1 : 0].outputs.host

module grpcHost 'modules/grpc-host.bicep' = {
  scope: group
  name: 'grpc-inventory-host'
  params: {
    location: location
    tags: tags
    name: 'ca-grpc-${token}'
    environmentId: containerEnvironment.outputs.environmentId
    identityId: identities.outputs.grpc.id
    registryHost: registry.outputs.loginServer
    image: grpcImage
    placeholderImage: placeholderImage
    cpu: grpcCpu
    minReplicas: grpcMinReplicas
    maxReplicas: max(grpcMinReplicas, grpcMaxReplicas)
    concurrentCalls: grpcConcurrentCalls
    settings: union(everywhere, {
      INVENTORY_DATABASE_URL: 'postgresql://${identities.outputs.grpc.name}@${inventoryHost}:5432/inventory?sslmode=verify-full&options=-c%20role%3Dinventory_owner'
      SEED_PRODUCTS: seedProducts ? 'true' : 'false'
      APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.insightsConnectionString
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${identities.outputs.grpc.clientId}'
      AZURE_CLIENT_ID: identities.outputs.grpc.clientId
      AZURE_TOKEN_CREDENTIALS: 'ManagedIdentityCredential'
    })
  }
  dependsOn: [containerZone, serviceBusAccess, dataAccess, endpoints]
}

module databaseRoles 'modules/database-roles-job.bicep' = {
  scope: group
  name: 'database-roles'
  params: {
    location: location
    tags: tags
    name: 'job-roles-${token}'
    environmentId: containerEnvironment.outputs.environmentId
    identity: identities.outputs.databaseRoles
    registryHost: registry.outputs.loginServer
    image: empty(grpcImage) ? placeholderImage : grpcImage
    roles: [
      {
        server: databases[0].outputs.host
        database: 'orders'
        owner: 'orders_owner'
        members: [{ name: identities.outputs.order.name, objectId: identities.outputs.order.principalId }]
      }
      {
        server: inventoryHost
        database: 'inventory'
        owner: 'inventory_owner'
        members: [
          { name: identities.outputs.inventory.name, objectId: identities.outputs.inventory.principalId }
          { name: identities.outputs.grpc.name, objectId: identities.outputs.grpc.principalId }
        ]
      }
    ]
  }
}

module functionsOrder 'modules/function-app.bicep' = {
  scope: group
  name: 'functions-order'
  params: {
    location: location
    tags: tags
    serviceName: 'functions-order'
    name: 'func-order-${token}'
    identity: identities.outputs.order
    hostBlobUrl: hostAccounts[0].outputs.blobUrl
    deploymentContainer: 'deployments'
    subnetId: network.outputs.orderSubnetId
    allowedOrigins: [sites[0].outputs.url, sites[1].outputs.url]
    nodeVersion: nodeVersion
    instanceMemoryMb: functionMemoryMb
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency
    alwaysReady: alwaysReadyHttp > 0 ? [{ name: 'http', instanceCount: alwaysReadyHttp }] : []
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    workspaceId: monitoring.outputs.workspaceId
    settings: union(everywhere, {
      ServiceBusConnection__credential: 'managedidentity'
      ServiceBusConnection__clientId: identities.outputs.order.clientId
      StorageConnection__blobServiceUri: dataAccount.outputs.blobUrl
      WebPubSubConnectionString__serviceUri: 'https://${webPubSub.outputs.host}'
      ORDERS_DATABASE_URL: 'postgresql://${identities.outputs.order.name}@${databases[0].outputs.host}:5432/orders?sslmode=verify-full&options=-c%20role%3Dorders_owner'
      INVENTORY_GRPC_URL: grpcHost.outputs.url
    })
  }
  dependsOn: [orderHostAccess, serviceBusAccess, dataAccess, endpoints]
}

module functionsInventory 'modules/function-app.bicep' = {
  scope: group
  name: 'functions-inventory'
  params: {
    location: location
    tags: tags
    serviceName: 'functions-inventory'
    name: 'func-inventory-${token}'
    identity: identities.outputs.inventory
    hostBlobUrl: hostAccounts[1].outputs.blobUrl
    deploymentContainer: 'deployments'
    subnetId: network.outputs.inventorySubnetId
    allowedOrigins: [sites[0].outputs.url, sites[1].outputs.url]
    nodeVersion: nodeVersion
    instanceMemoryMb: functionMemoryMb
    maximumInstanceCount: maximumInstanceCount
    httpConcurrency: httpConcurrency
    alwaysReady: concat(
      alwaysReadyHttp > 0 ? [{ name: 'http', instanceCount: alwaysReadyHttp }] : [],
      alwaysReadyVerifyOrders > 0 ? [{ name: 'function:orders-verify', instanceCount: alwaysReadyVerifyOrders }] : []
    )
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    workspaceId: monitoring.outputs.workspaceId
    settings: union(everywhere, {
      ServiceBusConnection__credential: 'managedidentity'
      ServiceBusConnection__clientId: identities.outputs.inventory.clientId
      StorageConnection__blobServiceUri: dataAccount.outputs.blobUrl
      BackupCopyConnection__blobServiceUri: copyAccount.outputs.blobUrl
      WebPubSubConnectionString__serviceUri: 'https://${webPubSub.outputs.host}'
      INVENTORY_DATABASE_URL: 'postgresql://${identities.outputs.inventory.name}@${inventoryHost}:5432/inventory?sslmode=verify-full&options=-c%20role%3Dinventory_owner'
      SEED_PRODUCTS: seedProducts ? 'true' : 'false'
    })
  }
  dependsOn: [inventoryHostAccess, serviceBusAccess, dataAccess, copyAccess, endpoints]
}

module watching 'modules/watching.bicep' = {
  scope: group
  name: 'watching'
  params: {
    location: location
    tags: tags
    token: token
    insightsId: monitoring.outputs.insightsId
    alertEmail: alertEmail
  }
}

module logAlerts 'modules/log-alerts.bicep' = {
  scope: group
  name: 'log-alerts'
  params: {
    location: location
    tags: tags
    token: token
    insightsId: monitoring.outputs.insightsId
    workspaceId: monitoring.outputs.workspaceId
    actionGroupId: watching.outputs.actionGroupId
    frequency: alertFrequency
    backupAccountName: dataAccount.outputs.accountName
  }
}

module metricAlerts 'modules/metric-alerts.bicep' = {
  scope: group
  name: 'metric-alerts'
  params: {
    tags: tags
    token: token
    namespaceId: serviceBus.outputs.namespaceId
    serverIds: [for (server, index) in databaseServers: databases[index].outputs.serverId]
    actionGroupId: watching.outputs.actionGroupId
  }
}

@description('The resource group.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Region of the resource group.')
output AZURE_LOCATION string = location

@description('Host name of the registry, where azd builds the image.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer

@description('Name of the registry.')
output AZURE_CONTAINER_REGISTRY_NAME string = registry.outputs.registryName

@description('Name of the Container Apps job that makes the database roles.')
output DATABASE_ROLES_JOB_NAME string = databaseRoles.outputs.jobName

@description('Name of the gRPC host\'s Container App.')
output GRPC_APP_NAME string = grpcHost.outputs.appName

@description('Address of the gRPC host, in the private network only.')
output INVENTORY_GRPC_URL string = grpcHost.outputs.url

@description('Name of the Order service\'s Function App.')
output FUNCTIONS_ORDER_NAME string = functionsOrder.outputs.appName

@description('Address of the Order service.')
output ORDER_URL string = functionsOrder.outputs.url

@description('Name of the Inventory service\'s Function App.')
output FUNCTIONS_INVENTORY_NAME string = functionsInventory.outputs.appName

@description('Address of the Inventory service.')
output INVENTORY_URL string = functionsInventory.outputs.url

@description('Address of the storefront.')
output STOREFRONT_URL string = sites[0].outputs.url

@description('Address of the dashboard.')
output DASHBOARD_URL string = sites[1].outputs.url

@description('Host name of Web PubSub, to which the sites open WebSockets.')
output WEB_PUBSUB_HOST string = webPubSub.outputs.host

@description('Host name of Service Bus.')
output SERVICE_BUS_HOST string = serviceBus.outputs.host

@description('Name of the account with the backups.')
output BACKUP_ACCOUNT_NAME string = dataAccount.outputs.accountName

@description('Name of the account with the copies in the other region.')
output BACKUP_COPY_ACCOUNT_NAME string = copyAccount.outputs.accountName

@description('Name of Application Insights.')
output APPLICATION_INSIGHTS_NAME string = monitoring.outputs.insightsName
