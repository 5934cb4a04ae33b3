// Whom the alerts tell, and the page on which the system is looked at.

@description('Region of the workbook.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Makes names unique.')
param token string

@description('Application Insights, which the workbook asks.')
param insightsId string

@description('Address that alerts are sent to; empty: they are seen in the portal only.')
param alertEmail string

resource actionGroup 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-${token}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'valerix'
    enabled: true
    emailReceivers: empty(alertEmail)
      ? []
      : [
          {
            name: 'operator'
            emailAddress: alertEmail
            useCommonAlertSchema: true
          }
        ]
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, token, 'workbook')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Valerix ${token}'
    category: 'workbook'
    sourceId: insightsId
    serializedData: string(loadJsonContent('../workbook.json'))
  }
}

@description('Resource id of the action group.')
output actionGroupId string = actionGroup.id
