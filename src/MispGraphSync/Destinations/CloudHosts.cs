namespace MispGraphSync.Destinations;

/// <summary>The host of a service in each Microsoft cloud that has it.</summary>
internal sealed class CloudHosts(params IReadOnlyList<(string Cloud, string Host)> hosts)
{
    public IEnumerable<string> All => hosts.Select(one => one.Host).Distinct(StringComparer.Ordinal);

    /// <summary>The clouds with this host.</summary>
    public IEnumerable<string> CloudsOf(string host) =>
        hosts.Where(one => one.Host.Equals(host, StringComparison.OrdinalIgnoreCase)).Select(one => one.Cloud);

    /// <summary>The service's origin; null where the cloud does not have it.</summary>
    public Uri? In(string cloud) =>
        hosts.FirstOrDefault(one => one.Cloud.Equals(cloud, StringComparison.OrdinalIgnoreCase)).Host is { } host
            ? new Uri($"https://{host}") : null;

    /// <summary>The scope of the service's own tokens.</summary>
    public static string ScopeOf(Uri origin) => origin.GetLeftPart(UriPartial.Authority) + "/.default";
}
