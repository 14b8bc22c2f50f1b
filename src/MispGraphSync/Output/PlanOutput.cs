using System.Buffers;
using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>Writes the steps of a plan, one on each line.</summary>
internal static class PlanOutput
{
    /// <summary>A diff for people, or JSON lines; null for a format without steps.</summary>
    public static Action<DestinationInfo, PlanStep>? For(string format, TextWriter to, int width)
    {
        var buffer = new ArrayBufferWriter<byte>(2_048);
        return format switch
        {
            "text" => (destination, step) => to.WriteLine(Text(destination, step, width)),
            "jsonl" => (destination, step) => to.WriteLine(Json(destination, step, buffer)),
            _ => null,
        };
    }

    public static string Slug(this StepAction action) => action switch
    {
        StepAction.Create => "create",
        StepAction.Update => "update",
        StepAction.Renew => "renew",
        _ => "delete",
    };

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

    // Written by hand: the body is the very item that would be sent, already as JSON.
    private static string Json(DestinationInfo destination, PlanStep step, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("destination", destination.Name);
            json.WriteString("step", step.Action.Slug());
            json.WriteString("reason", step.Reason);
            json.WriteString("key", step.Key);
            json.WriteString("id", step.Id);
            json.WritePropertyName("body");
            if (step.Body.IsEmpty) json.WriteNullValue();
            else json.WriteRawValue(step.Body.Span, skipInputValidation: true);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
