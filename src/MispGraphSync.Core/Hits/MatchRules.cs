using System.Net;
using System.Net.Sockets;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Hits;

/// <summary>Which indicators a service matches with an observed value.</summary>
/// <param name="UrlsCoverPaths">An indicator's URL also matches longer paths below it, and the host alone the whole host.</param>
/// <param name="HasRanges">Address ranges can be indicators.</param>
public sealed record MatchRules(bool UrlsCoverPaths, bool HasRanges)
{
    /// <summary>Of a URL that is looked at; no link that people use is deeper.</summary>
    private const int MaxSegments = 40;

    /// <summary>The observables of indicators that match, the most specific first: only the first one that is held counts.</summary>
    public IEnumerable<Observable> CandidatesOf(ObservedValue value) => value switch
    {
        ObservedValue.Host o => OfHost(o.Name),
        ObservedValue.Url o => OfUrl(o.Text),
        ObservedValue.Address o => OfAddress(o.Value),
        ObservedValue.Digest o => [new Observable.FileHash(o.Algorithm, o.Hex)],
        ObservedValue.Sender o => [new Observable.EmailAddress(o.Email, EmailRole.Sender)],
        _ => throw new InvalidOperationException($"No rule for {value.GetType().Name}."),
    };

    /// <summary>The host of what was seen, if only URL indicators could match it and their paths are not known to; else null.</summary>
    public string? WeakHostOf(ObservedValue value) => UrlsCoverPaths && value is ObservedValue.Host host ? host.Name : null;

    private IEnumerable<Observable> OfHost(string host)
    {
        yield return new Observable.DomainName(host);
        if (UrlsCoverPaths)
        {
            foreach (var url in Roots(host)) yield return url;
        }

        foreach (var parent in Parents(host)) yield return new Observable.DomainName(parent);
    }

    private IEnumerable<Observable> OfUrl(string url)
    {
        foreach (var form in Forms(url))
        {
            yield return new Observable.Url(form);
        }

        if (UrlsCoverPaths)
        {
            foreach (var shorter in Shorter(url).SelectMany(Forms)) yield return new Observable.Url(shorter);
        }

        var host = Urls.HostOf(url).ToString();
        var below = ObservedValue.OfHost(host) switch
        {
            ObservedValue.Host name => OfHost(name.Name),
            ObservedValue.Address address => OfAddress(address.Value),
            _ => [],
        };
        foreach (var observable in below) yield return observable;
    }

    private IEnumerable<Observable> OfAddress(IPAddress address)
    {
        yield return new Observable.NetworkAddress(address, Direction.Unknown);
        if (!HasRanges) yield break;
        for (var prefix = address.AddressFamily == AddressFamily.InterNetwork ? 31 : 127; prefix > 0; prefix--)
            yield return new Observable.CidrBlock(new IPNetwork(IpAddresses.Mask(address, prefix), prefix), Direction.Unknown);
    }

    // MISP's URLs have a scheme or none, and so do those of an alert.
    private static IEnumerable<string> Forms(string url) => SchemeEnd(url) is > 0 and var start
        ? [url, url[start..]]
        : ["http://" + url, "https://" + url, url];

    private static IEnumerable<Observable> Roots(string host) =>
        Forms(host).SelectMany(form => (string[])[form, form + "/"]).Select(form => new Observable.Url(form));

    // Without fragment, without query, then folder by folder, with a slash at its end and without.
    private static IEnumerable<string> Shorter(string url)
    {
        var start = SchemeEnd(url);
        foreach (var mark in (char[])['#', '?'])
        {
            if (url.IndexOf(mark, start) is not (>= 0 and var at)) continue;
            url = url[..at];
            yield return url;
        }

        for (var count = 0; count < MaxSegments && url.LastIndexOf('/') is var slash && slash > start; count++)
        {
            if (slash < url.Length - 1) yield return url[..(slash + 1)];
            url = url[..slash];
            yield return url;
        }
    }

    private static IEnumerable<string> Parents(string host)
    {
        while (host.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot)
        {
            host = host[(dot + 1)..];
            if (host.Contains('.', StringComparison.Ordinal)) yield return host;
        }
    }

    private static int SchemeEnd(string url) => url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var at ? at + 3 : 0;
}
