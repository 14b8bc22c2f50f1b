using System.Text.Json;
using System.Text.Json.Serialization;

namespace MispGraphSync.Output;

/// <summary>Writes the steps of a plan, one on each line.</summary>
internal static class PlanOutput
{
    /// <summary>A diff for people, or JSON lines; null for a format without steps.</summary>
    public static Action<DestinationInfo, PlanStep>? For(string format, TextWriter to, int width) => format switch
    {
        "text" => (destination, step) => to.WriteLine(Text(destination, step, width)),
        "jsonl" => (destination, step) => to.WriteLine(Json(destination, step)),
        _ => null,
    };

    private static string Json(DestinationInfo destination, PlanStep step) => JsonSerializer.Serialize(
        new PlanStepJson(destination.Name, step.Action.Slug(), step.Reason, step.Key, step.Id, step.Body), OutputJson.Default.PlanStepJson);

    private static string Text(DestinationInfo destination, PlanStep step, int width)
    {
        var sign = step.Action switch
        {
            StepAction.Create => '+',
            StepAction.Delete => '-',
            StepAction.Renew => '=',
            _ => '~',
        };
        var what = (step.Value ?? $"key {step.Key}").Replace('\n', ' ');
        var head = $"{sign} {destination.Name}: {step.Action.Slug(),-6} {step.Reason,-9} ";
        return head + TextWidth.Truncate(Sanitize.ForDisplay(what, 2_000), Math.Max(24, width - TextWidth.Of(head)));
    }
}

/// <param name="Body">The item that would be sent, already as JSON; empty for none.</param>
internal sealed record PlanStepJson(
    string Destination, string Step, string Reason, Guid Key, string? Id,
    [property: JsonConverter(typeof(RawJsonConverter))] ReadOnlyMemory<byte> Body);
