// The private network: databases and the gRPC host are only reachable inside it.

@description('Region of the network.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Makes names unique.')
param token string

@description('Address space of the network, a /16.')
param addressPrefix string

// Storage accounts without private endpoints let in these subnets only. "Global" reaches the account of the other region too.
var storageEndpoint = [{ service: 'Microsoft.Storage.Global' }]

// A Flex Consumption app and a Container Apps environment each need a subnet of their own, all delegated to the same
// service; names without underscores, which Flex Consumption refuses.
var computeDelegation = [
  {
    name: 'container-apps'
    properties: { serviceName: 'Microsoft.App/environments' }
  }
]

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: 'vnet-${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    // Within the resource, because subnets that are deployed one by one collide with each other.
    subnets: [
      {
        name: 'containers'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 23, 0)
          delegations: computeDelegation
          serviceEndpoints: storageEndpoint
        }
      }
      {
        name: 'functions-order'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 2)
          delegations: computeDelegation
          serviceEndpoints: storageEndpoint
          networkSecurityGroup: { id: closed.id }
        }
      }
      {
        name: 'functions-inventory'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 3)
          delegations: computeDelegation
          serviceEndpoints: storageEndpoint
          networkSecurityGroup: { id: closed.id }
        }
      }
      {
        name: 'databases'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 16)
          delegations: [
            {
              name: 'postgresql'
              properties: { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' }
            }
          ]
          networkSecurityGroup: { id: closed.id }
        }
      }
      {
        name: 'private-endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 17)
          privateEndpointNetworkPolicies: 'Enabled'
          networkSecurityGroup: { id: closed.id }
        }
      }
    ]
  }
}

// The default rules already keep the internet out and let the network itself in; saying it once more keeps it so when
// somebody adds a rule of a higher number. The subnet of Container Apps is left to the service, which manages its own.
resource closed 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: 'nsg-closed-${token}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'nothing-from-the-internet'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'Internet'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

@description('Resource id of the network.')
output networkId string = network.id

@description('Subnet of the Container Apps environment.')
output containersSubnetId string = '${network.id}/subnets/containers'

@description('Subnet of functions-order.')
output orderSubnetId string = '${network.id}/subnets/functions-order'

@description('Subnet of functions-inventory.')
output inventorySubnetId string = '${network.id}/subnets/functions-inventory'

@description('Subnet of the PostgreSQL servers.')
output databasesSubnetId string = '${network.id}/subnets/databases'

@description('Subnet of the private endpoints.')
output privateEndpointsSubnetId string = '${network.id}/subnets/private-endpoints'
