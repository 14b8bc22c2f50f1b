using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MispGraphSync.Text;

namespace MispGraphSync.Settings;

/// <summary><c>config show</c>: every value that counts and where it comes from, secrets hidden.</summary>
internal static class ConfigShow
{
    private const int WidestValue = 44;

    /// <summary>
    /// Three columns: key, value, origin; below the head line that names the file. Where they have no room side by side, the
    /// value stands behind the key, and the origin in brackets behind both.
    /// </summary>
    /// <param name="width">Columns of the terminal.</param>
    public static string ToText(SettingsInspection inspection, int width)
    {
        var rows = inspection.Values.All()
            .Select(value => (value.Label, Value: FaultText.OneLine(Words(Shown(value, inspection))), Place: Place(value.Origin)))
            .ToList();
        var keyWidth = rows.Max(r => r.Label.Length);
        var valueWidth = Math.Min(WidestValue, rows.Max(r => r.Value.Length));

        var text = new StringBuilder();
        text.Append(inspection.File is { } file ? FaultText.OneLine(file) : "(no settings file)").Append("\n\n");
        var fits = keyWidth + 2 + valueWidth + 2 + rows.Max(r => r.Place.Length) <= width;
        foreach (var row in rows)
        {
            if (!fits) text.Append(WrappedText.Wrap($"{row.Label} = {row.Value} ({row.Place})", width)).Append('\n');
            else text.Append(row.Label.PadRight(keyWidth)).Append("  ").Append(row.Value.PadRight(valueWidth)).Append("  ").Append(row.Place).Append('\n');
        }

        return text.ToString();
    }

    /// <summary><c>{ "schema": 1, "file", "settings": [{ "key", "value", "origin", "place" }] }</c></summary>
    public static string ToJson(SettingsInspection inspection)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("schema", 1);
            json.WriteString("file", inspection.File);
            json.WriteStartArray("settings");
            foreach (var value in inspection.Values.All())
            {
                json.WriteStartObject();
                json.WriteString("key", value.Label);
                json.WritePropertyName("value");
                if (Shown(value, inspection) is { } node) NodeJson.Write(json, node);
                else json.WriteNullValue();
                json.WriteString("origin", value.Origin.Kind);
                json.WriteString("place", value.Origin.Place);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static SettingNode? Shown(EffectiveValue value, SettingsInspection inspection) =>
        value.Node is null ? null : value.Key.Form.Show(value.Node, inspection.Place);

    private static string Words(SettingNode? node) => node switch
    {
        null => "(none)",
        SettingNode.Text text => text.Value,
        _ => NodeJson.Text(node),
    };

    private static string Place(SettingOrigin origin) =>
        FaultText.OneLine(origin is SettingOrigin.File file ? $"{Path.GetFileName(file.Path)}:{file.Line}" : origin.Place);
}
