namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>48-bit hardware addresses.</summary>
public static class MacAddresses
{
    /// <summary>Twelve hex digits, bare or in groups of two, four or six, as <c>00:00:5e:00:53:01</c>. Null for any other text.</summary>
    public static string? Normalise(string text)
    {
        var group = text.Length switch { 12 => 12, 13 => 6, 14 => 4, 17 => 2, _ => 0 };
        if (group == 0) return null;
        var parts = group < 12 && text[group] is ':' or '-' or '.' ? text.Split(text[group]) : [text];
        if (!parts.All(part => part.Length == group && part.All(char.IsAsciiHexDigit))) return null;
        return string.Join(':', string.Concat(parts).ToLowerInvariant().Chunk(2).Select(pair => new string(pair)));
    }
}
