using System.Net;
using System.Text.RegularExpressions;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Destinations.Defender;

/// <summary>What Defender cannot take: no type for it, a value that it refuses, or an action that the type does not know.</summary>
internal static partial class DefenderLimits
{
    /// <summary>Null when it can. A range is refused for want of a type.</summary>
    public static SkipReason? SkipReasonFor(Observable? single, IndicatorAction action)
    {
        if (single is null || DefenderValue.Of(single) is not { } value) return SkipReason.NoFieldHere;
        if (RefusesValue(single) is { } reason) return reason;
        return DefenderActions.Of(value.Type, action) is null ? SkipReason.ActionNotAllowed : null;
    }

    private static SkipReason? RefusesValue(Observable single) => single switch
    {
        Observable.NetworkAddress o => RefusesAddress(o.Value),
        Observable.EmailSourceAddress o => RefusesAddress(o.Value),
        Observable.DomainName o => RefusesName(o.Value),
        Observable.Url o => RefusesUrl(o.Value),
        _ => null,
    };

    private static SkipReason? RefusesAddress(IPAddress address) => PublicAddresses.Contains(address) ? null : SkipReason.NotPublic;

    /// <summary>An onion name is never seen in DNS, so no device would match it.</summary>
    private static SkipReason? RefusesName(string name) =>
        name.EndsWith(".onion", StringComparison.OrdinalIgnoreCase) ? SkipReason.NoFieldHere
        : HostName().IsMatch(name) ? null
        : SkipReason.InvalidDomain;

    private static SkipReason? RefusesUrl(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)) return SkipReason.InvalidUrl;
        if (uri.Host.Length == 0 || uri.UserInfo.Length > 0 || !PlainUrl().IsMatch(url)) return SkipReason.InvalidUrl;
        if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address)) return RefusesAddress(address);
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
