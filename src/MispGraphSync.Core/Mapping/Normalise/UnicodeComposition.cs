using System.Collections.Frozen;
using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>Unicode normalisation form C (UAX #15): string.Normalize does nothing in a culture-invariant build.</summary>
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
    public static bool IsVirama(int point) => Class(point) == 9;

    private static void Decompose(int point, List<int> into)
    {
        var syllable = point - SyllableBase;
        if (syllable is >= 0 and < Leads * Vowels * Tails)
        {
            into.Add(LeadBase + syllable / (Vowels * Tails));
            into.Add(VowelBase + syllable % (Vowels * Tails) / Tails);
            if (syllable % Tails != 0) into.Add(TailBase + syllable % Tails);
        }
        else if (Tables.Decompositions.TryGetValue(point, out var parts))
        {
            Decompose(parts[0], into);
            if (parts.Length > 1) into.Add(parts[1]);
        }
        else
        {
            into.Add(point);
        }
    }

    // Puts each run of combining marks in the order of their classes; marks of one class keep theirs.
    private static void Order(List<int> points)
    {
        for (var start = 0; start < points.Count; start++)
        {
            var end = start;
            while (end < points.Count && Class(points[end]) != 0) end++;
            if (end - start < 2) continue;
            var run = points[start..end].OrderBy(Class).ToList();
            for (var i = 0; i < run.Count; i++) points[start + i] = run[i];
            start = end;
        }
    }

    private static void Join(List<int> points)
    {
        var written = 0;
        var starter = -1;
        // The class of the last point since the starter; -1 for none.
        var last = -1;
        for (var read = 0; read < points.Count; read++)
        {
            var (point, rank) = (points[read], Class(points[read]));
            // A mark is blocked from its starter by one of the same or a higher class, a starter by anything between.
            if (starter >= 0 && last < rank && Pair(points[starter], point) is { } joined)
            {
                points[starter] = joined;
                continue;
            }

            if (rank == 0) starter = written;
            last = rank == 0 ? -1 : rank;
            points[written++] = point;
        }

        points.RemoveRange(written, points.Count - written);
    }

    private static int? Pair(int first, int second)
    {
        var (lead, vowel) = (first - LeadBase, second - VowelBase);
        if (lead is >= 0 and < Leads && vowel is >= 0 and < Vowels) return SyllableBase + (lead * Vowels + vowel) * Tails;

        var (syllable, tail) = (first - SyllableBase, second - TailBase);
        if (syllable is >= 0 and < Leads * Vowels * Tails && syllable % Tails == 0 && tail is > 0 and < Tails) return first + tail;

        return Tables.Compositions.TryGetValue((first, second), out var joined) ? joined : null;
    }

    /// <summary>The canonical combining class; 0 for what begins a character.</summary>
    private static int Class(int point) => Tables.Classes.TryGetValue(point, out var rank) ? rank : 0;

    // Loaded by the first text that needs them. "C0=41+300": in both directions. "340:300": decomposed only. "300-314@E6": the
    // combining class.
    private static class Tables
    {
        private static readonly CodePoints[] Entries = [.. CodePoints.Load("Composition.txt")];

        public static readonly FrozenDictionary<int, int[]> Decompositions =
            Entries.Where(entry => entry.Mark != '@').ToFrozenDictionary(entry => entry.First, entry => entry.Points);

        public static readonly FrozenDictionary<(int, int), int> Compositions =
            Entries.Where(entry => entry.Mark == '=').ToFrozenDictionary(entry => (entry.Points[0], entry.Points[1]), entry => entry.First);

        public static readonly FrozenDictionary<int, int> Classes = Entries.Where(entry => entry.Mark == '@')
            .SelectMany(entry => Enumerable.Range(entry.First, entry.Last - entry.First + 1).Select(point => (point, entry.Points[0])))
            .ToFrozenDictionary(pair => pair.point, pair => pair.Item2);
    }
}
