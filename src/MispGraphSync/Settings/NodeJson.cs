using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>Writes a node as the JSON it was read from, without comments and in one line.</summary>
internal static class NodeJson
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text(SettingNode node) => Encoding.UTF8.GetString(Bytes(node));

    public static JsonElement Element(SettingNode node)
    {
        using var document = JsonDocument.Parse(Bytes(node));
        return document.RootElement.Clone();
    }

    public static void Write(Utf8JsonWriter json, SettingNode node)
    {
        switch (node)
        {
            case SettingNode.Text text:
                json.WriteStringValue(text.Value);
                break;
            case SettingNode.Number number:
                json.WriteRawValue(number.Digits);
                break;
            case SettingNode.Switch flag:
                json.WriteBooleanValue(flag.Value);
                break;
            case SettingNode.Nothing:
                json.WriteNullValue();
                break;
            case SettingNode.List list:
                json.WriteStartArray();
                foreach (var item in list.Items) Write(json, item);
                json.WriteEndArray();
                break;
            case SettingNode.Group group:
                json.WriteStartObject();
                foreach (var member in group.Members)
                {
                    json.WritePropertyName(member.Name);
                    Write(json, member.Value);
                }

                json.WriteEndObject();
                break;
        }
    }

    private static byte[] Bytes(SettingNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Readable)) Write(json, node);
        return buffer.WrittenSpan.ToArray();
    }
}
