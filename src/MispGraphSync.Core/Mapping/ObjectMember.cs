using System.Collections.Immutable;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Core.Mapping;

/// <summary>An attribute on its way through its object's mapping.</summary>
internal sealed class ObjectMember(Guid id, MispAttribute attribute)
{
    private readonly List<(ImmutableArray<Observable> Observables, ObjectMember[] From)> _combinations = [];
    private MappingOutcome? _settled;

    public Guid Id { get; } = id;

    public MispAttribute Attribute { get; } = attribute;

    /// <summary>Null when it maps by its type.</summary>
    public AttributeRole? Use { get; set; }

    public ParseResult Reading { get; set; } = ParseResult.Nothing;

    /// <summary>Why it is not watched by its own right; null when it is.</summary>
    public SkipReason? Unselected { get; set; }

    /// <summary>On a warninglist that counts: not even joined. One that only lacks to_ids may be.</summary>
    public bool IsKnownGood { get; set; }

    /// <summary>Carries indicators, and is watched alone.</summary>
    public bool IsMain { get; set; }

    /// <summary>Part of an indicator that another one carries.</summary>
    public bool IsJoined { get; set; }

    public bool IsDeleted => _settled is MappingOutcome.Skipped { Reason: SkipReason.Deleted };

    /// <summary>
    /// What it adds to a combination. Rules look at each field of an indicator alone, so an attribute that is not selected
    /// adds none that they match by.
    /// </summary>
    public ImmutableArray<Observable> Joins => this switch
    {
        { _settled: not null } or { IsKnownGood: true } or { Reading.Reason: not null } => [],
        { Unselected: null } => Reading.Combined,
        _ => [.. Reading.Combined.Where(observable => !IsMatched(observable))],
    };

    public MappingOutcome Fate => this switch
    {
        { _settled: { } settled } => settled,
        { IsMain: true, Unselected: null, Reading.Reason: null } => MappingOutcome.Mapped.Instance,
        { IsJoined: true } => MappingOutcome.Context.Instance,
        { Unselected: { } reason } => Fates.Skipped(reason),
        { Reading.Reason: { } fault } => Fates.Skipped(fault),
        _ => Fates.Skipped(SkipReason.WeakAlone),
    };

    public void Settle(SkipReason reason) => Settle(ParseResult.Nothing, Fates.Skipped(reason));

    /// <summary>Takes it out of the combining: this is what it means by itself.</summary>
    public void Settle(ParseResult reading, MappingOutcome fate) => (Reading, _settled) = (reading, fate);

    public void Carry(ImmutableArray<Observable> observables, ObjectMember[] from) => _combinations.Add((observables, from));

    public List<IndicatorSource> Supports(string? objectComment, int firstPart)
    {
        if (Fate is not MappingOutcome.Mapped) return [];
        var ownComment = string.IsNullOrWhiteSpace(Attribute.Comment) ? objectComment : Attribute.Comment;
        // Settled: it maps by its type. Else the combinations carry what Graph watches, though perhaps another's.
        if (_settled is not null)
        {
            var isHostOfUrl = Use is { Kind: RoleKind.HostOfUrl };
            return [.. Mapper.Supports(Id, Attribute, Reading, firstPart, ownComment)
                .Select(one => one with { IsHostOfUrl = isHostOfUrl })];
        }

        var alone = Reading with { Combined = [] };
        if (_combinations.Count == 0) return [.. Mapper.Supports(Id, Attribute, alone, firstPart, ownComment)];

        var supports = new List<IndicatorSource>(_combinations.Count + 1);
        foreach (var (observables, from) in _combinations)
        {
            supports.Add(Together(observables, from, firstPart + supports.Count, objectComment));
        }

        // Alone it speaks with its own tags only, since another's TLP or family is not said of it.
        var first = supports[0];
        var lendsNothing = !first.Tags.Except(Attribute.Tags).Any() && !first.Galaxies.Except(Attribute.Galaxies).Any();
        if (lendsNothing && Reading.Singles is [var single]) supports[0] = first with { Single = single };
        else supports.AddRange(Mapper.Supports(Id, Attribute, alone, firstPart + supports.Count, ownComment));
        return supports;
    }

    private IndicatorSource Together(ImmutableArray<Observable> observables, ObjectMember[] from, int part, string? objectComment) => new()
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
    /// <summary>What a product can look for; the rest only describes it.</summary>
    private static bool IsMatched(Observable observable) => observable is
        Observable.DomainName or Observable.Url or Observable.NetworkAddress or Observable.CidrBlock or Observable.FileHash
        or Observable.EmailAddress or Observable.EmailSourceAddress or Observable.EmailSourceDomain;
}
