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
        // A threshold chooses indicators, and rules choose by confidence.
        .. misp.Decay is { } decay
            ? [$"decay {decay.Model} {decay.Threshold}{(decay.AsConfidence ? " confidence" : "")}"]
            : Array.Empty<string>(),
        .. misp.Expirations == ExpirationSightings.Own ? Array.Empty<string>() : [$"expirations {misp.Expirations}"],
    ]);

    /// <summary>Of what has to be known of each event so that the rules can be asked.</summary>
    public static string DetailsForRules(IEnumerable<DestinationSettings> destinations)
    {
        var rules = destinations.SelectMany(one => one.Policy.Rules).ToList();
        if (rules.Count == 0) return "";
        var lifting = rules.Where(rule => rule.Then.Send is true).Select(rule => rule.Text);
        return "\nrules " + Hash(lifting.Distinct().Order(StringComparer.Ordinal));
    }

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
            .. DaysByTypeAndTlp(policy),
            .. Filters(policy),
            .. Choices(destination, policy.Rules),
            .. policy.ExpiryStart == ExpiryStart.Sent ? [] : new[] { $"{policy.ExpiryStart}" },
            destination.Fingerprint.Content,
            NeverBlockAt(settings, destination),
        ]);
    }

    /// <summary>
    /// Of what selects a destination's indicators: after a change, deletions may only look like withdrawals. Lifetimes, descriptions
    /// and other destinations are not part of it, unless a lifetime that is counted from MISP's times has ended already.
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
            .. Choices(destination, [.. policy.Rules.Where(rule => Chooses(rule, policy))]),
            .. Ends(policy),
            NeverBlockAt(settings, destination),
        ]);
    }

    private static bool Chooses(Rule rule, DestinationPolicy policy) =>
        rule.Then is { Send: not null } or { Action: not null }
        || (rule.Then.DaysToExpire is not null && policy.ExpiryStart != ExpiryStart.Sent);

    // With a lifetime that does not begin with a send, fewer days withdraw what is older.
    private static IEnumerable<string> Ends(DestinationPolicy policy) =>
        policy.ExpiryStart == ExpiryStart.Sent ? [] : [$"{policy.ExpiryStart} {policy.DaysToExpire}", .. DaysByTypeAndTlp(policy)];

    /// <summary>The hosts that this installation itself depends on.</summary>
    public static IEnumerable<string> OwnHosts(AppSettings settings) => OwnHosts(settings, settings.Destinations);

    private static string Hash(IEnumerable<string> lines) => Hash128.Of(string.Join('\n', lines)).ToString();

    private static IEnumerable<string> Filters(DestinationPolicy policy) =>
    [
        string.Join(',', policy.Types.Order(StringComparer.Ordinal)),
        string.Join(',', policy.ExcludeTypes.Order(StringComparer.Ordinal)),
        string.Join(',', policy.ExcludeTags.Order(StringComparer.OrdinalIgnoreCase)),
    ];

    private static IEnumerable<string> DaysByTypeAndTlp(DestinationPolicy policy) =>
    [
        string.Join(',', policy.ExpiryByType.OrderBy(days => days.Key, StringComparer.Ordinal)),
        string.Join(',', policy.ExpiryByTlp.OrderBy(days => days.Key)),
    ];

    // Nothing where the settings have none, so that those of an earlier version keep their fingerprint.
    private static IEnumerable<string> Choices(DestinationSettings destination, IReadOnlyList<Rule> rules)
    {
        if (destination.Policy.MaxPap is { } pap) yield return $"maxPap {pap}";
        foreach (var rule in rules) yield return rule.Text;
        if (rules.Any(rule => rule.Asks(RuleKey.Confidence))) yield return $"confidence {destination.Policy.DefaultConfidence}";
        foreach (var filter in destination.EventFilters) yield return filter.GetRawText();
        foreach (var source in destination.Sources) yield return $"source {source}";
    }

    // Without the hosts of other destinations: moving one of them does not affect this one.
    private static string NeverBlockAt(AppSettings settings, DestinationSettings destination) =>
        string.Join(',', settings.Guard.NeverBlock.Concat(OwnHosts(settings, [destination])));

    private static IEnumerable<string> OwnHosts(AppSettings settings, IEnumerable<DestinationSettings> destinations) =>
        settings.Sources.Select(one => one.Url)
            .Concat(destinations.SelectMany(one => one.OwnEndpoints.Append(one.Auth.Authority)))
            .OfType<Uri>().Select(uri => uri.Host);
}
