using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// The character mapping of UTS #46 (non-transitional, as browsers do it): full-width letters become ASCII, capitals small,
/// soft hyphens nothing.
/// </summary>
internal static class HostNameMappings
{
    /// <summary>Null when a character cannot be in a host name.</summary>
    public static string? Map(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii) builder.Append(char.ToLowerInvariant((char)rune.Value));
            else if (Find(rune.Value) is not { } entry) builder.Append(rune);
            else if (entry.Mark == '!') return null;
            else if (entry.Last > entry.First && entry.Points is [var first]) builder.Append(new Rune(first + rune.Value - entry.First));
            else foreach (var point in entry.Points) builder.Append(new Rune(point));
        }

        // Two characters may have become one that composes.
        return UnicodeComposition.Compose(builder.ToString());
    }

    private static CodePoints? Find(int point)
    {
        var (low, high) = (0, Table.Entries.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Table.Entries[middle].Last < point) low = middle + 1;
            else high = middle;
        }

        return low < Table.Entries.Length && Table.Entries[low].First <= point ? Table.Entries[low] : null;
    }

    /// <summary>
    /// Loaded by the first name that is not ASCII. <c>FF21-FF3A:61</c>: the target moves along. <c>FB01:66+69</c>: one
    /// character. <c>AD:</c>: ignored. <c>FFFD!</c>: disallowed.
    /// </summary>
    private static class Table
    {
        public static readonly CodePoints[] Entries = [.. CodePoints.Load("HostMappings.txt")];
    }
}
