using System.Text.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>Small responses of MISP, read leniently: a missing member is undefined, numbers and booleans may be texts.</summary>
internal static class MispJson
{
    public static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    public static string? Text(JsonElement element, string name) => TextOf(Member(element, name));
    public static bool IsOn(JsonElement element, string name) => IsOn(Member(element, name));
    public static bool IsOn(JsonElement value) => value.ValueKind is JsonValueKind.True || TextOf(value) is "1" or "true";

    /// <summary>A list's entries, also if PHP wrote it as an object with numbers for keys; null for anything else.</summary>
    public static IReadOnlyList<JsonElement>? Entries(JsonElement list) => list.ValueKind switch
    {
        JsonValueKind.Array => [.. list.EnumerateArray()],
        JsonValueKind.Object when list.EnumerateObject().All(entry => entry.Name.All(char.IsAsciiDigit)) =>
            [.. list.EnumerateObject().Select(entry => entry.Value)],
        _ => null,
    };

    /// <summary>An entry of a list, which MISP may wrap in an object with one member of that name.</summary>
    public static JsonElement Unwrapped(JsonElement item, string name) =>
        Member(item, name) is { ValueKind: JsonValueKind.Object } wrapped ? wrapped : item;

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
