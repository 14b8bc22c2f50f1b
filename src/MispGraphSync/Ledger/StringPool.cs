using System.Text;

namespace MispGraphSync.Ledger;

/// <summary>Types, categories and tags: the few strings of nearly every row, each allocated once.</summary>
internal static class StringPool
{
    private const int MaxStrings = 1_000;
    private const int MaxLength = 64;

    private static readonly Dictionary<string, string> Seen = new(StringComparer.Ordinal);
    private static readonly Lock Gate = new();

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxLength) return Encoding.UTF8.GetString(utf8);
        Span<char> buffer = stackalloc char[MaxLength];
        var text = buffer[..Encoding.UTF8.GetChars(utf8, buffer)];
        lock (Gate)
        {
            var known = Seen.GetAlternateLookup<ReadOnlySpan<char>>();
            if (known.TryGetValue(text, out var name)) return name;
            name = text.ToString();
            if (Seen.Count < MaxStrings) Seen.Add(name, name);
            return name;
        }
    }
}
