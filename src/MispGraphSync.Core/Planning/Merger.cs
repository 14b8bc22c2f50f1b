using System.Collections.Immutable;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>
/// Merges the sources of one key into one indicator under one destination's policy. Streams: keeps only the lead and the
/// five oldest, so memory does not grow with their number. The order of the sources does not matter.
/// </summary>
/// <param name="creatorOf">The destination's id of the organisation of an event; null for none.</param>
public sealed class Merger(DestinationPolicy policy, IndicatorShape form, Func<MispEvent, string?>? creatorOf = null)
{
    /// <summary>How many sources an indicator names.</summary>
    public const int NamedSources = 5;

    /// <summary>How many events an indicator names: a value of thousands must not change with each of them.</summary>
    public const int NamedEvents = 100;

    /// <summary>The most tags one indicator carries, the most telling kept (<see cref="TagPriority"/>).</summary>
    public const int MostTags = 100;

    private readonly List<IndicatorSourceRow> _oldest = [];
    private readonly List<IndicatorSourceRow> _events = [];
    private readonly OrderedUnion<string> _tags = new(StringComparer.Ordinal);
    private readonly OrderedUnion<string> _actors = new(StringComparer.Ordinal);
    private readonly OrderedUnion<string> _families = new(StringComparer.Ordinal);
    private readonly OrderedUnion<KillChainPhase> _killChain = new();
    private IndicatorSourceRow _lead;
    private RuleEffect _effectOnLead = RuleEffect.None;
    private IndicatorAction _action;
    private bool _isPassive;
    private bool? _alerts;
    private Tlp _tlp;
    private ThreatLevel _severity;
    private int _confidence;
    private int _days;
    private DateTimeOffset _validFrom;
    private DateTimeOffset _lastReported;

    /// <summary>How many sources were added since the last <see cref="Clear"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The longest lifetime of the sources so far.</summary>
    public TimeSpan Lifetime => TimeSpan.FromDays(_days);

    /// <summary>The latest end of the sources so far; null: one of them has none.</summary>
    public DateTimeOffset? EndsAt { get; private set; }

    public void Clear()
    {
        Count = 0;
        _oldest.Clear();
        _events.Clear();
        _tags.Clear();
        _actors.Clear();
        _families.Clear();
        _killChain.Clear();
    }

    /// <summary>The rank of the indicator of all that was added; unset when nothing was.</summary>
    public Rank Rank => Count == 0 ? default : Rank.Of(_severity, _confidence, _lastReported);

    /// <summary>Adds a source that the destination takes.</summary>
    /// <param name="effect">What the rules say of it.</param>
    public void Add(in IndicatorSourceRow row, RuleEffect effect)
    {
        var tlp = row.TaggedTlp ?? policy.DefaultTlp;
        var severity = effect.Severity ?? row.Event.Context.ThreatLevel;
        var confidence = effect.Confidence ?? row.TaggedConfidence ?? policy.DefaultConfidence;
        var days = policy.DaysFor(row, effect);
        var end = policy.EndOf(row, effect);
        var action = effect.Action ?? policy.Action;
        var isPassive = effect.PassiveOnly ?? policy.PassiveOnly;
        var validFrom = row.Source.FirstSeen ?? row.Event.When;
        var lastReported = Later(Later(row.Source.Timestamp, row.Event.Context.Timestamp), validFrom);

        if (Count == 0)
        {
            (_lead, _tlp, _severity, _confidence, _days, _validFrom, _lastReported) =
                (row, tlp, severity, confidence, days, validFrom, lastReported);
            (_effectOnLead, _action, _isPassive, _alerts, EndsAt) = (effect, action, isPassive, effect.GenerateAlert, end);
        }
        else
        {
            if (Leads(row, _lead)) (_lead, _effectOnLead) = (row, effect);
            _action = Stronger(_action, action);
            _isPassive &= isPassive;
            // Any of them: the settings may say so as well.
            _alerts = _alerts is true || effect.GenerateAlert is true ? true : _alerts is null ? null : effect.GenerateAlert;
            EndsAt = EndsAt is { } one && end is { } other ? Later(one, other) : null;
            _tlp = tlp > _tlp ? tlp : _tlp;
            _severity = severity < _severity ? severity : _severity;
            _confidence = Math.Max(_confidence, confidence);
            _days = Math.Max(_days, days);
            _validFrom = validFrom < _validFrom ? validFrom : _validFrom;
            _lastReported = Later(_lastReported, lastReported);
        }

        Count++;
        InsertIfOld(_oldest, NamedSources, row);
        NameEvent(row);
        _tags.AddOrdered(row.Event.Tags);
        _tags.Add(row.Own.Tags);
        _actors.AddOrdered(row.Event.Actors);
        _actors.Add(row.Own.Actors);
        _families.AddOrdered(row.Event.Families);
        _families.Add(row.Own.Families);
        _killChain.AddOrdered(row.Event.KillChain);
        _killChain.Add(row.Own.KillChain);
    }

    /// <summary>The indicator of all that was added; at least one source must have been.</summary>
    public Indicator Merge()
    {
        if (Count == 0) throw new InvalidOperationException("An indicator needs a source.");
        var source = _lead.Source;
        var threatType = _effectOnLead.ThreatType ?? _lead.Own.ThreatType ?? _lead.Event.Tagging.ThreatType;
        return new Indicator
        {
            Observables = _lead.ObservablesIn(form),
            Tlp = _tlp,
            Action = _action,
            PassiveOnly = _isPassive || _tlp == Tlp.Red,
            GenerateAlert = _alerts,
            Severity = _severity,
            Confidence = _confidence,
            ThreatType = threatType ?? policy.DefaultThreatType,
            ThreatTypeIsTagged = threatType is not null,
            DiamondModel = _lead.Own.DiamondModel ?? _lead.Event.Tagging.DiamondModel,
            KillChain = _killChain.All(),
            Actors = _actors.All(),
            Families = _families.All(),
            Tags = MostTelling(_tags.All()),
            Title = _lead.Event.Context.Info,
            Comment = source.Comment,
            Type = source.Type,
            Category = source.Category,
            CreatedBy = creatorOf?.Invoke(_lead.Event.Context),
            ValidFrom = _validFrom,
            LastReported = _lastReported,
            Lifetime = Lifetime,
            EndsAt = EndsAt,
            Sources = NamesOfOldest(),
            Events = [.. _events.Select(row => row.Event.Context.Uuid)],
            SourceCount = Count,
        };
    }

    // What all sources allow is allowed; else the strongest that one of them asks for.
    private static IndicatorAction Stronger(IndicatorAction one, IndicatorAction other)
    {
        static int Strength(IndicatorAction action) => action switch
        {
            IndicatorAction.Block => 3,
            IndicatorAction.Warn => 2,
            IndicatorAction.Alert => 1,
            _ => 0,
        };
        return Strength(one) >= Strength(other) ? one : other;
    }

    // Highest severity, then oldest event, then lowest uuid: the same lead whatever the order of reading.
    private static bool Leads(in IndicatorSourceRow one, in IndicatorSourceRow other)
    {
        var order = one.Event.Context.ThreatLevel.CompareTo(other.Event.Context.ThreatLevel);
        if (order == 0) order = CompareAge(one, other);
        return order < 0;
    }

    private static int CompareAge(in IndicatorSourceRow one, in IndicatorSourceRow other)
    {
        var order = one.Event.When.CompareTo(other.Event.When);
        if (order == 0) order = one.Source.Attribute.CompareTo(other.Source.Attribute);
        if (order == 0) order = one.Event.Context.Uuid.CompareTo(other.Event.Context.Uuid);
        return order != 0 ? order : one.Source.Part.CompareTo(other.Source.Part);
    }

    private static void InsertIfOld(List<IndicatorSourceRow> oldest, int most, in IndicatorSourceRow row)
    {
        var at = oldest.Count;
        while (at > 0 && CompareAge(row, oldest[at - 1]) < 0) at--;
        oldest.Insert(at, row);
        if (oldest.Count > most) oldest.RemoveAt(most);
    }

    // Each event once, by its oldest source.
    private void NameEvent(in IndicatorSourceRow row)
    {
        if (_events.Count == NamedEvents && CompareAge(row, _events[^1]) >= 0) return;
        for (var i = 0; i < _events.Count; i++)
        {
            if (_events[i].Event.Context.Uuid != row.Event.Context.Uuid) continue;
            if (CompareAge(row, _events[i]) >= 0) return;
            _events.RemoveAt(i);
            break;
        }

        InsertIfOld(_events, NamedEvents, row);
    }

    private static ImmutableArray<string> MostTelling(ImmutableArray<string> tags) =>
        tags.Length <= MostTags ? tags : [.. tags.OrderBy(TagPriority.Of).Take(MostTags).Order(StringComparer.Ordinal)];

    private ImmutableArray<SourceReference> NamesOfOldest()
    {
        var names = ImmutableArray.CreateBuilder<SourceReference>(_oldest.Count);
        foreach (var row in _oldest) names.Add(new SourceReference(row.Event.Context.Uuid, row.Source.Attribute, row.Event.Context.Info));
        return names.MoveToImmutable();
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
