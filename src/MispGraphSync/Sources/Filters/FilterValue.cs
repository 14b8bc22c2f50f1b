using System.Globalization;
using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>Reads a value of a filter for what it means, and shows it to people.</summary>
internal static class FilterValue
{
    public static bool? SwitchOf(JsonElement value) => value.ValueKind is JsonValueKind.True ? true
        : value.ValueKind is JsonValueKind.False ? false
        : TextOf(value)?.ToLowerInvariant() switch
        {
            "1" or "true" => true,
            "0" or "false" => false,
            _ => null,
        };

    /// <summary>Text, or a whole number as text; null for anything else.</summary>
    public static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number when value.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    public static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.String => string.IsNullOrWhiteSpace(value.GetString()),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "such a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    public static string Shown(JsonElement value) =>
        TextOf(value) is { } text ? $"\"{Short(text)}\""
        : value.ValueKind is JsonValueKind.Array ? "a list"
        : Short(value.GetRawText());

    public static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
