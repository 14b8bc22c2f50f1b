using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// Unicode normalisation form C (UAX #15). Written out here because the build is culture-invariant, where
/// <see cref="string.Normalize()"/> gives every text back as it is.
/// </summary>
public static class UnicodeComposition
{
    private const int SyllableBase = 0xAC00, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7;
    private const int Leads = 19, Vowels = 21, Tails = 28;

    public static string Compose(string text)
    {
        // Nothing below the first combining mark ever changes.
        if (!text.AsSpan().ContainsAnyExceptInRange('\0', '\u02FF')) return text;

        var points = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, points);
        Order(points);
        Join(points);

        var builder = new StringBuilder(text.Length);
        Span<char> pair = stackalloc char[2];
        foreach (var point in points) builder.Append(pair[..new Rune(point).EncodeToUtf16(pair)]);
        return builder.ToString();
    }

    /// <summary>True for the sign that joins two letters of an Indic script.</summary>
    public static bool IsVirama(int point) => Tables.Class(point) == 9;

    private static void Decompose(int point, List<int> into)
    {
        var syllable = point - SyllableBase;
        if (syllable is >= 0 and < Leads * Vowels * Tails)
        {
            into.Add(LeadBase + syllable / (Vowels * Tails));
            into.Add(VowelBase + syllable % (Vowels * Tails) / Tails);
            if (syllable % Tails != 0) into.Add(TailBase + syllable % Tails);
        }
        else if (Tables.Apart.TryGetValue(point, out var parts))
        {
            Decompose(parts.First, into);
            if (parts.Second != 0) into.Add(parts.Second);
        }
        else
        {
            into.Add(point);
        }
    }

    /// <summary>Puts each run of combining marks in the order of their classes; marks of one class keep theirs.</summary>
    private static void Order(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            var end = start;
            while (end < points.Count && Tables.Class(points[end]) != 0) end++;
            if (end - start > 1)
            {
                var run = points[start..end].OrderBy(Tables.Class).ToList();
                for (var i = 0; i < run.Count; i++) points[start + i] = run[i];
            }

            start = Math.Max(start, end);
        }
    }

    private static void Join(List<int> points)
    {
        var written = 0;
        var starter = -1;
        // The class of what came last since the starter; -1 for nothing.
        var last = -1;
        for (var read = 0; read < points.Count; read++)
        {
            var point = points[read];
            var mark = Tables.Class(point);
            // A mark is blocked from its starter by one of the same or a higher class, a starter by anything between.
            if (starter >= 0 && last < mark && Pair(points[starter], point) is { } joined)
            {
                points[starter] = joined;
                continue;
            }

            if (mark == 0)
            {
                starter = written;
                last = -1;
            }
            else
            {
                last = mark;
            }

            points[written++] = point;
        }

        points.RemoveRange(written, points.Count - written);
    }

    private static int? Pair(int first, int second)
    {
        var lead = first - LeadBase;
        var vowel = second - VowelBase;
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels) return SyllableBase + (lead * Vowels + vowel) * Tails;

        var syllable = first - SyllableBase;
        var tail = second - TailBase;
        if (syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0 && tail is > 0 and < Tails) return first + tail;

        return Tables.Together.TryGetValue((first, second), out var joined) ? joined : null;
    }

    /// <summary>Read from <see cref="UnicodeCompositionData"/> by the first text that needs them.</summary>
    private static class Tables
    {
        public static FrozenDictionary<int, (int First, int Second)> Apart { get; }

        public static FrozenDictionary<(int First, int Second), int> Together { get; }

        private static FrozenDictionary<int, byte> Classes { get; }

        static Tables()
        {
            var apart = new Dictionary<int, (int, int)>();
            var together = new Dictionary<(int, int), int>();
            foreach (var token in Tokens(UnicodeCompositionData.Decompositions))
            {
                var mark = token.IndexOfAny(['=', ':']);
                var plus = token.IndexOf('+');
                var whole = Hex(token[..mark]);
                var parts = plus < 0
                    ? (Hex(token[(mark + 1)..]), 0)
                    : (Hex(token[(mark + 1)..plus]), Hex(token[(plus + 1)..]));
                apart.Add(whole, parts);
                if (token[mark] == '=') together.Add(parts, whole);
            }

            var classes = new Dictionary<int, byte>();
            foreach (var token in Tokens(UnicodeCompositionData.Classes))
            {
                var (range, value) = (token[..token.IndexOf(':')], byte.Parse(token.AsSpan(token.IndexOf(':') + 1)));
                var dash = range.IndexOf('-');
                var first = Hex(dash < 0 ? range : range[..dash]);
                var more = dash < 0 ? 0 : Hex(range[(dash + 1)..]);
                for (var i = 0; i <= more; i++) classes.Add(first + i, value);
            }

            Apart = apart.ToFrozenDictionary();
            Together = together.ToFrozenDictionary();
            Classes = classes.ToFrozenDictionary();
        }

        public static int Class(int point) => Classes.TryGetValue(point, out var value) ? value : 0;

        private static string[] Tokens(string data) =>
            data.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber);
    }
}
