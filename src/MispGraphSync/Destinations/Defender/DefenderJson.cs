using System.Text.Json;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Reads Defender's answers without trusting their spelling: names whatever their case, numbers for texts.</summary>
internal static class DefenderJson
{
    /// <summary>The elements of an answer's <c>value</c>; null when it is no such answer. The document is the caller's to dispose of.</summary>
    public static (JsonDocument Document, JsonElement Value)? Parse(ReadOnlyMemory<byte> answer)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(answer);
            if (document.RootElement.ValueKind == JsonValueKind.Object && Find(document.RootElement, "value") is { ValueKind: JsonValueKind.Array } value)
                return (document, value);
        }
        catch (JsonException)
        {
        }
        document?.Dispose();
        return null;
    }

    public static JsonElement? Find(JsonElement item, string name)
    {
        if (item.ValueKind != JsonValueKind.Object) return null;
        if (item.TryGetProperty(name, out var exact)) return exact;
        foreach (var property in item.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return property.Value;
        }
        return null;
    }

    /// <summary>A text, or a number as it stands; null for anything else.</summary>
    public static string? Text(JsonElement item, string name)
    {
        if (Find(item, name) is not { } value) return null;
        if (value.ValueKind == JsonValueKind.Number) return value.GetRawText();
        if (value.ValueKind != JsonValueKind.String) return null;
        try
        {
            return value.GetString();
        }
        // Half a surrogate pair, escaped.
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
