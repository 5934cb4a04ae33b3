// A DNS zone that answers inside the private network only.

@description('Name of the zone.')
param name string

@description('Tags of every resource.')
param tags { *: string }

@description('Resource id of the network that asks it.')
param networkId string

@description('Names in the zone that lead to the address; none where others make the records.')
param records string[] = []

@description('The address.')
param address string = ''

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: name
  location: 'global'
  tags: tags

  resource link 'virtualNetworkLinks' = {
    name: 'network'
    location: 'global'
    tags: tags
    properties: {
      registrationEnabled: false
      virtualNetwork: { id: networkId }
    }
  }

  resource addresses 'A' = [
    for record in records: {
      name: record
      properties: {
        ttl: 300
        aRecords: [{ ipv4Address: address }]
      }
    }
  ]
}

@description('Resource id of the zone; whoever has it also waits for the link.')
output zoneId string = zone.id
