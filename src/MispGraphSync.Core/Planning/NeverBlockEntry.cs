using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Numerics;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Core.Planning;

/// <summary>What one entry of a list of what must never be blocked means.</summary>
public abstract record NeverBlockEntry
{
    private NeverBlockEntry() { }

    /// <summary>A host name in its wire form, with everything below it.</summary>
    public sealed record Name(string Value) : NeverBlockEntry;

    /// <summary>Addresses; a single one is a range of all its bits.</summary>
    public sealed record Ranges(IReadOnlyList<IPNetwork> Value) : NeverBlockEntry;

    /// <summary>In the form in which a file hash or fingerprint has it.</summary>
    public sealed record Hash(string Value) : NeverBlockEntry;

    /// <summary>
    /// Reads names (<c>contoso.com</c>, <c>*.contoso.com</c>, <c>.contoso.com</c>, <c>contoso.com:443</c>), addresses
    /// (<c>[2001:db8::7]:443</c>), ranges (<c>203.0.113.0/24</c>, <c>203.0.113.0/255.255.255.0</c>, <c>203.0.113.*</c>,
    /// <c>203.0.113.1-203.0.113.9</c>, <c>203.0.113.1-9</c>) and hashes. Null for what would protect nothing, or everything.
    /// </summary>
    /// <param name="remedy">What to write instead, as a sentence; null where there is nothing to say.</param>
    public static NeverBlockEntry? Read(string text, out string? remedy)
    {
        text = ValueText.Trim(text);
        remedy = RemedyFor(text);
        if (remedy is not null || text.Length == 0) return null;
        if (TryReadHash(text) is { } hash) return new Hash(hash);

        var bare = WithoutPort(text);
        if (ReadRanges(bare) is { Count: > 0 } ranges) return new Ranges(ranges);
        // Without a letter at its end it was meant as an address.
        if (DomainNames.Normalise(WithoutWildcard(bare)) is { } name && name.AsSpan(name.LastIndexOf('.') + 1).ContainsAnyInRange('a', 'z'))
            return new Name(name);
        remedy = RemedyForUnread(bare);
        return null;
    }

    /// <summary>For texts of another kind, some of which could be read as a name and would protect nothing.</summary>
    private static string? RemedyFor(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal)) return "Write the host alone, without the scheme and the path.";
        if (text.Contains('@')) return "Write the domain alone, without what comes before the @.";
        if (text.AsSpan().ContainsAny(',', ';')) return "Write each host, address, range or hash as an item of its own.";
        if (text is ['a' or 'A', 's' or 'S', _, ..] && !text.AsSpan(2).ContainsAnyExceptInRange('0', '9'))
            return "A list of hosts has no place for an AS number; write its address ranges.";
        return text.Length >= 32 && text.All(char.IsAsciiHexDigit) && TryReadHash(text) is null
            ? $"No hash has {text.Length} digits."
            : null;
    }

    private static string? RemedyForUnread(string text)
    {
        if (text.EndsWith("/0", StringComparison.Ordinal)) return "This is every address; with \"action\": \"alert\" nothing is blocked.";
        if (text.Contains('/')) return "Write the host alone, without the path; the length of a range is 1 to 32, or 1 to 128 for IPv6.";
        if (text.Contains('*')) return "A * can be the first label of a name (*.contoso.com) or the end of an address (203.0.113.*).";
        return text.All(c => char.IsAsciiHexDigit(c) || c is '.' or ':' or '-' or 'x')
            ? "Write an address in full, or a range such as 203.0.113.0/24 or 203.0.113.1-203.0.113.9."
            : null;
    }

    private static string? TryReadHash(string text)
    {
        if (Hashes.Normalise(HashAlgorithm.Ssdeep, text) is { } fuzzy) return fuzzy;
        var plain = Hashes.WithoutSeparators(text).ToLowerInvariant();
        var isHash = plain.StartsWith("t1", StringComparison.Ordinal)
            ? Hashes.Normalise(HashAlgorithm.Tlsh, plain) is not null
            : plain.Length is 32 or 40 or 56 or 64 or 70 or 96 or 128 && plain.All(char.IsAsciiHexDigit);
        return isHash ? plain : null;
    }

    /// <summary>Protection is for a host on all its ports.</summary>
    private static string WithoutPort(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || Numbers.ParsePort(text.AsSpan(colon + 1)) is null) return text;
        var host = text[..colon];
        return host is ['[', .., ']'] || !host.Contains(':') ? host : text;
    }

    /// <summary>A name means all names below it too, so a wildcard in front changes nothing.</summary>
    private static string WithoutWildcard(string text) => text switch
    {
        ['*', '.', .. var rest] => rest,
        ['.', .. var rest] => rest,
        _ => text,
    };

    /// <summary>Empty when the text is no address and no range.</summary>
    private static IReadOnlyList<IPNetwork> ReadRanges(string text)
    {
        if (IpAddresses.ParseRange(WithLength(text)) is { } range) return [range];
        if (text.IndexOf('-') is var dash and > 0 && IpAddresses.Parse(text.AsSpan(0, dash).Trim()) is { } first)
        {
            var end = text.AsSpan(dash + 1).Trim();
            if ((IpAddresses.Parse(end) ?? LastPart(first, end)) is { } last) return Between(first, last);
        }

        return [];
    }

    /// <summary><c>203.0.113.*</c> and <c>203.0.113.0/255.255.255.0</c> with the length of the range behind a slash.</summary>
    private static string WithLength(string text)
    {
        if (text.IndexOf('/') is var slash and > 0 && IpAddresses.Parse(text.AsSpan(slash + 1)) is { } mask && !text.Contains(':'))
        {
            var bits = BinaryPrimitives.ReadUInt32BigEndian(mask.GetAddressBytes());
            var length = BitOperations.LeadingZeroCount(~bits);
            return bits << length == 0 || length == 32 ? $"{text[..slash]}/{length}" : text;
        }

        var parts = text.Split('.');
        var known = parts.TakeWhile(part => part.Length > 0 && Numbers.Parse(part, byte.MaxValue) is not null).Count();
        var areOpen = known > 0 && known < parts.Length && parts.Skip(known).All(part => part is "*" or "x" or "xx" or "xxx");
        if (!areOpen || parts.Length > 4) return text;
        return $"{string.Join('.', parts.Take(known).Concat(Enumerable.Repeat("0", 4 - known)))}/{known * 8}";
    }

    private static IPAddress? LastPart(IPAddress first, ReadOnlySpan<char> end)
    {
        if (first.AddressFamily != AddressFamily.InterNetwork || Numbers.Parse(end, byte.MaxValue) is not { } part) return null;
        var bytes = first.GetAddressBytes();
        bytes[3] = (byte)part;
        return new IPAddress(bytes);
    }

    /// <summary>The fewest ranges that hold just the addresses from first to last; none when they are in the wrong order.</summary>
    private static List<IPNetwork> Between(IPAddress first, IPAddress last)
    {
        var ranges = new List<IPNetwork>();
        if (first.AddressFamily != last.AddressFamily) return ranges;

        var size = first.GetAddressBytes().Length;
        var (low, high) = (Number(first), Number(last));
        while (low <= high)
        {
            var free = low == 0 ? size * 8 : (int)UInt128.TrailingZeroCount(low);
            while (free > 0 && (free == 128 || low + ((UInt128)1 << free) - 1 > high)) free--;
            if (free == size * 8) return [];
            ranges.Add(new IPNetwork(Address(low, size), size * 8 - free));
            var next = low + ((UInt128)1 << free);
            if (next < low) break;
            low = next;
        }

        return ranges;
    }

    private static UInt128 Number(IPAddress address)
    {
        UInt128 number = 0;
        foreach (var part in address.GetAddressBytes()) number = (number << 8) + part;
        return number;
    }

    private static IPAddress Address(UInt128 number, int size)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, number);
        return new IPAddress(bytes[(16 - size)..]);
    }
}
