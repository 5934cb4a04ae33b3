// A built site, served from the edge. Static Web Apps have no diagnostic settings.

@description('Where the site is managed; it is served everywhere.')
@allowed(['westus2', 'centralus', 'eastus2', 'westeurope', 'eastasia'])
param location string

@description('Tags, with the name of the service that azd deploys here.')
param tags { *: string }

@description('Name of the site.')
@minLength(2)
@maxLength(60)
param name string

@description('Tier: Standard has a service level agreement.')
@allowed(['Free', 'Standard'])
param sku string

resource site 'Microsoft.Web/staticSites@2024-11-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
  }
  properties: {
    allowConfigFileUpdates: true
    stagingEnvironmentPolicy: 'Disabled'
  }
}

@description('Origin of the site.')
output url string = 'https://${site.properties.defaultHostname}'

@description('Name of the site.')
output siteName string = site.name
