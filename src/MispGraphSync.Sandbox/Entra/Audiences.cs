namespace MispGraphSync.Sandbox.Entra;

/// <summary>The resources known in the sandbox's tenant, by every name that a scope may give them.</summary>
internal static class Audiences
{
    public static readonly IReadOnlySet<string> Graph = Names("https://graph.microsoft.com");

    /// <summary>Sentinel's upload API and ARM share this one; the clouds have their own.</summary>
    public static readonly IReadOnlySet<string> Management = Names(
        "https://management.azure.com", "https://management.core.windows.net",
        "https://management.usgovcloudapi.net", "https://management.chinacloudapi.cn");

    public static readonly IReadOnlySet<string> Defender = Names(
        "https://api.securitycenter.microsoft.com", "https://api.security.microsoft.com",
        "https://securitycenter.onmicrosoft.com/windowsatpservice",
        "https://api-gcc.securitycenter.microsoft.us", "https://api-gov.securitycenter.microsoft.us");

    public static readonly IReadOnlySet<string> LogAnalytics = Names(
        "https://api.loganalytics.io", "https://api.loganalytics.azure.com", "https://api.loganalytics.us");

    public static readonly IReadOnlySet<string> Vault = Names(
        "https://vault.azure.net", "https://vault.usgovcloudapi.net", "https://vault.azure.cn");

    public static IReadOnlySet<string>? Of(string resource) =>
        new[] { Graph, Management, Defender, LogAnalytics, Vault }.FirstOrDefault(names => names.Contains(resource));

    private static HashSet<string> Names(params string[] resources) =>
        resources.SelectMany(name => new[] { name, name + "/" }).ToHashSet(StringComparer.OrdinalIgnoreCase);
}
