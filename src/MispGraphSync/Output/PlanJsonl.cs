using System.Buffers;
using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Output;

/// <summary>The plan as JSON lines: one step a line, with the very item that would be sent.</summary>
internal sealed class PlanJsonl(TextWriter to)
{
    private readonly ArrayBufferWriter<byte> _line = new(2048);

    public void Write(DestinationInfo destination, PlanStep step)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line))
        {
            json.WriteStartObject();
            json.WriteString("destination", destination.Name);
            json.WriteString("step", step.Action.ToString().ToLowerInvariant());
            json.WriteString("reason", step.Reason);
            json.WriteString("key", step.Key);
            json.WriteString("id", step.Id);
            json.WritePropertyName("body");
            if (step.Body.IsEmpty) json.WriteNullValue();
            else json.WriteRawValue(step.Body.Span, skipInputValidation: true);
            json.WriteEndObject();
        }

        to.WriteLine(Encoding.UTF8.GetString(_line.WrittenSpan));
    }
}
