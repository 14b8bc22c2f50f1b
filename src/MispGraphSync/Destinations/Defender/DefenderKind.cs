using System.Text.Json;
using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Microsoft Defender for Endpoint's custom indicators.</summary>
internal static class DefenderKind
{
    public const string Name = "defender";

    private const string EarlierApp = "earlier-app";

    /// <summary>Import and BatchDelete: at most 500 a request.</summary>
    public const int MaxItems = 500;

    /// <summary>Active indicators of a tenant, all creators together; cannot be raised.</summary>
    public const int TenantCapacity = 15_000;

    private const string PermissionRemedy =
        "The app may not write this value; an app with Ti.ReadWrite alone may write only what it created. Grant it Ti.ReadWrite.All of "
        + "WindowsDefenderATP, with admin consent, and wait some minutes. Then run 'misp-graph errors --retry', or, if an earlier app "
        + $"registration created it, 'misp-graph verify --repair --adopt {EarlierApp}'.";

    /// <summary>Defender for Endpoint ("gov"); none is documented for China.</summary>
    public static CloudHosts Hosts { get; } = new(
        ("global", "api.securitycenter.microsoft.com"),
        ("gcc", "api-gcc.securitycenter.microsoft.us"),
        ("usgov", "api-gov.securitycenter.microsoft.us"),
        ("usgovdod", "api-gov.securitycenter.microsoft.us"));

    public static DestinationKind Kind { get; } = new()
    {
        Settings = DefenderSettings.Settings,
        EndpointsOf = settings => (settings.Endpoint ?? Hosts.In(settings.Auth.Cloud)) is { } host ? [host] : [],
        ScopeOf = ScopeOf,
        CapabilitiesOf = CapabilitiesOf,
        Create = (settings, transport, tokens) => new DefenderDestination((DefenderSettings)settings, transport, tokens),
        NeverBlock = [.. Hosts.All],
        Remedies =
        [
            // No document has the words for a value that the app may not write.
            new(["another source", "another app*", "another user", "other source*", "other app*", "created by", "not the owner"],
                PermissionRemedy),
            new(Remedy.AlreadyExists.Words,
                "Someone else holds this value there. Remove theirs in the Defender portal, or leave it to them (excludeTags)."),
            new(["action", "actions", "generate alert", "block", "warn", "audit"],
                "Defender does not take this action for this type. Set the destination's action to another, such as alert."),
        ],
        PermissionRemedy = PermissionRemedy,
        Takeover = new(
            EarlierApp, $"{EarlierApp} (at Defender)", tool => tool == EarlierApp,
            (tool, destination, _, _) => new ForeignTool(tool, destination, Recognise: null)),
        Checks = input => new DefenderChecks(input),
        CheckTenant = CheckTenant,
        AlertsOf = DefenderAlerts.FeedOf,
        AlertRoutes = [DefenderAlerts.Route],
        FullRemedy =
            "The tenant holds as many indicators as Defender allows. Lower capacity, daysToExpire or what is sent (types, excludeTags), "
            + "or remove others' indicators.",
    };

    /// <exception cref="RunFailedException">InvalidInput: a cloud without a known host, or a bad endpoint.</exception>
    public static Uri EndpointOf(DestinationSettings settings) =>
        (settings.Endpoint ?? Hosts.In(settings.Auth.Cloud)) is { } host
            ? Origin.Resolve(settings.Endpoint, host, "endpoint")
            : throw new RunFailedException(
                RunOutcome.InvalidInput, $"Destination {settings.Name}: no host of Defender is known in the cloud {settings.Auth.Cloud}.",
                "If you have one, name it in \"endpoint\".");

    private static CheckResult? CheckTenant(DestinationSettings settings, JsonElement discovery) =>
        settings is { Kind: Name, Endpoint: null, Auth.Cloud: "global" } && discovery.Text("tenant_region_sub_scope") == "GCC"
            ? CheckResult.Warning(
                $"Tenant {settings.Auth.Tenant} is a GCC tenant, whose Defender is at another host than the global one.",
                "Set auth.cloud to gcc.")
            : null;

    /// <summary>Outside the global cloud no document names the scope; the host's own is the natural one.</summary>
    public static string ScopeOf(DestinationSettings settings) =>
        ((DefenderSettings)settings).TokenScope ?? CloudHosts.ScopeOf(Hosts.In(settings.Auth.Cloud) ?? EndpointOf(settings));

    public static Capabilities CapabilitiesOf(DestinationSettings settings) => new()
    {
        Shape = IndicatorShape.Single,
        BatchSize = MaxItems,
        Upserts = true,
        HasSharedNamespace = true,
        EarlierAppRemedy = $"'misp-graph verify --repair --adopt {EarlierApp}' takes them over.",
        SilenceSetting = "generateAlert: false",
        Capacity = settings.Capacity,
        CapacityForAll = TenantCapacity,
    };
}
