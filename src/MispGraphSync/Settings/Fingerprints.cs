using System.Globalization;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Settings;

/// <summary>
/// Texts that change when the same events would give something else. They hold no secret, and nothing that may change
/// without a consequence.
/// </summary>
internal static class Fingerprints
{
    /// <summary>Of what is read, and of how it is mapped.</summary>
    public static string OfSource(MispSettings misp) => Hash128.Of(string.Join('\n',
    [
        Mapper.Version.ToString(CultureInfo.InvariantCulture),
        $"toIdsOnly {misp.ToIdsOnly}",
        $"enforceWarninglist {misp.EnforceWarninglist}",
        .. misp.EventFilters.Select(filter => filter.GetRawText()),
    ])).ToString();

    /// <summary>Of what a destination is sent of it.</summary>
    public static string OfDestination(AppSettings settings, string name)
    {
        var destination = settings.Destinations.First(one => one.Name == name);
        var policy = destination.Policy;
        return Hash128.Of(string.Join('\n',
        [
            Mapper.Version.ToString(CultureInfo.InvariantCulture),
            settings.Instance,
            $"{policy.Action} {policy.PassiveOnly} {policy.DaysToExpire} {policy.DefaultTlp} {policy.MaxTlp} "
                + $"{policy.DefaultConfidence} {policy.DefaultThreatType}",
            string.Join(',', policy.ExpiryByType.OrderBy(days => days.Key, StringComparer.Ordinal)),
            string.Join(',', policy.ExpiryByTlp.OrderBy(days => days.Key)),
            string.Join(',', policy.Types.Order(StringComparer.Ordinal)),
            string.Join(',', policy.ExcludeTypes.Order(StringComparer.Ordinal)),
            string.Join(',', policy.ExcludeTags.Order(StringComparer.OrdinalIgnoreCase)),
            destination.Fingerprint.Content,
            string.Join(',', NeverBlockAt(settings, destination)),
        ])).ToString();
    }

    /// <summary>
    /// Of what decides which indicators a destination has: when it changes, deletions may only look like withdrawals. How long they
    /// live and how they are described does not belong to it, nor what is set for another destination.
    /// </summary>
    public static string OfSelection(AppSettings settings, string name)
    {
        var destination = settings.Destinations.First(one => one.Name == name);
        var policy = destination.Policy;
        return Hash128.Of(string.Join('\n',
        [
            settings.Instance,
            $"{policy.Action} {policy.DefaultTlp} {policy.MaxTlp} {destination.Fingerprint.Selection}",
            string.Join(',', policy.Types.Order(StringComparer.Ordinal)),
            string.Join(',', policy.ExcludeTypes.Order(StringComparer.Ordinal)),
            string.Join(',', policy.ExcludeTags.Order(StringComparer.OrdinalIgnoreCase)),
            string.Join(',', NeverBlockAt(settings, destination)),
        ])).ToString();
    }

    // Other destinations' hosts are protected as well, but moving one of them says nothing of this destination.
    private static IEnumerable<string> NeverBlockAt(AppSettings settings, DestinationSettings destination) =>
        settings.Guard.NeverBlock.Concat(OwnHosts(settings.Misp, [destination]));

    /// <summary>The hosts that this installation itself depends on.</summary>
    public static IEnumerable<string> OwnHosts(AppSettings settings) => OwnHosts(settings.Misp, settings.Destinations);

    private static IEnumerable<string> OwnHosts(MispSettings source, IEnumerable<DestinationSettings> destinations)
    {
        if (source.Url is { } misp) yield return misp.Host;
        foreach (var destination in destinations)
        {
            foreach (var endpoint in destination.OwnEndpoints) yield return endpoint.Host;
            if (destination.Auth.Authority is { } authority) yield return authority.Host;
        }
    }
}
