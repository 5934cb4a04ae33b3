// A PostgreSQL flexible server inside the private network, which knows Entra identities only.

@description('Region of the server.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Name of the server.')
@minLength(3)
@maxLength(63)
param name string

@description('Major version of PostgreSQL.')
param version string

@description('Machine: name and price class that belong together.')
param sku { name: string, tier: 'Burstable' | 'GeneralPurpose' | 'MemoryOptimized' }

@description('GB of the disk at first; it grows by itself.')
param storageGb int

@description('A second server that takes over, and where it stands. Not with a Burstable machine.')
@allowed(['Disabled', 'SameZone', 'ZoneRedundant'])
param highAvailability string

@description('Whether backups are also kept in the paired region. Can only be chosen when the server is made.')
param geoRedundantBackup bool

@description('Days to which the server can be set back in time.')
@minValue(7)
@maxValue(35)
param backupRetentionDays int

@description('Subnet that is delegated to PostgreSQL.')
param subnetId string

@description('Private DNS zone, linked to the network already: the server registers itself there.')
param dnsZoneId string

@description('Somebody who may do everything on the server.')
type administrator = {
  @description('Object id in Entra.')
  objectId: string

  @description('Name in Entra, which becomes the name of the role.')
  name: string

  @description('What it is.')
  type: 'ServicePrincipal' | 'User' | 'Group'
}

@description('The administrators.')
param administrators administrator[]

@description('Workspace that gets the logs.')
param workspaceId string

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: name
  location: location
  tags: tags
  sku: sku
  properties: {
    version: version
    authConfig: {
      activeDirectoryAuth: 'Enabled'
      passwordAuth: 'Disabled'
      tenantId: tenant().tenantId
    }
    storage: {
      storageSizeGB: storageGb
      autoGrow: 'Enabled'
    }
    backup: {
      backupRetentionDays: backupRetentionDays
      geoRedundantBackup: geoRedundantBackup ? 'Enabled' : 'Disabled'
    }
    highAvailability: { mode: highAvailability }
    network: {
      delegatedSubnetResourceId: subnetId
      privateDnsZoneArmResourceId: dnsZoneId
      publicNetworkAccess: 'Disabled'
    }
    // Sunday, 03:00 UTC: the hour in which the fewest shoppers order.
    maintenanceWindow: {
      customWindow: 'Enabled'
      dayOfWeek: 0
      startHour: 3
      startMinute: 0
    }
  }
}

// A server does one thing at a time and answers ServerIsBusy to the rest: hence one after the other down to the end.
resource minimumTls 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = {
  parent: server
  name: 'ssl_min_protocol_version'
  properties: {
    value: 'TLSv1.2'
    source: 'user-override'
  }
}

resource requireTls 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = {
  parent: server
  name: 'require_secure_transport'
  properties: {
    value: 'on'
    source: 'user-override'
  }
  dependsOn: [minimumTls]
}

@batchSize(1)
resource serverAdministrators 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = [
  for each in administrators: {
    parent: server
    name: each.objectId
    properties: {
      principalName: each.name
      principalType: each.type
      tenantId: tenant().tenantId
    }
    dependsOn: [requireTls]
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: server
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
  dependsOn: [serverAdministrators]
}

@description('Resource id of the server.')
output serverId string = server.id

@description('Host name of the server.')
output host string = server.properties.fullyQualifiedDomainName
