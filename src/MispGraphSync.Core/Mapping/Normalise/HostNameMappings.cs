using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>The character mapping of UTS #46, non-transitional: full-width letters become ASCII, capitals small.</summary>
internal static class HostNameMappings
{
    /// <summary>Null when a character cannot be in a host name.</summary>
    public static string? Map(string text)
    {
        var builder = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii) builder.Append(char.ToLowerInvariant((char)rune.Value));
            else if (Table.Find(rune.Value) is not { } entry) builder.Append(rune);
            else if (entry.Mark == '!') return null;
            else if (entry.Last > entry.First && entry.Points is [var first]) builder.Append(new Rune(first + rune.Value - entry.First));
            else foreach (var point in entry.Points) builder.Append(new Rune(point));
        }

        // Two characters may have become one that composes.
        return UnicodeComposition.Compose(builder.ToString());
    }

    // Loaded by the first name that is not ASCII. "FF21-FF3A:61": the target moves along. "FB01:66+69": one character.
    // "AD:": ignored. "FFFD!": disallowed.
    private static class Table
    {
        private static readonly CodePoints[] Entries = [.. CodePoints.Load("HostMappings.txt")];
        private static readonly int[] Starts = Array.ConvertAll(Entries, entry => entry.First);

        public static CodePoints? Find(int point)
        {
            var at = Array.BinarySearch(Starts, point);
            if (at < 0) at = ~at - 1;
            return at >= 0 && point <= Entries[at].Last ? Entries[at] : null;
        }
    }
}
