using System.Collections.Immutable;

namespace MispGraphSync.Core.Mapping;

/// <summary>The state of one attribute while its object is mapped.</summary>
internal sealed class ObjectMember(Guid id, MispAttribute attribute)
{
    private readonly List<(ImmutableArray<Observable> Observables, ObjectMember[] From)> _combinations = [];
    private MappingOutcome? _decided;

    public Guid Id { get; } = id;
    public MispAttribute Attribute { get; } = attribute;

    /// <summary>Null when it maps by its type.</summary>
    public AttributeRole? Role { get; init; }

    /// <summary>Why it is no indicator in its own right; null when it may be one.</summary>
    public SkipReason? NotSelected { get; init; }

    /// <summary>On a warninglist that counts: not even combined. One that only lacks to_ids may be.</summary>
    public bool IsKnownGood { get; init; }

    public ParseResult Result { get; set; } = ParseResult.Nothing;

    /// <summary>Carries combined indicators, and is a single one.</summary>
    public bool IsMain { get; set; }

    /// <summary>Part of an indicator that another member carries.</summary>
    public bool IsCombined { get; set; }

    public bool IsDeleted => _decided?.SkipReason == SkipReason.Deleted;

    // Products match each field of a combined indicator alone, so an attribute that is not selected adds no field that they match.
    public ImmutableArray<Observable> Contribution => this switch
    {
        { _decided: not null } or { IsKnownGood: true } or { Result.Reason: not null } => [],
        { NotSelected: null } => Result.Combined,
        _ => [.. Result.Combined.Where(observable => !IsMatched(observable))],
    };

    public MappingOutcome Outcome => this switch
    {
        { _decided: { } decided } => decided,
        { IsMain: true, NotSelected: null, Result.Reason: null } => MappingOutcome.Mapped,
        { IsCombined: true } => MappingOutcome.Context,
        _ => MappingOutcome.Skipped(NotSelected ?? Result.Reason ?? SkipReason.WeakAlone),
    };

    /// <summary>Takes it out of the combining, with the result that it has alone; null is context.</summary>
    public void Decide(ParseResult? result) => (Result, _decided) = (result ?? ParseResult.Nothing, Mapper.Outcome(result));

    public void Carry(ImmutableArray<Observable> observables, ObjectMember[] from) => _combinations.Add((observables, from));

    public List<IndicatorSource> Sources(string? objectComment, int firstPart)
    {
        if (!Outcome.IsMapped) return [];
        var comment = string.IsNullOrWhiteSpace(Attribute.Comment) ? objectComment : Attribute.Comment;
        var isHostOfUrl = Role is { Kind: RoleKind.HostOfUrl };
        if (_decided is not null) return [.. Mapper.Sources(Id, Attribute, Result, firstPart, comment, isHostOfUrl)];

        var sources = new List<IndicatorSource>(_combinations.Count + 1);
        foreach (var (observables, from) in _combinations)
        {
            sources.Add(CombinedSource(observables, from, firstPart + sources.Count, objectComment));
        }

        // As a single indicator it has its own tags only: another member's TLP or family does not apply to it.
        if (Result.Singles is [var single] && sources is [var first, ..]
            && !first.Tags.Except(Attribute.Tags).Any() && !first.Galaxies.Except(Attribute.Galaxies).Any())
        {
            sources[0] = first with { Single = single };
            return sources;
        }

        sources.AddRange(Mapper.Sources(Id, Attribute, Result with { Combined = [] }, firstPart + sources.Count, comment));
        return sources;
    }

    private IndicatorSource CombinedSource(
        ImmutableArray<Observable> observables, ObjectMember[] from, int part, string? objectComment) => new()
        {
            Attribute = Id,
            Part = part,
            Type = Attribute.Type,
            Category = Attribute.Category,
            Combined = observables,
            Timestamp = from.Max(member => member.Attribute.Timestamp),
            FirstSeen = from.Min(member => member.Attribute.FirstSeen),
            LastSeen = from.Max(member => member.Attribute.LastSeen),
            Comment = objectComment ?? Attribute.Comment,
            Tags = [.. from.SelectMany(member => member.Attribute.Tags).Distinct()],
            Galaxies = [.. from.SelectMany(member => member.Attribute.Galaxies).Distinct()],
        };

    // The rest only describes the indicator.
    private static bool IsMatched(Observable observable) => observable is
        Observable.DomainName or Observable.Url or Observable.NetworkAddress or Observable.CidrBlock or Observable.FileHash
        or Observable.EmailAddress or Observable.EmailSourceAddress or Observable.EmailSourceDomain;
}
