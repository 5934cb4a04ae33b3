// Alerts that are judged by what the services tell. The first three are the dashboard's rules, over minutes instead of its
// 30 seconds, because telemetry comes once a minute.

@description('Region of the rules.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Makes names unique.')
param token string

@description('Application Insights, which the services report to.')
param insightsId string

@description('Workspace, which has the storage account\'s log.')
param workspaceId string

@description('Action group that is told.')
param actionGroupId string

@description('How often the rules of requests and orders are judged.')
@allowed(['PT1M', 'PT5M'])
param frequency string

@description('Name of the account that has the backup vault.')
param backupAccountName string

var rules = [
  {
    name: 'response-time'
    says: 'The Order service takes more than 1 s on average, for all requests or for those that change something.'
    severity: 1
    frequency: frequency
    window: 'PT5M'
    scope: insightsId
    query: loadTextContent('../alerts/response-time.kql')
  }
  {
    name: 'error-rate'
    says: 'The Order service fails more than 5 % of its requests.'
    severity: 1
    frequency: frequency
    window: 'PT5M'
    scope: insightsId
    query: loadTextContent('../alerts/error-rate.kql')
  }
  {
    name: 'health'
    says: 'A service cannot use something that it depends on, or has stopped reporting.'
    severity: 1
    frequency: 'PT5M'
    window: 'PT6H'
    scope: insightsId
    query: loadTextContent('../alerts/health.kql')
  }
  {
    name: 'stuck-orders'
    says: 'An order has had no outcome for 20 minutes, though after 15 the sweep gives it up.'
    severity: 1
    frequency: frequency
    window: 'PT5M'
    scope: insightsId
    query: loadTextContent('../alerts/stuck-orders.kql')
  }
  {
    name: 'unsent-events'
    says: 'An event has waited in an outbox for more than 5 minutes.'
    severity: 2
    frequency: 'PT5M'
    window: 'PT5M'
    scope: insightsId
    query: loadTextContent('../alerts/unsent-events.kql')
  }
  {
    name: 'dead-letters'
    says: 'Messages wait for an operator: dead-lettered by the broker, or quarantined by their reader.'
    severity: 2
    frequency: 'PT5M'
    window: 'PT5M'
    scope: insightsId
    query: loadTextContent('../alerts/dead-letters.kql')
  }
  {
    name: 'broken-books'
    says: 'A service found that its own books break a promise: stock or orders do not add up.'
    severity: 0
    frequency: 'PT5M'
    window: 'PT15M'
    scope: insightsId
    query: loadTextContent('../alerts/broken-books.kql')
  }
  {
    name: 'backup-missing'
    says: 'Nothing was written to the backup vault for 26 hours. A new system is red until its first backup.'
    severity: 1
    frequency: 'PT30M'
    window: 'P2D'
    scope: workspaceId
    query: replace(loadTextContent('../alerts/backup-missing.kql'), '{{account}}', backupAccountName)
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in rules: {
    name: 'alert-${rule.name}-${token}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Valerix: ${rule.name}'
      description: rule.says
      severity: rule.severity
      enabled: true
      scopes: [rule.scope]
      evaluationFrequency: rule.frequency
      windowSize: rule.window
      criteria: {
        allOf: [
          {
            // A query answers rows only for what is wrong.
            query: rule.query
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            failingPeriods: {
              numberOfEvaluationPeriods: 1
              minFailingPeriodsToAlert: 1
            }
          }
        ]
      }
      autoMitigate: true
      // The tables are there only once something has been told.
      skipQueryValidation: true
      actions: { actionGroups: [actionGroupId] }
    }
  }
]
