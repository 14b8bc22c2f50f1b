using System.Net;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Hits;

/// <summary>A value in the evidence of an alert, normalised as observables are. A closed union.</summary>
public abstract record ObservedValue
{
    private ObservedValue() { }

    /// <summary>A name: all that is known of a connection, or of an encrypted request.</summary>
    public sealed record Host(string Name) : ObservedValue;

    /// <summary>With a path, a query or a fragment. Perhaps without a scheme.</summary>
    public sealed record Url(string Text) : ObservedValue;

    public sealed record Address(IPAddress Value) : ObservedValue;

    public sealed record Digest(HashAlgorithm Algorithm, string Hex) : ObservedValue;

    public sealed record Sender(string Email) : ObservedValue;

    /// <summary>A URL, or the bare host of one; null for what is neither.</summary>
    public static ObservedValue? OfUrl(string? text)
    {
        if (text is null || Urls.Normalise(text.Trim()) is not { } url) return OfAddress(text);
        var start = url.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0;
        var end = url.AsSpan(start).IndexOfAny('/', '?', '#');
        var hasPath = end >= 0 && (url[start + end] != '/' || start + end + 1 < url.Length);
        return hasPath ? new Url(url) : OfHost(Urls.HostOf(url).ToString());
    }

    /// <summary>A name, or an address in its place.</summary>
    public static ObservedValue? OfHost(string? text) => text is null ? null
        : DomainNames.Normalise(text.Trim()) is { } name ? new Host(name) : OfAddress(text);

    /// <summary>Null also for the placeholders <c>0.0.0.0</c> and <c>::</c>.</summary>
    public static ObservedValue? OfAddress(string? text) =>
        text is not null && IpAddresses.Parse(text.Trim()) is { } address && !address.Equals(IPAddress.Any)
            && !address.Equals(IPAddress.IPv6Any)
            ? new Address(address) : null;

    public static ObservedValue? OfHash(HashAlgorithm algorithm, string? text) =>
        text is not null && Hashes.Normalise(algorithm, text.Trim()) is { } hex ? new Digest(algorithm, hex) : null;

    public static ObservedValue? OfSender(string? text)
    {
        if (text?.Trim() is not { } email || email.LastIndexOf('@') is not (> 0 and var at)) return null;
        return DomainNames.Normalise(email[(at + 1)..]) is { } domain ? new Sender($"{email[..at]}@{domain}") : null;
    }
}
