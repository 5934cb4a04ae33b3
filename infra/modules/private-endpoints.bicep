// Brings services into the private network, so that their public side can be closed.

@description('Region of the network.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Resource id of the network, which asks the DNS zones.')
param networkId string

@description('Subnet of the endpoints.')
param subnetId string

@description('One endpoint.')
type endpoint = {
  @description('Name of the endpoint.')
  name: string

  @description('Resource id of the service.')
  resourceId: string

  @description('Which of its sides: blob, table or namespace.')
  group: 'blob' | 'table' | 'namespace'
}

@description('The endpoints.')
param endpoints endpoint[]

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  namespace: 'privatelink.servicebus.windows.net'
}

// Each zone once, however many endpoints use it.
var groups = union(map(endpoints, each => each.group), [])

module zones 'private-dns-zone.bicep' = [
  for group in groups: {
    name: 'zone-${group}'
    params: {
      name: zoneNames[group]
      tags: tags
      networkId: networkId
    }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2025-01-01' = [
  for each in endpoints: {
    name: each.name
    location: location
    tags: tags
    properties: {
      subnet: { id: subnetId }
      privateLinkServiceConnections: [
        {
          name: each.name
          properties: {
            privateLinkServiceId: each.resourceId
            groupIds: [each.group]
          }
        }
      ]
    }
  }
]

resource zoneGroups 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-01-01' = [
  for (each, index) in endpoints: {
    parent: privateEndpoints[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: each.group
          properties: { privateDnsZoneId: zones[indexOf(groups, each.group)].outputs.zoneId }
        }
      ]
    }
  }
]
