using System.Collections.Immutable;
using MispGraphSync.Settings;
using static MispGraphSync.Settings.SettingTypes;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>The settings of context objects, each chosen on its own.</summary>
internal static class ContextKeys
{
    private static readonly SettingKey<bool> Identities = Switch("identities",
        "Also send the organisations whose indicators are sent, as STIX identities.");

    private static readonly SettingKey<bool> Actors = Switch("actors",
        "Also send threat actors from galaxies of the indicators' events.");

    private static readonly SettingKey<bool> Techniques = Switch("techniques",
        "Also send techniques with a number of MITRE ATT&CK from these galaxies, as STIX attack patterns.");

    private static readonly SettingKey<bool> Relations = Switch("relations",
        "Also send that an actor uses a technique, where one event has both; needs context.actors and context.techniques.");

    private static readonly SettingKey<bool> CreatedBy = Switch("createdBy",
        "Also say in indicators, actors and techniques whose they are; needs context.identities. Every indicator is sent again, once.");

    private static readonly SettingKey<int> IndicatorRelations = new(
        "context.indicatorRelations", KeyScope.Destination, Number(0, 50_000), "0",
        "Also send that an indicator indicates its actors and techniques, 3 of each indicator and so many in all; 0: none.")
    { Kind = SentinelSettings.KindName };

    private static readonly SettingKey<IReadOnlyList<string>> Clusters = new("context.clusters", KeyScope.Destination, List(AnyText), "[]",
        "Custom clusters that may leave as context, and clusters whose tag is local: by name, UUID or tag. All others stay in MISP.")
    { Example = "[\"Our shared actor\"]", Kind = SentinelSettings.KindName };

    private static readonly SettingKey<int> GraceDays = new("context.graceDays", KeyScope.Destination, Number(0, 365), "7",
        "An object that nothing supports any more is revoked after so many days. Its id cannot live again.")
    { Kind = SentinelSettings.KindName };

    public static IReadOnlyList<SettingKey> All { get; } =
    [
        Identities, Actors, Techniques, Relations, IndicatorRelations, CreatedBy, Clusters, GraceDays,
    ];

    public static ContextPolicy Bind(DestinationValues values) => new()
    {
        Identities = values.Of(Identities),
        Actors = values.Of(Actors),
        Techniques = values.Of(Techniques),
        Relations = values.Of(Relations),
        MostIndications = values.Of(IndicatorRelations),
        CreatedBy = values.Of(CreatedBy),
        Clusters = (values.Of(Clusters) ?? []).Select(name => name.Trim()).ToImmutableHashSet(StringComparer.OrdinalIgnoreCase),
        Grace = TimeSpan.FromDays(values.Of(GraceDays)),
    };

    public static IEnumerable<string> Warnings(ContextPolicy policy)
    {
        if (policy.Relations && !policy.Uses)
            yield return "context.relations has no effect without context.actors and context.techniques.";
        if (policy.MostIndications > 0 && !policy.Indicates)
            yield return "context.indicatorRelations has no effect without context.actors or context.techniques.";
        if (policy.CreatedBy && !policy.NamesCreators) yield return "context.createdBy has no effect without context.identities.";
    }

    private static SettingKey<bool> Switch(string name, string meaning) =>
        new($"context.{name}", KeyScope.Destination, Bool, "false", meaning) { Kind = SentinelSettings.KindName };
}
