// Who may send to and receive from which entity. Receiving from a subscription takes a role on the subscription itself;
// dead letters, and looking without taking, go by the role on the entity that they belong to.

@description('Name of the namespace, whose entities are there.')
param namespaceName string

@description('A role on a queue or on a topic.')
type entityAccess = {
  @description('Name of the queue or topic.')
  entity: string

  @description('Who is given it.')
  principalId: string

  @description('What it is given.')
  role: 'Azure Service Bus Data Sender' | 'Azure Service Bus Data Receiver'
}

@description('A role on a subscription: to receive from it.')
type subscriptionAccess = {
  @description('Name of the topic.')
  topic: string

  @description('Name of the subscription.')
  subscription: string

  @description('Who is given it.')
  principalId: string
}

@description('Roles on queues.')
param onQueues entityAccess[]

@description('Roles on topics.')
param onTopics entityAccess[]

@description('Roles on subscriptions.')
param onSubscriptions subscriptionAccess[]

var roles = loadJsonContent('../roles.json')
var receiver = roles['Azure Service Bus Data Receiver']

resource queues 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' existing = [
  for each in onQueues: {
    name: '${namespaceName}/${each.entity}'
  }
]

resource queueRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in onQueues: {
    scope: queues[index]
    name: guid(queues[index].id, each.principalId, roles[each.role])
    properties: {
      principalId: each.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[each.role])
    }
  }
]

resource topics 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' existing = [
  for each in onTopics: {
    name: '${namespaceName}/${each.entity}'
  }
]

resource topicRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in onTopics: {
    scope: topics[index]
    name: guid(topics[index].id, each.principalId, roles[each.role])
    properties: {
      principalId: each.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles[each.role])
    }
  }
]

resource subscriptions 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' existing = [
  for each in onSubscriptions: {
    name: '${namespaceName}/${each.topic}/${each.subscription}'
  }
]

resource subscriptionRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (each, index) in onSubscriptions: {
    scope: subscriptions[index]
    name: guid(subscriptions[index].id, each.principalId, receiver)
    properties: {
      principalId: each.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', receiver)
    }
  }
]
