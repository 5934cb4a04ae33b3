// The Service Bus namespace with every entity of the one topology file, which the local emulators load as well.

@description('Region of the namespace.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Name of the namespace.')
param name string

@description('Tier of the namespace. Basic has no topics.')
@allowed(['Standard', 'Premium'])
param sku string

@description('Messaging units; Premium only.')
@allowed([1, 2, 4, 8, 16])
param capacity int

@description('ISO 8601 duration for which messages live that a service must not miss, in place of the topology\'s; empty: the topology\'s.')
param messageTimeToLive string

@description('Whether the public side is closed, which needs Premium and a private endpoint.')
param privateOnly bool

@description('Workspace that gets the logs.')
param workspaceId string

var topology = loadJsonContent('../../packages/contracts/servicebus.topology.json').UserConfig.Namespaces[0]
var subscriptionsOfTopics = flatten(map(
  topology.Topics,
  topic => map(topic.Subscriptions, subscription => { topic: topic.Name, ...subscription })
))

// Azure gives every new subscription the rule "$Default", which lets everything through: the first rule of the topology
// takes its name, and with it its place. The emulators have no such rule, so there the names are the topology's.
var rules = flatten(map(
  subscriptionsOfTopics,
  subscription =>
    map(subscription.?Rules ?? [], (rule, index) => {
      topic: subscription.topic
      subscription: subscription.Name
      name: index == 0 ? '$Default' : rule.Name
      expression: rule.Properties.SqlFilter.SqlExpression
    })
))

// What is dead-lettered when it expires is what somebody must not miss; the dashboard's copies are worth nothing later.
var topicsThatMatter = map(
  filter(subscriptionsOfTopics, subscription => subscription.Properties.DeadLetteringOnMessageExpiration),
  subscription => subscription.topic
)

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
    capacity: sku == 'Premium' ? capacity : null
  }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: privateOnly ? 'Disabled' : 'Enabled'
    premiumMessagingPartitions: sku == 'Premium' ? 1 : null
  }
}

resource queues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = [
  for queue in topology.Queues: {
    parent: namespace
    name: queue.Name
    properties: {
      deadLetteringOnMessageExpiration: queue.Properties.DeadLetteringOnMessageExpiration
      defaultMessageTimeToLive: empty(messageTimeToLive) || !queue.Properties.DeadLetteringOnMessageExpiration
        ? queue.Properties.DefaultMessageTimeToLive
        : messageTimeToLive
      duplicateDetectionHistoryTimeWindow: queue.Properties.DuplicateDetectionHistoryTimeWindow
      lockDuration: queue.Properties.LockDuration
      maxDeliveryCount: queue.Properties.MaxDeliveryCount
      requiresDuplicateDetection: queue.Properties.RequiresDuplicateDetection
      requiresSession: queue.Properties.RequiresSession
    }
  }
]

resource topics 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = [
  for topic in topology.Topics: {
    parent: namespace
    name: topic.Name
    properties: {
      defaultMessageTimeToLive: empty(messageTimeToLive) || !contains(topicsThatMatter, topic.Name)
        ? topic.Properties.DefaultMessageTimeToLive
        : messageTimeToLive
      duplicateDetectionHistoryTimeWindow: topic.Properties.DuplicateDetectionHistoryTimeWindow
      requiresDuplicateDetection: topic.Properties.RequiresDuplicateDetection
    }
  }
]

resource subscriptions 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [
  for subscription in subscriptionsOfTopics: {
    name: '${name}/${subscription.topic}/${subscription.Name}'
    properties: {
      deadLetteringOnMessageExpiration: subscription.Properties.DeadLetteringOnMessageExpiration
      deadLetteringOnFilterEvaluationExceptions: true
      defaultMessageTimeToLive: empty(messageTimeToLive) || !subscription.Properties.DeadLetteringOnMessageExpiration
        ? subscription.Properties.DefaultMessageTimeToLive
        : messageTimeToLive
      lockDuration: subscription.Properties.LockDuration
      maxDeliveryCount: subscription.Properties.MaxDeliveryCount
      requiresSession: subscription.Properties.RequiresSession
    }
    dependsOn: [topics]
  }
]

resource filters 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = [
  for rule in rules: {
    name: '${name}/${rule.topic}/${rule.subscription}/${rule.name}'
    properties: {
      filterType: 'SqlFilter'
      sqlFilter: { sqlExpression: rule.expression }
    }
    dependsOn: [subscriptions]
  }
]

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'logs'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
  }
}

@description('Resource id of the namespace.')
output namespaceId string = namespace.id

@description('Host name of the namespace.')
output host string = '${namespace.name}.servicebus.windows.net'
