using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Microsoft Defender for Endpoint's custom indicators.</summary>
internal static class DefenderKind
{
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
        Create = static (settings, transport, tokens) => DefenderDestination.Create((DefenderSettings)settings, transport, tokens),
        NeverBlock = [.. Hosts.All],
        Remedies =
        [
            new(Remedy.AlreadyExists.Words, "Someone else holds this value there. Remove theirs in the Defender portal, or leave it to them (excludeTags)."),
            new(["action", "actions", "generate alert", "block", "warn", "audit"],
                "Defender does not take this action for this type. Set the destination's action to another, such as alert."),
        ],
        FullRemedy = "The tenant holds as many indicators as Defender takes. Lower capacity, daysToExpire or what is sent (types, excludeTags), "
            + "or remove others' indicators.",
    };

    /// <summary>Outside the global cloud no document names the scope; the host's own is the natural one.</summary>
    private static string ScopeOf(DestinationSettings settings) =>
        ((DefenderSettings)settings).TokenScope ?? CloudHosts.ScopeOf(Hosts.In(settings.Auth.Cloud) ?? DefenderDestination.EndpointOf(settings));

    public static Capabilities CapabilitiesOf(DestinationSettings settings) => new()
    {
        Shape = IndicatorShape.Single,
        BatchSize = DefenderDestination.MostItems,
        Upserts = true,
        HasSharedNamespace = true,
        Capacity = settings.Capacity,
        CapacityForAll = DefenderDestination.TenantCapacity,
    };
}
