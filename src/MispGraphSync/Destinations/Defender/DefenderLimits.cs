using System.Net;
using System.Text.RegularExpressions;
using MispGraphSync.Core.Planning;
using static MispGraphSync.Destinations.Defender.DefenderTypes;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// What Defender cannot take: an observable without a type, a value that it refuses, or an action that the type does not have.
/// </summary>
internal static partial class DefenderLimits
{
    public const string Audit = "Audit";

    public const string Allowed = "Allowed";

    // Defender takes "external" addresses only: besides what is not public, these are for documentation, unspecified, loopback, or IPv4
    // written as IPv6.
    private static readonly IPNetwork[] Reserved =
        [.. new[] { "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "::/80" }.Select(IPNetwork.Parse)];

    /// <summary>Null when Defender can take it.</summary>
    public static SkipReason? SkipReasonFor(Observable? single, IndicatorAction action)
    {
        if (single is null || DefenderValue.Of(single) is not { } value) return SkipReason.NoFieldHere;
        if (SkipReasonFor(single) is { } reason) return reason;
        return ActionOf(value.Type, action) is null ? SkipReason.ActionNotAllowed : null;
    }

    /// <summary>
    /// Defender's word for an action; null where it refuses the action for the type, with or without an error. To block a
    /// file is to block and remediate: the setting asks that the file cannot run, and Block alone leaves it there, ready for the
    /// next device where the indicator has expired. A certificate has no other blocking; a network indicator has nothing to remediate.
    /// </summary>
    public static string? ActionOf(string type, IndicatorAction action) => (action, type) switch
    {
        (IndicatorAction.Block, FileMd5 or FileSha1 or FileSha256 or CertificateThumbprint) => "BlockAndRemediate",
        (IndicatorAction.Block, _) => "Block",
        (IndicatorAction.Allow, _) => Allowed,
        (_, CertificateThumbprint) => null,
        (IndicatorAction.Alert, _) => Audit,
        (IndicatorAction.Warn, _) => "Warn",
        _ => null,
    };

    private static SkipReason? SkipReasonFor(Observable single) => single switch
    {
        Observable.NetworkAddress o => OfAddress(o.Value),
        Observable.EmailSourceAddress o => OfAddress(o.Value),
        // An onion name is never seen in DNS, so no device would match it.
        Observable.DomainName o when o.Value.EndsWith(".onion", StringComparison.OrdinalIgnoreCase) => SkipReason.NoFieldHere,
        Observable.DomainName o => HostName().IsMatch(o.Value) ? null : SkipReason.InvalidDomain,
        Observable.Url o => OfUrl(o.Value),
        _ => null,
    };

    private static SkipReason? OfAddress(IPAddress address) =>
        NeverBlock.IsNotPublic(address) || Array.Exists(Reserved, network => network.Contains(address)) ? SkipReason.NotPublic : null;

    private static SkipReason? OfUrl(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps))
            return SkipReason.InvalidUrl;
        if (uri.Host.Length == 0 || uri.UserInfo.Length > 0 || !PlainUrl().IsMatch(url)) return SkipReason.InvalidUrl;
        if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)) return OfAddress(address);
        // A host of one label is on the local network, as a name alone would be.
        return uri.Host.TrimEnd('.').Contains('.') ? null : SkipReason.InvalidUrl;
    }

    /// <summary>At least two labels, the first without an underscore in front, the last one no number.</summary>
    [GeneratedRegex(
        @"^(?=.{3,253}\z)(?!_)(?![0-9.]+\z)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])\z",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex HostName();

    /// <summary>No blanks, no wildcards, no credentials.</summary>
    [GeneratedRegex(@"^https?://(?![^/?#]*@)[^\s/?#*\p{C}][^\s*\p{C}]*\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PlainUrl();
}
