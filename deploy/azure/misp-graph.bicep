// An Azure Container Apps job that pushes indicators hourly: a managed identity, secrets from a Key Vault, no ledger.
// docs/operations.md has the steps. Its authors compiled this file, but have not deployed it.
@description('For example contoso.azurecr.io/misp-graph:0.1.0')
param image string

@description('The container registry that has the image, in this resource group.')
param registryName string

@description('The key vault in this resource group, with the secret misp-key.')
param vaultName string

@description('The settings file, as text. The MISP key in it is env:MISP_KEY.')
@secure()
param settings string

@description('The storage account in this resource group that keeps the logs, in its file share misp-graph. Empty: they are not kept.')
param storageAccountName string = ''

param location string = resourceGroup().location

var keepsLogs = !empty(storageAccountName)
var vaultSecretsUser = subscriptionResourceId(
  'Microsoft.Authorization/roleDefinitions',
  '4633458b-17de-408a-b874-0445c86b69e6'
)
var acrPull = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '7f951dda-4ed3-4680-a7ca-43fe172d538d')

resource registry 'Microsoft.ContainerRegistry/registries@2023-07-01' existing = {
  name: registryName
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: vaultName
}

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' existing = if (keepsLogs) {
  name: storageAccountName
}

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: 'misp-graph'
  location: location
}

resource mayReadSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: vault
  name: guid(vault.id, identity.id, vaultSecretsUser)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: vaultSecretsUser
  }
}

resource mayPull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, identity.id, acrPull)
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: acrPull
  }
}

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: 'misp-graph'
  location: location
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: 30
  }
}

resource environment 'Microsoft.App/managedEnvironments@2024-03-01' = {
  name: 'misp-graph'
  location: location
  properties: {
    // What the job prints. The files in logs/ are not sent there.
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: {
        customerId: workspace.properties.customerId
        sharedKey: workspace.listKeys().primarySharedKey
      }
    }
  }

  resource share 'storages' = if (keepsLogs) {
    name: 'logs'
    properties: {
      azureFile: {
        accountName: storageAccountName
        accountKey: keepsLogs ? storage!.listKeys().keys[0].value : ''
        shareName: 'misp-graph'
        accessMode: 'ReadWrite'
      }
    }
  }
}

resource job 'Microsoft.App/jobs@2024-03-01' = {
  name: 'misp-graph'
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  dependsOn: [
    mayReadSecrets
    mayPull
    environment::share
  ]
  properties: {
    environmentId: environment.id
    configuration: {
      triggerType: 'Schedule'
      scheduleTriggerConfig: {
        cronExpression: '17 * * * *'
        parallelism: 1
        replicaCompletionCount: 1
      }
      // The service starts a run even while the one before is active: 50 minutes of work and 8 to stop keep them apart.
      replicaTimeout: 3480
      // The next run tries again.
      replicaRetryLimit: 0
      registries: [
        {
          server: registry.properties.loginServer
          identity: identity.id
        }
      ]
      secrets: [
        {
          name: 'misp-key'
          keyVaultUrl: '${vault.properties.vaultUri}secrets/misp-key'
          identity: identity.id
        }
        {
          name: 'settings'
          value: settings
        }
      ]
    }
    template: {
      containers: [
        {
          name: 'misp-graph'
          image: image
          args: ['push', '-q', '--max-duration', '50m']
          env: [
            {
              name: 'MISP_KEY'
              secretRef: 'misp-key'
            }
            // The settings name no identity, since it is made here, and no ledger.
            {
              name: 'MISP_GRAPH__AUTH__MANAGEDIDENTITY'
              value: identity.properties.clientId
            }
            {
              name: 'MISP_GRAPH__LEDGER'
              value: 'none'
            }
          ]
          resources: {
            cpu: json('0.5')
            memory: '1Gi'
          }
          volumeMounts: concat(
            [
              {
                volumeName: 'settings'
                mountPath: '/etc/misp-graph'
              }
            ],
            keepsLogs
              ? [
                  {
                    volumeName: 'logs'
                    mountPath: '/var/lib/misp-graph/logs'
                  }
                ]
              : []
          )
        }
      ]
      volumes: concat(
        [
          {
            name: 'settings'
            storageType: 'Secret'
            secrets: [
              {
                secretRef: 'settings'
                path: 'config.json'
              }
            ]
          }
        ],
        keepsLogs
          ? [
              {
                name: 'logs'
                storageType: 'AzureFile'
                storageName: 'logs'
                // The image's account owns the files.
                mountOptions: 'uid=1654,gid=1654,dir_mode=0700,file_mode=0600'
              }
            ]
          : []
      )
    }
  }
}

@description('Give this identity the role of the destination: docs/managed-identity.md.')
output principalId string = identity.properties.principalId
