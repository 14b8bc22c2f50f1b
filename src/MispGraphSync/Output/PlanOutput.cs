using System.Text.Json;
using System.Text.Json.Serialization;

namespace MispGraphSync.Output;

/// <summary>Writes the steps of a plan, one on each line: for people, or as JSON lines.</summary>
internal static class PlanOutput
{
    /// <summary>Null for a format without steps.</summary>
    public static IItemOutput<(DestinationInfo Destination, PlanStep Step)>? For(string format, TextWriter to, int width) => format switch
    {
        "text" => new PlanDiff(to, width),
        "jsonl" => new RowOutput<(DestinationInfo Destination, PlanStep Step)>(to, format, one => Json(one.Destination, one.Step)),
        _ => null,
    };

    private static string Json(DestinationInfo destination, PlanStep step) => JsonSerializer.Serialize(
        new PlanStepJson(
            destination.Name, step.Action.Slug(), step.Reason, step.Key, step.Id, step.Label?.Type, step.Label?.Value, step.Body),
        OutputJson.Default.PlanStepJson);
}

/// <summary>A diff: the steps of one destination after the other, sorted by type and value.</summary>
internal sealed class PlanDiff(TextWriter to, int width) : IItemOutput<(DestinationInfo Destination, PlanStep Step)>
{
    /// <summary>Memory does not grow with a plan: a longer one is sorted in parts.</summary>
    private const int MaxSorted = 20_000;

    private readonly List<Line> _lines = [];
    private string? _destination;

    public void Add((DestinationInfo Destination, PlanStep Step) item)
    {
        if (_destination != item.Destination.Name || _lines.Count == MaxSorted) End();
        _destination = item.Destination.Name;
        _lines.Add(Line.Of(item.Step));
    }

    public void End()
    {
        foreach (var line in _lines.Order()) to.WriteLine(Text(line));
        _lines.Clear();
    }

    private string Text(Line line)
    {
        var sign = line.Action switch
        {
            StepAction.Create => '+',
            StepAction.Delete => '-',
            StepAction.Renew => '=',
            _ => '~',
        };
        // A creation needs a reason only where it is not new.
        var tail = line.Reason == StepReasons.New ? "" : $"  ({line.Reason})";
        var text = $"{sign} {_destination}: {line.Type} {Sanitize.ForDisplay(line.Value, 2_000)}";
        return TextWidth.Truncate(text, Math.Max(40, width - tail.Length)) + tail;
    }

    private readonly record struct Line(bool IsUnnamed, string Type, string Value, StepAction Action, string Reason) : IComparable<Line>
    {
        // What an earlier version sent and MISP has withdrawn since has only a key. It comes last.
        public static Line Of(PlanStep step)
        {
            var label = step.Label ?? new IndicatorLabel("key", $"{step.Key}");
            return new Line(step.Label is null, label.Type, label.Value, step.Action, step.Reason);
        }

        public int CompareTo(Line other)
        {
            if (IsUnnamed != other.IsUnnamed) return IsUnnamed ? 1 : -1;
            var byType = string.CompareOrdinal(Type, other.Type);
            return byType != 0 ? byType : string.CompareOrdinal(Value, other.Value);
        }
    }
}

/// <param name="Body">The item that would be sent, already as JSON; empty for none.</param>
internal sealed record PlanStepJson(
    string Destination, string Step, string Reason, Guid Key, string? Id, string? Type, string? Value,
    [property: JsonConverter(typeof(RawJsonConverter))] ReadOnlyMemory<byte> Body);
