using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// JSON text that .NET's reader rejects: unpaired surrogates, left where a program truncated a text, and bytes that are not UTF-8.
/// U+FFFD replaces what is damaged.
/// </summary>
internal static partial class LenientText
{
    /// <summary>Also true for surrogate pairs written as escapes: <see cref="Unescape"/> gives the same text, only slower.</summary>
    public static bool IsDamaged(ReadOnlySpan<byte> raw) =>
        raw.IndexOf("\\ud"u8) >= 0 || raw.IndexOf("\\uD"u8) >= 0 || !Utf8.IsValid(raw);

    /// <param name="raw">The bytes between the quotes, whose escapes the JSON reader found to be well formed.</param>
    public static string Unescape(ReadOnlySpan<byte> raw)
    {
        var text = Encoding.UTF8.GetString(raw);
        if (text.Contains('\\', StringComparison.Ordinal)) text = Escape().Replace(text, static escape => Unescaped(escape.ValueSpan));
        return text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0 ? text : string.Concat(text.EnumerateRunes());
    }

    private static string Unescaped(ReadOnlySpan<char> escape) => escape[1] switch
    {
        'u' => ((char)ushort.Parse(escape[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)).ToString(),
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        'b' => "\b",
        'f' => "\f",
        var same => same.ToString(),
    };

    [GeneratedRegex(@"\\(?:u[0-9A-Fa-f]{4}|.)")]
    private static partial Regex Escape();
}
