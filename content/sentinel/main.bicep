// Deploys the analytics rules, the hunting queries and the workbook of misp-graph to a workspace with Microsoft Sentinel:
//   az deployment group create --resource-group GROUP --template-file main.bicep --parameters workspaceName=NAME
// It takes their texts from the files beside it. azuredeploy.json is this template, compiled.
metadata description = 'Analytics rules, hunting queries and a workbook for the indicators of misp-graph.'

@description('The workspace with Microsoft Sentinel, in this resource group.')
param workspaceName string

@description('The setting sourceSystem of misp-graph.')
param sourceSystem string = 'misp-graph'

@description('The address of the MISP server, for links to events in alerts. Empty: alerts have the id of the event only.')
param mispUrl string = ''

@description('Whether the rules run after the deployment. A rule that was changed in the portal is set back.')
param enableRules bool = true

@description('Whether the workbook is deployed.')
param deployWorkbook bool = true

@description('Where the workbook is kept.')
param location string = resourceGroup().location

var rules = [
  loadYamlContent('analytics/ipv4.yaml')
  loadYamlContent('analytics/ipv6.yaml')
  loadYamlContent('analytics/domain.yaml')
  loadYamlContent('analytics/url.yaml')
  loadYamlContent('analytics/file-hash.yaml')
  loadYamlContent('analytics/email-sender.yaml')
]

var huntingQueries = [
  loadYamlContent('hunting/late-indicators.yaml')
  loadYamlContent('hunting/actor-to-hosts.yaml')
  loadYamlContent('hunting/never-matched.yaml')
]

// As text of a query in Kusto.
var source = replace(replace(sourceSystem, '\\', '\\\\'), '"', '\\"')
var misp = replace(replace(mispUrl, '\\', '\\\\'), '"', '\\"')

// The form of the files, and that of the resource.
var operators = { gt: 'GreaterThan', lt: 'LessThan', eq: 'Equal', ne: 'NotEqual' }
var durations = { '5h': 'PT5H', '1h': 'PT1H', '14d': 'P14D', '7d': 'P7D' }

resource workspace 'Microsoft.OperationalInsights/workspaces@2023-09-01' existing = {
  name: workspaceName
}

resource alertRules 'Microsoft.SecurityInsights/alertRules@2025-09-01' = [for rule in rules: {
  name: rule.id
  scope: workspace
  kind: 'Scheduled'
  properties: {
    displayName: rule.name
    description: rule.description
    severity: rule.severity
    enabled: enableRules
    query: replace(replace(rule.query, 'let SourceName = "misp-graph"', 'let SourceName = "${source}"'), 'let MispUrl = ""', 'let MispUrl = "${misp}"')
    queryFrequency: durations[rule.queryFrequency]
    queryPeriod: durations[rule.queryPeriod]
    triggerOperator: operators[rule.triggerOperator]
    triggerThreshold: rule.triggerThreshold
    tactics: rule.tactics
    techniques: rule.relevantTechniques
    entityMappings: rule.entityMappings
    customDetails: rule.customDetails
    alertDetailsOverride: rule.alertDetailsOverride
    eventGroupingSettings: rule.eventGroupingSettings
    incidentConfiguration: {
      createIncident: rule.incidentConfiguration.createIncident
      groupingConfiguration: union(rule.incidentConfiguration.groupingConfiguration, {
        lookbackDuration: durations[rule.incidentConfiguration.groupingConfiguration.lookbackDuration]
      })
    }
    suppressionEnabled: rule.suppressionEnabled
    suppressionDuration: durations[rule.suppressionDuration]
  }
}]

resource savedSearches 'Microsoft.OperationalInsights/workspaces/savedSearches@2020-08-01' = [for query in huntingQueries: {
  parent: workspace
  name: query.id
  properties: {
    category: 'Hunting Queries'
    displayName: query.name
    query: replace(query.query, 'let SourceName = "misp-graph"', 'let SourceName = "${source}"')
    version: 2
    tags: [
      { name: 'description', value: query.description }
      { name: 'tactics', value: join(query.tactics, ',') }
      { name: 'techniques', value: join(query.relevantTechniques, ',') }
    ]
  }
}]

resource workbook 'Microsoft.Insights/workbooks@2022-04-01' = if (deployWorkbook) {
  name: guid(workspace.id, 'misp-graph')
  location: location
  kind: 'shared'
  properties: {
    displayName: 'MISP indicators (misp-graph)'
    category: 'sentinel'
    sourceId: workspace.id
    version: '1.0'
    serializedData: replace(loadTextContent('workbook.json'), '"value": "misp-graph"', '"value": "${source}"')
  }
}
