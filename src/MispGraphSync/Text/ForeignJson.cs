using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace MispGraphSync.Text;

/// <summary>
/// Parses JSON that others wrote. .NET throws when it comes to a text or a name that is no Unicode, long after the parsing: bytes that
/// are not UTF-8, and half a surrogate pair, which programs leave where they cut a text. U+FFFD replaces both first.
/// </summary>
internal static class ForeignJson
{
    /// <summary>Of <c>\uXXXX</c>.</summary>
    private const int EscapeLength = 6;

    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Parse(string json) => Parse(Encoding.UTF8.GetBytes(json));

    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        if (!Utf8.IsValid(json.Span)) json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json.Span));
        if (json.Span.IndexOf("\\ud"u8) < 0 && json.Span.IndexOf("\\uD"u8) < 0) return JsonDocument.Parse(json);
        var bytes = json.ToArray();
        ReplaceHalfPairs(bytes);
        return JsonDocument.Parse(bytes);
    }

    private static void ReplaceHalfPairs(Span<byte> json)
    {
        while (json.IndexOf((byte)'\\') is >= 0 and var at)
        {
            json = json[at..];
            // A backslash that is escaped begins no escape.
            var length = 2;
            if (UnitOf(json) is { } unit && char.IsSurrogate(unit))
            {
                var isPair = char.IsHighSurrogate(unit) && UnitOf(json[EscapeLength..]) is { } next && char.IsLowSurrogate(next);
                length = isPair ? 2 * EscapeLength : EscapeLength;
                if (!isPair) "\\ufffd"u8.CopyTo(json);
            }

            json = json[Math.Min(length, json.Length)..];
        }
    }

    private static char? UnitOf(ReadOnlySpan<byte> escape) =>
        escape.Length >= EscapeLength && escape.StartsWith("\\u"u8)
        && ushort.TryParse(escape[2..EscapeLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit)
            ? (char)unit
            : null;
}
