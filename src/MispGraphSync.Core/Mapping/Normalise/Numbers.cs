namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>Whole numbers as MISP holds them. Null for any other text.</summary>
public static class Numbers
{
    /// <summary>Plain digits.</summary>
    public static long? Parse(ReadOnlySpan<char> text, long max) =>
        !text.ContainsAnyExceptInRange('0', '9') && long.TryParse(text, out var number) && number <= max ? number : null;

    /// <summary>As in C: <c>0x</c> before hex digits, a zero before octal ones. <c>0x</c> alone is zero to browsers.</summary>
    public static long? ParseAnyBase(ReadOnlySpan<char> text, long max)
    {
        if (text.IsEmpty) return null;
        var radix = text switch { ['0', 'x' or 'X', ..] => 16, ['0', _, ..] => 8, _ => 10 };
        var number = 0L;
        foreach (var c in text[(radix == 16 ? 2 : 0)..])
        {
            var digit = "0123456789abcdef".IndexOf(char.ToLowerInvariant(c));
            if (digit < 0 || digit >= radix) return null;
            number = number * radix + digit;
            if (number > max) return null;
        }

        return number;
    }

    /// <summary>1–65535.</summary>
    public static int? ParsePort(ReadOnlySpan<char> text) => Parse(text, ushort.MaxValue) is > 0 and var port ? (int)port : null;

    /// <summary>0–4294967295, with or without AS in front; asdot (<c>1.10</c>) becomes a plain number (65546).</summary>
    public static long? ParseAutonomousSystem(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("AS", StringComparison.OrdinalIgnoreCase)) text = text[2..].TrimStart();
        var dot = text.IndexOf('.');
        if (dot < 0) return Parse(text, uint.MaxValue);
        // Lifted: null when either half is.
        return (Parse(text[..dot], ushort.MaxValue) << 16) + Parse(text[(dot + 1)..], ushort.MaxValue);
    }
}
