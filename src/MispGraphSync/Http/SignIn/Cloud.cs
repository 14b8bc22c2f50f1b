using System.Collections.Frozen;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Http.SignIn;

/// <summary>
/// The hosts of one Microsoft cloud (Graph and Entra: "national cloud deployments"; Defender: "gov"). Every token's
/// scope is the host's origin and <c>/.default</c>; tokens of one cloud are worth nothing in another.
/// </summary>
/// <param name="Authority">Signs in.</param>
/// <param name="Sentinel">Takes Sentinel's threat intelligence; its tokens are those of <paramref name="Management"/>.</param>
/// <param name="Management">Azure Resource Manager.</param>
/// <param name="Defender">Null where no host is documented.</param>
/// <param name="HasTiIndicators">Graph's tiIndicator is there; Microsoft documents it for the global service only.</param>
internal sealed record Cloud(
    string Name, Uri Authority, Uri Graph, Uri Sentinel, Uri Management, Uri? Defender, bool HasTiIndicators)
{
    private static readonly FrozenDictionary<string, Cloud> All = new Cloud[]
    {
        Of("global", "https://login.microsoftonline.com", "https://graph.microsoft.com", "https://api.ti.sentinel.azure.com",
            "https://management.azure.com", "https://api.securitycenter.microsoft.com", hasTiIndicators: true),
        Of("gcc", "https://login.microsoftonline.com", "https://graph.microsoft.com", "https://api.ti.sentinel.azure.com",
            "https://management.azure.com", "https://api-gcc.securitycenter.microsoft.us", hasTiIndicators: true),
        Of("usgov", "https://login.microsoftonline.us", "https://graph.microsoft.us", "https://api.ti.sentinel.azure.us",
            "https://management.usgovcloudapi.net", "https://api-gov.securitycenter.microsoft.us"),
        Of("usgovdod", "https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "https://api.ti.sentinel.azure.us",
            "https://management.usgovcloudapi.net", "https://api-gov.securitycenter.microsoft.us"),
        Of("china", "https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn",
            "https://api.ti.sentinel.azure.cn", "https://management.chinacloudapi.cn", defender: null),
    }.ToFrozenDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyCollection<string> Names { get; } =
        All.Keys.Order(StringComparer.Ordinal).ToArray();

    public string GraphScope => Scope(Graph);

    /// <summary>For Sentinel's upload and for listing back.</summary>
    public string ManagementScope => Scope(Management);

    /// <summary>Outside the global cloud no document names the scope; the host's own is the natural one.</summary>
    public string? DefenderScope => Defender is null ? null : Scope(Defender);

    /// <exception cref="RunFailedException">Usage: no such cloud.</exception>
    public static Cloud Named(string name) => All.GetValueOrDefault(name)
        ?? throw new RunFailedException(
            RunOutcome.InvalidInput, $"auth.cloud: there is no cloud named {name}.", $"Use one of {string.Join(", ", Names)}.");

    private static string Scope(Uri resource) => resource.GetLeftPart(UriPartial.Authority) + "/.default";

    private static Cloud Of(
        string name, string authority, string graph, string sentinel, string management, string? defender, bool hasTiIndicators = false) =>
        new(name, new(authority), new(graph), new(sentinel), new(management), defender is null ? null : new(defender), hasTiIndicators);
}
