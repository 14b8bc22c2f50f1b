using 'misp-graph.bicep'

param image = 'contoso.azurecr.io/misp-graph:0.1.0'
param registryName = 'contoso'
param vaultName = 'contoso-vault'
param settings = loadTextContent('config.json')
// To keep the logs, in the file share misp-graph of a storage account:
// param storageAccountName = 'contosofiles'
