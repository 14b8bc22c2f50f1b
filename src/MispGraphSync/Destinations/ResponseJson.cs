using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations;

/// <summary>Reads JSON of services without trusting its spelling: names whatever their case, numbers for texts.</summary>
internal static class ResponseJson
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a response says; null when it is not JSON, or does not say it.</summary>
    public static T? Read<T>(ReadOnlyMemory<byte> response, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            using var json = ForeignJson.Parse(response);
            return read(json.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Null when missing or null, or when there is no object to look in.</summary>
    public static JsonElement? Find(this JsonElement item, string name)
    {
        if (item.ValueKind != JsonValueKind.Object) return null;
        if (!item.TryGetProperty(name, out var exact)) return ErrorBody.Find(item, name);
        return exact.ValueKind == JsonValueKind.Null ? null : exact;
    }

    /// <summary>Whether there is such a property, if only with null.</summary>
    public static bool Has(this JsonElement item, string name) => item.ValueKind == JsonValueKind.Object
        && (item.TryGetProperty(name, out _)
            || item.EnumerateObject().Any(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The items of a list; null when there is none of that name.</summary>
    public static JsonElement.ArrayEnumerator? List(this JsonElement item, string name) =>
        item.Find(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : null;

    /// <summary>A text, or a number as it is; null for anything else.</summary>
    public static string? Text(this JsonElement item, string name) => item.Find(name) switch
    {
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => null,
    };

    public static DateTimeOffset? Instant(this JsonElement item, string name) =>
        item.Find(name) is { ValueKind: JsonValueKind.String } value && value.TryGetDateTimeOffset(out var at) ? at : null;

    /// <summary>The element as it is, on one line.</summary>
    public static byte[] OneLine(this JsonElement item)
    {
        var line = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(line, Relaxed)) item.WriteTo(json);
        return line.WrittenSpan.ToArray();
    }

    /// <summary>Writes a listed object as an item to send: the properties that have a value and that the service lets one write.</summary>
    /// <param name="add">Writes more properties; null: none.</param>
    /// <returns>False when what was listed is not a JSON object.</returns>
    public static bool TryCopy(
        IBufferWriter<byte> body, ReadOnlyMemory<byte> listed, Func<string, bool> isWritable, Action<Utf8JsonWriter>? add = null)
    {
        using var document = JsonDocument.Parse(listed);
        if (document.RootElement.ValueKind != JsonValueKind.Object) return false;
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null && isWritable(property.Name)) property.WriteTo(json);
        }

        add?.Invoke(json);
        json.WriteEndObject();
        return true;
    }
}
