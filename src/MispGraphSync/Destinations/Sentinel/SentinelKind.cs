using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>Microsoft Sentinel's upload API.</summary>
internal static class SentinelKind
{
    /// <summary>The upload API takes at most 100 objects a request.</summary>
    public const int MaxObjects = 100;

    public const string ManagementName = "Azure's management API";

    /// <summary>The settings that name a workspace there.</summary>
    public const string Names = "subscriptionId, resourceGroup and workspaceName";

    /// <summary>Takes threat intelligence; its tokens are those of <see cref="Management"/>.</summary>
    public static CloudHosts Hosts { get; } = new(
        ("global", "api.ti.sentinel.azure.com"),
        ("gcc", "api.ti.sentinel.azure.com"),
        ("usgov", "api.ti.sentinel.azure.us"),
        ("usgovdod", "api.ti.sentinel.azure.us"),
        ("china", "api.ti.sentinel.azure.cn"));

    /// <summary>Azure Resource Manager, which lists what is held.</summary>
    public static CloudHosts Management { get; } = new(
        ("global", "management.azure.com"),
        ("gcc", "management.azure.com"),
        ("usgov", "management.usgovcloudapi.net"),
        ("usgovdod", "management.usgovcloudapi.net"),
        ("china", "management.chinacloudapi.cn"));

    public static DestinationKind Kind { get; } = new()
    {
        Settings = SentinelSettings.Settings,
        EndpointsOf = settings => [settings.Endpoint ?? Hosts.In(settings.Auth.Cloud)!, ManagementOf((SentinelSettings)settings)],
        ScopeOf = settings => CloudHosts.ScopeOf(Management.In(settings.Auth.Cloud)!),
        CapabilitiesOf = CapabilitiesOf,
        Create = (settings, transport, tokens) => new SentinelDestination((SentinelSettings)settings, transport, tokens),
        NeverBlock = [.. Hosts.All, .. Management.All, "management.core.windows.net"],
        Remedies =
        [
            Remedy.AlreadyExists,
            Remedy.TextLength,
            new(["pattern"], "Sentinel cannot store the pattern. Correct the value in MISP, or take away its to_ids flag."),
            new(["property", "properties", "schema", "required", "additional"],
                "Sentinel's schema refuses a field. This is more likely a fault of misp-graph than of the value: please report it with "
                + "the log file."),
        ],
        Checks = input => new SentinelChecks(input),
        AlertsOf = _ => LogAnalyticsAlerts.Feed,
        AlertRoutes = [LogAnalyticsAlerts.Route],
        Takeover = Misp2Sentinel.Source,
    };

    public static Uri ManagementOf(SentinelSettings settings) => settings.ManagementEndpoint ?? Management.In(settings.Auth.Cloud)!;

    /// <exception cref="RunFailedException">InvalidInput: a bad endpoint.</exception>
    public static Uri ResolveManagement(SentinelSettings settings) =>
        Origin.Resolve(settings.ManagementEndpoint, Management.In(settings.Auth.Cloud)!, "managementEndpoint");

    public static Capabilities CapabilitiesOf(DestinationSettings settings) => new()
    {
        Shape = IndicatorShape.Single,
        BatchSize = MaxObjects,
        Upserts = true,
        IdsNotReusable = true,
        // Other clients wait up to two minutes before they read again.
        VisibilityLag = TimeSpan.FromMinutes(5),
    };
}
