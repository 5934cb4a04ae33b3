// Alerts that Azure judges by its own measurements, also when no service can tell anything.

@description('Tags of every resource.')
param tags { *: string }

@description('Makes names unique.')
param token string

@description('The Service Bus namespace.')
param namespaceId string

@description('The PostgreSQL servers.')
param serverIds string[]

@description('Action group that is told.')
param actionGroupId string

resource deadLetters 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'alert-dead-letter-depth-${token}'
  location: 'global'
  tags: tags
  properties: {
    description: 'A queue or topic has dead letters: messages that wait for an operator.'
    severity: 2
    enabled: true
    scopes: [namespaceId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-letters'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: ['*']
            }
          ]
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Average'
        }
      ]
    }
    actions: [{ actionGroupId: actionGroupId }]
  }
}

var serverMeasures = [
  {
    name: 'cpu'
    metric: 'cpu_percent'
    says: 'uses more than 80 % of its processors'
  }
  {
    name: 'storage'
    metric: 'storage_percent'
    says: 'has used more than 80 % of its disk'
  }
]

var serverAlerts = flatten(map(
  range(0, length(serverIds)),
  server => map(serverMeasures, measure => { server: server, ...measure })
))

resource servers 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for each in serverAlerts: {
    name: 'alert-postgresql-${each.name}-${each.server + 1}-${token}'
    location: 'global'
    tags: tags
    properties: {
      description: 'A PostgreSQL server ${each.says}.'
      severity: 2
      enabled: true
      scopes: [serverIds[each.server]]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: each.name
            metricNamespace: 'Microsoft.DBforPostgreSQL/flexibleServers'
            metricName: each.metric
            operator: 'GreaterThan'
            threshold: 80
            timeAggregation: 'Average'
          }
        ]
      }
      actions: [{ actionGroupId: actionGroupId }]
    }
  }
]
