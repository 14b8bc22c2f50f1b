using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sources.Filters;

/// <summary>What one key of a filter requires of an event.</summary>
internal abstract record Condition(FilterKey Key)
{
    /// <summary>It moves with the clock: <c>7d</c>.</summary>
    public virtual bool IsRelative => false;

    /// <summary>The same without what moves with the clock; null when nothing remains.</summary>
    public virtual Condition? WithoutRelative() => this;

    /// <summary>The part that the server can evaluate in one search; null for none.</summary>
    public virtual Condition? Positive => this;

    /// <summary>Events to be subtracted; null for none.</summary>
    public virtual Condition? Subtracted => null;

    public virtual bool IsSent => !Key.IsIgnored && !Key.IsEvaluatedHere;

    public abstract bool Matches(EventView e);

    public abstract JsonNode ToJson();
}

/// <summary>One of <see cref="Any"/> (if there are any), each of <see cref="All"/>, none of <see cref="None"/>.</summary>
internal sealed record SetCondition : Condition
{
    private readonly TextSet _any;
    private readonly TextSet[] _all;
    private readonly TextSet _none;

    public SetCondition(FilterKey key, IEnumerable<string> any, IEnumerable<string> all, IEnumerable<string> none)
        : base(key)
    {
        (Any, All, None) = ([.. any], [.. all], [.. none]);
        _any = new TextSet(Any, key.Comparer, key.Wildcards);
        _all = [.. All.Select(text => new TextSet([text], key.Comparer, key.Wildcards))];
        _none = new TextSet(None, key.Comparer, key.Wildcards);
    }

    public ImmutableArray<string> Any { get; }
    public ImmutableArray<string> All { get; }
    public ImmutableArray<string> None { get; }

    public override Condition? Positive =>
        !IsSubtracted ? this
        : Any.IsEmpty && All.IsEmpty ? null
        : new SetCondition(Key, Any, All, []);

    public override Condition? Subtracted => IsSubtracted ? new SetCondition(Key, None, [], []) : null;

    /// <summary>Sentences on values that are allowed and probably a mistake.</summary>
    public IEnumerable<string> Warnings =>
        Key.Warning is { } warning ? Any.Concat(All).Concat(None).Select(warning).OfType<string>() : [];

    private bool IsSubtracted => !None.IsEmpty && !Key.ServerNegates && !Key.IsEvaluatedHere;

    public override bool Matches(EventView e)
    {
        var texts = Key.Texts!(e);
        return (Any.IsEmpty || texts.Any(_any.Has))
            && Array.TrueForAll(_all, one => texts.Any(one.Has))
            && (None.IsEmpty || !(Key.TextsForNot ?? Key.Texts)(e).Any(_none.Has));
    }

    public override JsonNode ToJson()
    {
        if (All.IsEmpty && None.IsEmpty)
        {
            // The server splits a single text at "||" and "&&", but not inside a list.
            return Any is [var only] && !only.Contains("||", StringComparison.Ordinal) && !only.Contains("&&", StringComparison.Ordinal)
                ? JsonValue.Create(only)
                : ListOf(Any);
        }
        if (Any.IsEmpty && All.IsEmpty && None is [var unwanted]) return JsonValue.Create("!" + unwanted);
        var json = new JsonObject();
        if (!Any.IsEmpty) json["OR"] = ListOf(Any);
        if (!All.IsEmpty) json["AND"] = ListOf(All);
        if (!None.IsEmpty) json["NOT"] = ListOf(None);
        return json;
    }

    private static JsonArray ListOf(ImmutableArray<string> texts) => new([.. texts.Select(text => (JsonNode?)text)]);
}

/// <summary>
/// MISP's full-text search: one of several fields is, as a whole, like the text. Its database ignores case in values and comments,
/// but not in titles and tags.
/// </summary>
internal sealed record SearchCondition(FilterKey Key, string Text) : Condition(Key)
{
    private readonly TextSet _withCase = new([Text], StringComparer.Ordinal, Wildcards.Anywhere);
    private readonly TextSet _withoutCase = new([Text], StringComparer.OrdinalIgnoreCase, Wildcards.Anywhere);

    public override bool Matches(EventView e) =>
        e.SearchedWithCase.Any(_withCase.Has) || e.SearchedWithoutCase.Any(_withoutCase.Has);

    public override JsonNode ToJson() => JsonValue.Create(Text);
}

/// <summary>Sent as 1 or 0, because the server does not accept every other form.</summary>
/// <param name="On">Null for both: <c>deleted: [0, 1]</c>, which selects nothing.</param>
internal sealed record SwitchCondition(FilterKey Key, bool? On) : Condition(Key)
{
    /// <summary>With any <c>deleted</c> MISP drops events without attributes, and "off" is its default.</summary>
    public override bool IsSent => base.IsSent && (On is true || Key.Kind is not FilterKind.Deleted);

    public override bool Matches(EventView e) => On is not { } on || Key.IsOn is null || Key.IsOn(e, on);
    public override JsonNode ToJson() => JsonValue.Create(On is true ? 1 : 0);
}

/// <summary>
/// From <see cref="From"/> to <see cref="To"/>, both included; one may be null. A day as the upper bound means its first moment for
/// moments, and the whole day for days.
/// </summary>
internal sealed record TimeCondition(FilterKey Key, TimeBound? From, TimeBound? To) : Condition(Key)
{
    public override bool IsRelative => From is { IsRelative: true } || To is { IsRelative: true };

    public override Condition? WithoutRelative()
    {
        if (!IsRelative) return this;
        if (To is { IsRelative: false }) return this with { From = TimeBound.Earliest };
        return From is { IsRelative: false } ? this with { To = null } : null;
    }

    public override bool Matches(EventView e) => Key.Moment!(e) is { } moment
        && (From is null || moment >= Lower(From.At(e.Now))) && (To is null || moment <= To.At(e.Now));

    public override JsonNode ToJson() => (From, To) switch
    {
        ({ } from, { } to) => new JsonArray(from.Text, to.Text),
        _ => JsonValue.Create((From ?? To)!.Text),
    };

    /// <summary>A day that began before the moment still contains it: <c>date: 7d</c> is about days.</summary>
    private DateTimeOffset Lower(DateTimeOffset from) =>
        Key.Name is "date" ? new DateTimeOffset(from.UtcDateTime.Date, TimeSpan.Zero) : from;
}
