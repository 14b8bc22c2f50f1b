using System.Globalization;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Settings;

/// <summary>Hashes that change when the same events would give other indicators. They contain no secret.</summary>
internal static class Fingerprints
{
    private static readonly string MapperVersion = Mapper.Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>Of what is read and how it is mapped.</summary>
    public static string OfSource(MispSettings misp) => Hash(
    [
        MapperVersion,
        $"toIdsOnly {misp.ToIdsOnly}",
        $"enforceWarninglist {misp.EnforceWarninglist}",
        .. misp.EventFilters.Select(filter => filter.GetRawText()),
    ]);

    /// <summary>Of what a destination is sent.</summary>
    public static string OfDestination(AppSettings settings, string name)
    {
        var destination = settings.Destinations.First(one => one.Name == name);
        var policy = destination.Policy;
        return Hash(
        [
            MapperVersion,
            settings.Instance,
            $"{policy.Action} {policy.PassiveOnly} {policy.DaysToExpire} {policy.DefaultTlp} {policy.MaxTlp} {policy.DefaultConfidence} "
                + policy.DefaultThreatType,
            string.Join(',', policy.ExpiryByType.OrderBy(days => days.Key, StringComparer.Ordinal)),
            string.Join(',', policy.ExpiryByTlp.OrderBy(days => days.Key)),
            .. Filters(policy),
            destination.Fingerprint.Content,
            NeverBlockAt(settings, destination),
        ]);
    }

    /// <summary>
    /// Of what selects a destination's indicators: after a change, deletions may only look like withdrawals. Lifetimes, descriptions
    /// and other destinations are not part of it.
    /// </summary>
    public static string OfSelection(AppSettings settings, string name)
    {
        var destination = settings.Destinations.First(one => one.Name == name);
        var policy = destination.Policy;
        return Hash(
        [
            settings.Instance,
            $"{policy.Action} {policy.DefaultTlp} {policy.MaxTlp} {destination.Fingerprint.Selection}",
            .. Filters(policy),
            NeverBlockAt(settings, destination),
        ]);
    }

    /// <summary>The hosts that this installation itself depends on.</summary>
    public static IEnumerable<string> OwnHosts(AppSettings settings) => OwnHosts(settings, settings.Destinations);

    private static string Hash(IEnumerable<string> lines) => Hash128.Of(string.Join('\n', lines)).ToString();

    private static IEnumerable<string> Filters(DestinationPolicy policy) =>
    [
        string.Join(',', policy.Types.Order(StringComparer.Ordinal)),
        string.Join(',', policy.ExcludeTypes.Order(StringComparer.Ordinal)),
        string.Join(',', policy.ExcludeTags.Order(StringComparer.OrdinalIgnoreCase)),
    ];

    // Without the hosts of other destinations: moving one of them does not affect this one.
    private static string NeverBlockAt(AppSettings settings, DestinationSettings destination) =>
        string.Join(',', settings.Guard.NeverBlock.Concat(OwnHosts(settings, [destination])));

    private static IEnumerable<string> OwnHosts(AppSettings settings, IEnumerable<DestinationSettings> destinations) =>
        settings.Sources.Select(one => one.Url)
            .Concat(destinations.SelectMany(one => one.OwnEndpoints.Append(one.Auth.Authority)))
            .OfType<Uri>().Select(uri => uri.Host);
}
