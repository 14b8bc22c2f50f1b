using System.Collections.Immutable;
using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// Values: one of <see cref="Any"/> (when there is one), each of <see cref="All"/>, none of <see cref="None"/>.
/// </summary>
internal sealed record SetCondition : Condition
{
    private readonly TextSet _any;
    private readonly TextSet[] _all;
    private readonly TextSet _none;

    public SetCondition(FilterKey key, ImmutableArray<string> any, ImmutableArray<string> all, ImmutableArray<string> none)
        : base(key)
    {
        (Any, All, None) = (any, all, none);
        _any = new TextSet(any, key.Comparer, key.Wildcards);
        _all = [.. all.Select(text => new TextSet([text], key.Comparer, key.Wildcards))];
        _none = new TextSet(none, key.Comparer, key.Wildcards);
    }

    public ImmutableArray<string> Any { get; }

    public ImmutableArray<string> All { get; }

    public ImmutableArray<string> None { get; }

    public override Condition? Positive =>
        None.IsEmpty || NeedsNoSubtraction ? this
        : Any.IsEmpty && All.IsEmpty ? null
        : new SetCondition(Key, Any, All, []);

    public override Condition? Subtracted => None.IsEmpty || NeedsNoSubtraction ? null : new SetCondition(Key, None, [], []);

    public override IEnumerable<string> Warnings =>
        Key.Warning is { } doubt ? Any.Concat(All).Concat(None).Select(doubt).OfType<string>() : [];

    private bool NeedsNoSubtraction => Key.ServerNegates || Key.IsEvaluatedHere;

    public override bool Matches(EventView e)
    {
        var texts = Key.Texts!(e);
        return (Any.IsEmpty || texts.Any(_any.Has))
            && Array.TrueForAll(_all, one => texts.Any(one.Has))
            && (None.IsEmpty || !(Key.TextsForNot ?? Key.Texts)(e).Any(_none.Has));
    }

    public override void Write(Utf8JsonWriter writer)
    {
        if (All.IsEmpty && None.IsEmpty)
        {
            // A bar or an ampersand pair inside a lone text would be taken for a list; inside a list it is not.
            if (Any is [var only]
                && !only.Contains("||", StringComparison.Ordinal)
                && !only.Contains("&&", StringComparison.Ordinal))
            {
                writer.WriteStringValue(only);
            }
            else
            {
                WriteList(writer, Any);
            }
            return;
        }
        if (Any.IsEmpty && All.IsEmpty && None is [var unwanted])
        {
            writer.WriteStringValue("!" + unwanted);
            return;
        }

        writer.WriteStartObject();
        WriteList(writer, "OR", Any);
        WriteList(writer, "AND", All);
        WriteList(writer, "NOT", None);
        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, string name, ImmutableArray<string> texts)
    {
        if (!texts.IsEmpty)
        {
            writer.WritePropertyName(name);
            WriteList(writer, texts);
        }
    }

    private static void WriteList(Utf8JsonWriter writer, ImmutableArray<string> texts)
    {
        writer.WriteStartArray();
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }
        writer.WriteEndArray();
    }
}
