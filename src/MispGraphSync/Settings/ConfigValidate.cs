using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Settings;

/// <summary><c>config validate</c>: "ok", or every fault.</summary>
internal static class ConfigValidate
{
    public static RunOutcome Run(SettingsInspection inspection, bool asJson, TextWriter output, TextWriter talk)
    {
        var isOk = inspection.Faults.Count == 0;
        if (asJson) output.Write(Json(inspection));
        else if (isOk) output.Write("ok\n");
        else foreach (var fault in inspection.Faults) output.Write($"{fault}\n");

        foreach (var warning in inspection.Warnings) talk.Write($"warning: {warning}\n");
        foreach (var label in Placeholders(inspection)) talk.Write($"note: {label} still has the sample's placeholder.\n");
        return isOk ? RunOutcome.Done : RunOutcome.InvalidInput;
    }

    /// <summary>Keys that count and still hold what the sample has there.</summary>
    public static IEnumerable<string> Placeholders(SettingsInspection inspection) => inspection.Values.All()
        .Where(v => v.Origin is not SettingOrigin.Common && v.Node is SettingNode.Text text && v.Key.Placeholder is { } placeholder
            && placeholder == $"\"{text.Value}\"" && !text.Value.StartsWith("env:", StringComparison.Ordinal))
        .Where(v => !inspection.Settings.Destinations.Any(d => !d.Enabled && v.Label.StartsWith($"destinations.{d.Name}.", StringComparison.Ordinal)))
        .Select(v => v.Label);

    private static string Json(SettingsInspection inspection)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            json.WriteBoolean("ok", inspection.Faults.Count == 0);
            json.WriteStartArray("faults");
            foreach (var fault in inspection.Faults)
            {
                json.WriteStartObject();
                json.WriteString("place", fault.Where.Place);
                json.WriteString("key", fault.Key);
                json.WriteString("fault", fault.Text);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("warnings");
            foreach (var warning in inspection.Warnings) json.WriteStringValue(warning);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
