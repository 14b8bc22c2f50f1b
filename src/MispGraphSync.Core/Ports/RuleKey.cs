using System.Collections.Immutable;

namespace MispGraphSync.Core.Ports;

/// <summary>What the value of a condition is.</summary>
public enum RuleKeyKind
{
    /// <summary>A text or a list of texts, of which one must be there.</summary>
    Names,

    /// <summary>A number: what is smaller matches.</summary>
    Below,

    /// <summary>A number: what is as large matches.</summary>
    AtLeast,

    /// <summary>Days such as <c>90d</c>, or a day such as <c>2026-01-31</c>: what is earlier matches.</summary>
    Age,
}

/// <summary>One property of an indicator source that a rule can ask for. <see cref="All"/> is the whole list.</summary>
public sealed record RuleKey(string Name, RuleKeyKind Kind, string Meaning)
{
    public const string FalsePositives = "falsePositivesAtLeast";
    public const string DecayScore = "decayScoreBelow";

    private static readonly ImmutableArray<string> TlpWords = ["clear", "white", "green", "amber", "amber+strict", "red"];

    public static ImmutableArray<RuleKey> All { get; } =
    [
        new("type", RuleKeyKind.Names, "the MISP type of the attribute, such as `ip-dst`")
        {
            Texts = subject => [subject.Row.Source.Type],
        },
        new("category", RuleKeyKind.Names, "the attribute's category, such as `Network activity`")
        {
            Texts = subject => Some(subject.Row.Source.Category),
        },
        new("object", RuleKeyKind.Names, "the name of the MISP object that the attribute is in, such as `url`")
        {
            Texts = subject => Some(subject.Row.Source.Object),
        },
        new("role", RuleKeyKind.Names, "the attribute's role in its object (object relation), such as `host`")
        {
            Texts = subject => Some(subject.Row.Source.Role),
        },
        new("tag", RuleKeyKind.Names, "a tag of the event or the attribute, local ones too")
        {
            Texts = subject => subject.Row.Event.Tagging.AllTags.Concat(subject.Row.Own.AllTags), TakesPatterns = true,
        },
        new("galaxy", RuleKeyKind.Names, "a galaxy's type such as `threat-actor`, or a cluster such as `threat-actor=APT28`")
        {
            Texts = subject => subject.Row.Event.Context.Galaxies.Concat(subject.Row.Source.Galaxies)
                .SelectMany(cluster => Some(cluster.Galaxy, $"{cluster.Galaxy}={cluster.Value}"))
                .Concat(subject.Row.Event.Tagging.AllTags.Concat(subject.Row.Own.AllTags).SelectMany(ClusterOf)),
            TakesPatterns = true,
        },
        new("organisation", RuleKeyKind.Names, "the organisation that created the event: its name or UUID")
        {
            Texts = subject => Some(subject.Row.Event.Context.Organisation, subject.Row.Event.Context.OrganisationUuid?.ToString()),
            TakesPatterns = true,
        },
        new("source", RuleKeyKind.Names, "the source's name (`misp.name`)")
        {
            Texts = subject => [subject.Row.Event.Source],
        },
        new("threatLevel", RuleKeyKind.Names, "the event's threat level")
        {
            Texts = subject => [WordOf(subject.Row.Event.Context.ThreatLevel)], Words = ["high", "medium", "low", "undefined"],
        },
        new("tlp", RuleKeyKind.Names, "the strictest TLP of event and attribute; without one, `defaultTlp`")
        {
            Texts = subject => WordsOf(subject.Row.TaggedTlp ?? subject.Policy.DefaultTlp), Words = TlpWords,
        },
        new("pap", RuleKeyKind.Names, "the strictest PAP of event and attribute; without one, nothing matches")
        {
            Texts = subject => subject.Row.Pap is { } pap ? WordsOf(pap) : [], Words = ["clear", "white", "green", "amber", "red"],
        },
        new("confidenceBelow", RuleKeyKind.Below, "a confidence below this (0 to 100); without a tag, `defaultConfidence` counts")
        {
            Value = subject => subject.Row.TaggedConfidence ?? subject.Policy.DefaultConfidence, Most = 101,
        },
        new("olderThan", RuleKeyKind.Age, "the attribute was last changed before this")
        {
            Moment = subject => subject.Row.Source.Timestamp,
        },
        new("firstSeenBefore", RuleKeyKind.Age, "first seen before this; without `first_seen`, the event's date counts")
        {
            Moment = subject => subject.Row.Source.FirstSeen ?? subject.Row.Event.When,
        },
        new("lastSeenBefore", RuleKeyKind.Age, "last seen before this; without `last_seen`, the attribute's last change counts")
        {
            Moment = subject => subject.Row.LastSeen,
        },
        new(DecayScore, RuleKeyKind.Below,
            "a decay score below this (0 to 100), by the model of `misp.decay`; unknown scores never match")
        {
            Value = subject => subject.Row.DecayScore, Most = 101, IsReported = true,
        },
        new(FalsePositives, RuleKeyKind.AtLeast, "so many sightings in MISP that call it a false positive")
        {
            Value = subject => subject.Row.FalsePositives, Most = 1_000_000, IsReported = true,
        },
    ];

    /// <summary>Names: what is compared.</summary>
    public Func<RuleSubject, IEnumerable<string>>? Texts { get; init; }

    /// <summary>Names: an asterisk stands for any text.</summary>
    public bool TakesPatterns { get; init; }

    /// <summary>Names: the only ones; empty: any.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>Numbers: null matches nothing.</summary>
    public Func<RuleSubject, int?>? Value { get; init; }

    /// <summary>Numbers: the largest that makes sense; the smallest is 1.</summary>
    public int Most { get; init; }

    /// <summary>Ages.</summary>
    public Func<RuleSubject, DateTimeOffset>? Moment { get; init; }

    /// <summary>MISP reports it beside the event: see <see cref="AttributeFacts"/>.</summary>
    public bool IsReported { get; init; }

    /// <summary>The answer can change without a change of the event.</summary>
    public bool Changes => IsReported || Kind == RuleKeyKind.Age;

    private static IEnumerable<string> Some(params string?[] texts) => texts.OfType<string>();

    private static string WordOf(ThreatLevel level) => level.ToString().ToLowerInvariant();

    private static string[] WordsOf(Tlp tlp) => tlp switch
    {
        Tlp.Clear => ["clear", "white"],
        Tlp.AmberStrict => ["amber+strict"],
        _ => [tlp.ToString().ToLowerInvariant()],
    };

    // misp-galaxy:threat-actor="APT28": events are read without their galaxies.
    private static IEnumerable<string> ClusterOf(string tag)
    {
        const string Prefix = "misp-galaxy:";
        if (!tag.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) || tag.IndexOf('=') is not (> 0 and var equals)) return [];
        var galaxy = tag[Prefix.Length..equals];
        return [galaxy, $"{galaxy}={tag[(equals + 1)..].Trim().Trim('"')}"];
    }
}
