using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// JSON text that .NET's own reader refuses: half of a surrogate pair, left where a program cut a text after so many
/// characters, and bytes that are not UTF-8. U+FFFD takes the place of what is damaged, and the rest is read.
/// </summary>
internal static class LenientText
{
    /// <summary>True as well for whole surrogate pairs written as escapes: then the slower way gives the same text.</summary>
    public static bool IsDamaged(ReadOnlySpan<byte> raw) => HasSurrogateEscape(raw) || !Utf8.IsValid(raw);

    /// <param name="raw">The bytes between the quotes, whose escapes the JSON reader found to be well formed.</param>
    public static string Unescape(ReadOnlySpan<byte> raw)
    {
        var text = new StringBuilder(raw.Length);
        while (!raw.IsEmpty)
        {
            var plain = raw.IndexOf((byte)'\\');
            if (plain < 0)
            {
                plain = raw.Length;
            }
            text.Append(Encoding.UTF8.GetString(raw[..plain]));
            raw = raw[plain..];
            if (!raw.IsEmpty)
            {
                raw = raw[AppendEscape(raw, text)..];
            }
        }
        return WithoutHalves(text);
    }

    /// <summary>U+FFFD for each half of a surrogate pair.</summary>
    private static string WithoutHalves(StringBuilder text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                text[i] = '\uFFFD';
            }
        }
        return text.ToString();
    }

    /// <returns>The length of the escape in bytes.</returns>
    private static int AppendEscape(ReadOnlySpan<byte> raw, StringBuilder text)
    {
        if (raw[1] == 'u')
        {
            text.Append((char)int.Parse(raw.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
            return 6;
        }
        text.Append(raw[1] switch
        {
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            var same => (char)same,
        });
        return 2;
    }

    private static bool HasSurrogateEscape(ReadOnlySpan<byte> raw) =>
        raw.IndexOf("\\ud"u8) >= 0 || raw.IndexOf("\\uD"u8) >= 0;
}
