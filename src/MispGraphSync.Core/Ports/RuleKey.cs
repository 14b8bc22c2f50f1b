using System.Collections.Immutable;
using MispGraphSync.Core.Mapping;

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

/// <summary>
/// One property of an indicator source that a rule can ask for. <see cref="All"/> is the whole list; docs/rules.md has the meaning of each.
/// </summary>
public sealed record RuleKey(string Name, RuleKeyKind Kind)
{
    public const string FalsePositives = "falsePositivesAtLeast";
    public const string DecayScore = "decayScoreBelow";
    public const string Confidence = "confidenceBelow";

    private static readonly ImmutableArray<string> TlpWords = ["clear", "white", "green", "amber", "amber+strict", "red"];

    public static ImmutableArray<RuleKey> All { get; } =
    [
        new("type", RuleKeyKind.Names)
        {
            Texts = subject => [subject.Row.Source.Type],
        },
        new("category", RuleKeyKind.Names)
        {
            Texts = subject => Some(subject.Row.Source.Category),
        },
        new("object", RuleKeyKind.Names)
        {
            Texts = subject => Some(subject.Row.Source.Object),
        },
        new("role", RuleKeyKind.Names)
        {
            Texts = subject => Some(subject.Row.Source.Role),
        },
        new("tag", RuleKeyKind.Names)
        {
            Texts = subject => subject.Row.Event.Tagging.AllTags.Concat(subject.Row.Own.AllTags), TakesPatterns = true,
        },
        new("galaxy", RuleKeyKind.Names)
        {
            Texts = subject => subject.Row.Event.Context.Galaxies.Concat(subject.Row.Source.Galaxies)
                .SelectMany(cluster => Some(cluster.Galaxy, $"{cluster.Galaxy}={cluster.Value}"))
                .Concat(subject.Row.Event.Tagging.AllTags.Concat(subject.Row.Own.AllTags).SelectMany(ClusterOf)),
            TakesPatterns = true,
        },
        new("organisation", RuleKeyKind.Names)
        {
            Texts = subject => Some(subject.Row.Event.Context.Organisation, subject.Row.Event.Context.OrganisationUuid?.ToString()),
            TakesPatterns = true,
        },
        new("source", RuleKeyKind.Names)
        {
            Texts = subject => [subject.Row.Event.Source],
        },
        new("threatLevel", RuleKeyKind.Names)
        {
            Texts = subject => [subject.Row.Event.Context.ThreatLevel.Slug()], Words = ["high", "medium", "low", "undefined"],
        },
        new("tlp", RuleKeyKind.Names)
        {
            Texts = subject => WordsOf(subject.Row.TaggedTlp ?? subject.Policy.DefaultTlp), Words = TlpWords,
        },
        new("pap", RuleKeyKind.Names)
        {
            Texts = subject => subject.Row.Pap is { } pap ? WordsOf(pap) : [], Words = ["clear", "white", "green", "amber", "red"],
        },
        new(Confidence, RuleKeyKind.Below)
        {
            Value = subject => subject.Row.TaggedConfidence ?? subject.Policy.DefaultConfidence, Most = 101,
        },
        new("olderThan", RuleKeyKind.Age)
        {
            Moment = subject => subject.Row.ChangedAt,
        },
        new("firstSeenBefore", RuleKeyKind.Age)
        {
            Moment = subject => subject.Row.FirstSeen,
        },
        new("lastSeenBefore", RuleKeyKind.Age)
        {
            Moment = subject => subject.Row.LastSeen,
        },
        new(DecayScore, RuleKeyKind.Below)
        {
            Value = subject => subject.Row.DecayScore, Most = 101, IsReported = true,
        },
        new(FalsePositives, RuleKeyKind.AtLeast)
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
    public Func<RuleSubject, DateTimeOffset?>? Moment { get; init; }

    /// <summary>MISP reports it beside the event: see <see cref="AttributeFacts"/>.</summary>
    public bool IsReported { get; init; }

    /// <summary>The answer can change without a change of the event.</summary>
    public bool Changes => IsReported || Kind == RuleKeyKind.Age;

    private static IEnumerable<string> Some(params string?[] texts) => texts.OfType<string>();

    private static string[] WordsOf(Tlp tlp) => tlp == Tlp.Clear ? [tlp.Word(), "white"] : [tlp.Word()];

    // Events are read without their galaxies.
    private static IEnumerable<string> ClusterOf(string tag)
    {
        if (!tag.StartsWith(MispTag.GalaxyPrefix, StringComparison.OrdinalIgnoreCase)) return [];
        return TagMap.Split(tag[MispTag.GalaxyPrefix.Length..]) is var (galaxy, cluster) ? [galaxy, $"{galaxy}={cluster}"] : [];
    }
}
