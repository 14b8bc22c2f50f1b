using System.Runtime.InteropServices;
using System.Text.Json;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>Small answers of MISP, read leniently: what is not there is null, numbers and booleans may be texts.</summary>
internal static class MispJson
{
    /// <returns>Null when the role may not ask for it.</returns>
    /// <exception cref="MispException">There is no answer, or not a good one.</exception>
    public static async Task<T?> AskAsync<T>(MispClient client, string path, Func<JsonElement, T?> read, CancellationToken ct)
        where T : class
    {
        try
        {
            var (json, _) = await client.GetAsync(path, ct);
            using (json) return read(json.RootElement);
        }
        catch (MispException e) when (e.Kind is MispErrorKind.SignIn or MispErrorKind.NotFound)
        {
            return null;
        }
    }

    public static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    public static string? Text(JsonElement element, string name) => TextOf(Member(element, name));

    public static bool IsOn(JsonElement value) => value.ValueKind is JsonValueKind.True || TextOf(value) is "1" or "true";

    /// <summary>A list's entries, also of one that PHP wrote as an object with numbers for keys; null for anything else.</summary>
    public static IReadOnlyList<JsonElement>? Entries(JsonElement list) => list.ValueKind switch
    {
        JsonValueKind.Array => [.. list.EnumerateArray()],
        JsonValueKind.Object when list.EnumerateObject().All(entry => entry.Name.All(char.IsAsciiDigit)) =>
            [.. list.EnumerateObject().Select(entry => entry.Value)],
        _ => null,
    };

    /// <summary>An item of a list, which MISP wraps in an object with one member of that name, or does not.</summary>
    public static JsonElement Unwrapped(JsonElement item, string name) =>
        Member(item, name) is { ValueKind: JsonValueKind.Object } wrapped ? wrapped : item;

    /// <summary>Half a surrogate pair in a text, which .NET refuses, is no reason to fail.</summary>
    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => LenientText.Unescape(JsonMarshal.GetRawUtf8Value(value)[1..^1]),
        JsonValueKind.Number => value.GetRawText(),
        _ => null,
    };
}
