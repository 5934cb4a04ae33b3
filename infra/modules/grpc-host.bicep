// grpc-inventory-host: called by functions-order for every order, within the two seconds that a shopper waits.

@description('Region of the app.')
param location string

@description('Tags of every resource.')
param tags { *: string }

@description('Name of the app.')
@minLength(2)
@maxLength(32)
param name string

@description('Container Apps environment.')
param environmentId string

@description('Resource id of the identity as which the app runs and gets its image.')
param identityId string

@description('Host name of the container registry.')
param registryHost string

@description('The image; empty before the first deployment.')
param image string

@description('Image that stands in until then.')
param placeholderImage string

@description('Settings of the service.')
param settings { *: string }

@description('vCPUs of a replica; its memory is twice as many GiB, as Container Apps demands.')
@allowed(['0.25', '0.5', '1.0', '2.0', '4.0'])
param cpu string

@description('Replicas at least. A cold start would take longer than a shopper waits, so there is always one.')
@minValue(1)
param minReplicas int

@description('Replicas at most.')
@minValue(1)
@maxValue(300)
param maxReplicas int

@description('Calls under way in a replica at which another one is started.')
@minValue(1)
param concurrentCalls int

var grpcPort = 50051
var healthPort = 50052

// azd puts the image into an app that is there already, and changes nothing else of it. So what stands in has to pass the
// probes, or making the app fails after a quarter of an hour: it is told to listen on the host's ports, where it has no
// /health/live. Provisioning again, with the image, asks for that.
var hasImage = !empty(image)
var placeholderSettings = hasImage ? {} : { ASPNETCORE_HTTP_PORTS: '${grpcPort};${healthPort}' }
var memoryOf = { '0.25': '0.5Gi', '0.5': '1Gi', '1.0': '2Gi', '2.0': '4Gi', '4.0': '8Gi' }

resource app 'Microsoft.App/containerApps@2025-01-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'grpc-inventory-host' })
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identityId}': {} }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      maxInactiveRevisions: 3
      ingress: {
        // In an environment without an outside this means: from the whole private network, and not only from the
        // environment itself, in which the Function Apps are not.
        external: true
        targetPort: grpcPort
        transport: 'http2'
        allowInsecure: false
      }
      registries: [
        {
          server: registryHost
          identity: identityId
        }
      ]
    }
    template: {
      // The host lets running calls finish for 10 s and then lets go of its connections.
      terminationGracePeriodSeconds: 30
      containers: [
        {
          name: 'grpc-inventory-host'
          image: hasImage ? image : placeholderImage
          resources: {
            cpu: json(cpu)
            memory: memoryOf[cpu]
          }
          env: map(
            items(union(settings, placeholderSettings, { GRPC_PORT: string(grpcPort), HEALTH_PORT: string(healthPort) })),
            setting => { name: setting.key, value: setting.value }
          )
          probes: [
            {
              type: 'Startup'
              tcpSocket: { port: healthPort }
              periodSeconds: 2
              failureThreshold: 10
            }
            {
              // Whether the process still answers; what it depends on is no reason to kill it.
              type: 'Liveness'
              httpGet: hasImage ? { port: healthPort, path: '/health/live' } : null
              tcpSocket: hasImage ? null : { port: healthPort }
              periodSeconds: 10
              timeoutSeconds: 2
              failureThreshold: 3
            }
            {
              // The port that takes calls, and not /health: when the database is away for all, a host that refuses at
              // once serves a shopper better than an ingress that waits for a replica.
              type: 'Readiness'
              tcpSocket: { port: grpcPort }
              periodSeconds: 5
              timeoutSeconds: 2
              failureThreshold: 3
            }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        rules: [
          {
            name: 'calls'
            http: { metadata: { concurrentRequests: string(concurrentCalls) } }
          }
          {
            name: 'processor'
            custom: {
              type: 'cpu'
              metadata: { type: 'Utilization', value: '60' }
            }
          }
        ]
      }
    }
  }
}

@description('Name of the app.')
output appName string = app.name

@description('Address of the app inside the private network.')
output url string = 'https://${app.properties.configuration.ingress.fqdn}'
