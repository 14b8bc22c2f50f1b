namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>Whole numbers as MISP holds them: plain digits.</summary>
public static class Numbers
{
    public static bool TryParse(ReadOnlySpan<char> text, long max, out long number)
    {
        number = 0;
        return !text.ContainsAnyExceptInRange('0', '9') && long.TryParse(text, out number) && number <= max;
    }

    /// <summary>As in C: <c>0x</c> before hex digits, a zero before octal ones. <c>0x</c> alone is zero to browsers.</summary>
    public static bool TryParseAnyBase(ReadOnlySpan<char> text, long max, out long number)
    {
        number = 0;
        if (text.IsEmpty) return false;

        var radix = text switch { ['0', 'x' or 'X', ..] => 16, ['0', _, ..] => 8, _ => 10 };
        foreach (var c in text[(radix == 16 ? 2 : 0)..])
        {
            var digit = "0123456789abcdef".IndexOf(char.ToLowerInvariant(c));
            if (digit < 0 || digit >= radix) return false;
            number = number * radix + digit;
            if (number > max) return false;
        }

        return true;
    }

    /// <summary>1–65535.</summary>
    public static bool TryParsePort(ReadOnlySpan<char> text, out int port)
    {
        var good = TryParse(text, ushort.MaxValue, out var number) && number > 0;
        port = (int)number;
        return good;
    }

    /// <summary>0–4294967295, with or without AS in front; asdot (<c>1.10</c>) becomes a plain number (65546).</summary>
    public static bool TryParseAutonomousSystem(ReadOnlySpan<char> text, out long number)
    {
        if (text.StartsWith("AS", StringComparison.OrdinalIgnoreCase)) text = text[2..].TrimStart();
        var dot = text.IndexOf('.');
        if (dot < 0) return TryParse(text, uint.MaxValue, out number);

        number = 0;
        if (!TryParse(text[..dot], ushort.MaxValue, out var high)) return false;
        if (!TryParse(text[(dot + 1)..], ushort.MaxValue, out var low)) return false;
        number = (high << 16) + low;
        return true;
    }
}
