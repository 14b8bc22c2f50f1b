using System.Globalization;
using System.Runtime.CompilerServices;

namespace MispGraphSync.Text;

/// <summary>
/// A text as the search for secrets sees it: its ASCII letters and digits in lower case. Escapes of JSON, URLs and HTML are
/// decoded, and all else is passed over, so that a secret is the same however it was escaped, wrapped or cut.
/// </summary>
internal static class SecretText
{
    private const int LongestEntity = 8;
    private const string Structure = "\"{}[]:, \t\r\n";
    private const byte PassedOver = 0;

    private const byte MayBeEscape = 1;

    // Each byte's letter in lower case, or what it is in place of one.
    private static readonly byte[] Kinds = [.. Enumerable.Range(0, 256).Select(KindOf)];

    public static byte[] Letters(ReadOnlySpan<byte> text)
    {
        var letters = new List<byte>(text.Length);
        for (var at = 0; Next(text, ref at, out _, out var letter);) letters.Add(letter);
        return [.. letters];
    }

    public static bool IsLetterAt(ReadOnlySpan<byte> text, int at) =>
        at >= 0 && at < text.Length && char.IsAsciiLetterOrDigit((char)text[at]);

    /// <summary>The next letter, and where it is: from <paramref name="start"/> to <paramref name="at"/>.</summary>
    // Inlined: all that services answer passes here, letter by letter.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Next(ReadOnlySpan<byte> text, ref int at, out int start, out byte letter)
    {
        while (at < text.Length)
        {
            start = at;
            letter = Kinds[text[at++]];
            if (letter > MayBeEscape || (letter == MayBeEscape && TryDecode(text, ref at, out letter))) return true;
        }

        (start, letter) = (at, PassedOver);
        return false;
    }

    /// <summary>Takes the ranges out, with asterisks in their place; what gives JSON its structure stays.</summary>
    /// <returns>The new length.</returns>
    public static int Remove(Span<byte> text, List<Range> ranges)
    {
        ranges.Sort(static (one, other) => one.Start.Value.CompareTo(other.Start.Value));
        var (read, written) = (0, 0);
        foreach (var range in ranges)
        {
            var start = Math.Max(read, range.Start.Value);
            if (range.End.Value <= start) continue;
            text[read..start].CopyTo(text[written..]);
            written += start - read;
            var isAdjacent = start == read && written > 0 && text[written - 1] == '*';
            written = RemoveOne(text, start, read = range.End.Value, written, isAdjacent ? 3 : 0);
        }

        text[read..].CopyTo(text[written..]);
        return written + text.Length - read;
    }

    private static int RemoveOne(Span<byte> text, int from, int to, int written, int stars)
    {
        for (var at = from; at < to; at++)
        {
            var b = text[at];
            if (Structure.Contains((char)b, StringComparison.Ordinal))
            {
                text[written++] = b;
                stars = 0;
                continue;
            }

            if (stars++ < 3) text[written++] = (byte)'*';
            // An escape goes whole.
            if (b == '\\') at++;
        }

        return written;
    }

    private static byte KindOf(int code) => code switch
    {
        '\\' or '%' or '&' => MayBeEscape,
        < 0 or > 127 => PassedOver,
        _ => char.IsAsciiLetterOrDigit((char)code) ? (byte)char.ToLowerInvariant((char)code) : PassedOver,
    };

    /// <param name="at">After the first byte of what may be an escape.</param>
    private static bool TryDecode(ReadOnlySpan<byte> text, ref int at, out byte letter)
    {
        letter = KindOf(Decode(text[at - 1], text, ref at));
        return letter > MayBeEscape;
    }

    // An escape may be the beginning of another: JSON in JSON, HTML in JSON, a URL in a URL.
    private static int Decode(int code, ReadOnlySpan<byte> text, ref int at)
    {
        while (true)
        {
            switch (code)
            {
                case '\\': code = Escape(text, ref at); break;
                case '%': code = Percent(text, ref at); break;
                case '&': code = Entity(text, ref at); break;
                default: return code;
            }
        }
    }

    private static int Escape(ReadOnlySpan<byte> text, ref int at)
    {
        while (at < text.Length && text[at] == '\\') at++;
        if (at >= text.Length) return -1;
        if (text[at] == 'u' && Hex(text, at + 1, 4) is >= 0 and var code)
        {
            at += 5;
            return code;
        }

        if ("nrtbf".Contains((char)text[at], StringComparison.Ordinal)) at++;
        return -1;
    }

    private static int Percent(ReadOnlySpan<byte> text, ref int at)
    {
        var code = Hex(text, at, 2);
        if (code >= 0) at += 2;
        return code;
    }

    private static int Entity(ReadOnlySpan<byte> text, ref int at)
    {
        var end = text[at..Math.Min(text.Length, at + LongestEntity)].IndexOf((byte)';');
        if (end <= 0) return -1;
        var name = text.Slice(at, end);
        var isNumber = name[0] == '#' && name.Length > 1;
        if (!isNumber && name.ContainsAnyExceptInRange((byte)'a', (byte)'z')) return -1;
        at += end + 1;
        if (!isNumber) return name.SequenceEqual("amp"u8) ? '&' : -1;
        var isHex = name[1] is (byte)'x' or (byte)'X';
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        return int.TryParse(name[(isHex ? 2 : 1)..], style, CultureInfo.InvariantCulture, out var code) ? code : -1;
    }

    private static int Hex(ReadOnlySpan<byte> text, int at, int digits) =>
        at + digits <= text.Length
        && int.TryParse(text.Slice(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code) ? code : -1;
}
