using System.Text;

namespace MispGraphSync.Ledger;

/// <summary>The few strings that stand in nearly every row, each held once: types, categories, tags.</summary>
internal static class StringPool
{
    private const int Most = 1_000;
    private const int Longest = 64;

    private static readonly Dictionary<string, string> Seen = new(StringComparer.Ordinal);
    private static readonly Lock Gate = new();

    /// <summary>The text of this UTF-8, from a table of at most 1,000.</summary>
    public static string Known(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Longest) return Encoding.UTF8.GetString(utf8);
        Span<char> buffer = stackalloc char[Longest];
        var text = buffer[..Encoding.UTF8.GetChars(utf8, buffer)];
        lock (Gate)
        {
            var known = Seen.GetAlternateLookup<ReadOnlySpan<char>>();
            if (known.TryGetValue(text, out var name)) return name;
            name = text.ToString();
            if (Seen.Count < Most) Seen.Add(name, name);
            return name;
        }
    }
}
