using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Graph;

/// <summary>Microsoft Graph tiIndicators (beta).</summary>
internal static class GraphKind
{
    /// <summary>Graph, submitTiIndicators: at most 100 a request. No limit of updates and deletions is documented.</summary>
    public const int MaxItems = 100;

    /// <summary>Graph itself ("national cloud deployments").</summary>
    public static CloudHosts Hosts { get; } = new(
        ("global", "graph.microsoft.com"),
        ("gcc", "graph.microsoft.com"),
        ("usgov", "graph.microsoft.us"),
        ("usgovdod", "dod-graph.microsoft.us"),
        ("china", "microsoftgraph.chinacloudapi.cn"));

    public static DestinationKind Kind { get; } = new()
    {
        Settings = GraphSettings.Settings,
        EndpointsOf = settings => [settings.Endpoint ?? Hosts.In(settings.Auth.Cloud)!],
        ScopeOf = settings => CloudHosts.ScopeOf(Hosts.In(settings.Auth.Cloud)!),
        CapabilitiesOf = CapabilitiesOf,
        Create = (settings, transport, tokens) => new GraphDestination((GraphSettings)settings, transport, tokens),
        NeverBlock = [.. Hosts.All, "graph.windows.net"],
        Checks = input => new GraphChecks(input),
        CheckTenant = GraphChecks.CheckTenant,
        Takeover = PythonSample.Source,
        AlertsOf = settings => ((GraphSettings)settings).TargetProduct == GraphProduct.DefenderName
            ? AlertFeed.OfCustomIndicators("microsoftDefenderForEndpoint", "What is blocked raises an alert only where Defender says so.")
            : AlertFeed.OfRules("microsoftSentinel", "Only analytics rules raise alerts, in workspaces onboarded to the Defender portal."),
        AlertRoutes = [GraphAlerts.Route],
    };

    /// <summary>Microsoft documents tiIndicator for the global service only.</summary>
    public static bool HasTiIndicators(string cloud) => cloud is "global" or "gcc";

    public static Capabilities CapabilitiesOf(DestinationSettings settings) => new()
    {
        Shape = ((GraphSettings)settings).TargetProduct == GraphProduct.DefenderName ? IndicatorShape.Single : IndicatorShape.Combined,
        BatchSize = MaxItems,
    };
}
