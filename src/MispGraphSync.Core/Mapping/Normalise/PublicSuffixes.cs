namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// The Public Suffix List, both sections: names such as <c>co.uk</c> and <c>github.io</c>, below which anybody gets a name.
/// The head of <c>Data/PublicSuffixes.txt</c> says how old it is.
/// </summary>
public static class PublicSuffixes
{
    /// <summary>
    /// True for a public suffix and for each name above one, such as <c>amazonaws.com</c>: what is done to it is done to many
    /// owners. A single label is always one.
    /// </summary>
    /// <param name="name">Lower case, punycode, no trailing dot.</param>
    public static bool Contains(string name)
    {
        if (name.Length > DomainNames.MaxLength) return false;
        if (!name.Contains('.')) return true;

        // One byte more for a mark behind the name.
        Span<byte> buffer = stackalloc byte[DomainNames.MaxLength + 1];
        var key = buffer[..(name.Length + 1)];
        Reverse(name, key);
        var reversed = key[..^1];
        if (FirstFrom(reversed).SequenceEqual(reversed)) return true;

        key[^1] = (byte)'.';
        if (FirstFrom(key).StartsWith(key)) return true;

        key[^1] = (byte)'!';
        var isException = FirstFrom(key).SequenceEqual(key);
        var wildcard = key[..(reversed.LastIndexOf((byte)'.') + 2)];
        wildcard[^1] = (byte)'*';
        return !isException && FirstFrom(wildcard).SequenceEqual(wildcard);
    }

    /// <summary>Labels in reverse order, as the rules are written.</summary>
    private static void Reverse(ReadOnlySpan<char> name, Span<byte> into)
    {
        var written = 0;
        while (true)
        {
            var dot = name.LastIndexOf('.');
            foreach (var c in name[(dot + 1)..]) into[written++] = (byte)c;
            if (dot < 0) return;
            into[written++] = (byte)'.';
            name = name[..dot];
        }
    }

    /// <summary>The first rule in byte order that is not before the key; empty when all are.</summary>
    private static ReadOnlySpan<byte> FirstFrom(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> rules = Data.Rules;
        var (low, high) = (0, rules.Length);
        while (low < high)
        {
            var start = rules[..((low + high) / 2)].LastIndexOf((byte)'\n') + 1;
            var line = Line(rules, start);
            if (line.SequenceCompareTo(key) < 0) low = start + line.Length + 1;
            else high = start;
        }

        return Line(rules, low);
    }

    private static ReadOnlySpan<byte> Line(ReadOnlySpan<byte> rules, int start)
    {
        var rest = rules[start..];
        var end = rest.IndexOf((byte)'\n');
        return end < 0 ? rest : rest[..end];
    }

    /// <summary>Read by the first question and searched as it is: some 10,000 strings would take far more memory.</summary>
    private static class Data
    {
        /// <summary>Sorted lines.</summary>
        public static readonly byte[] Rules = DataFiles.Read("PublicSuffixes.txt");
    }
}
