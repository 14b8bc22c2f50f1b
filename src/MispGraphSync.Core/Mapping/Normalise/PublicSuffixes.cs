namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// The Public Suffix List, both sections: names such as <c>co.uk</c> and <c>github.io</c>, under which anybody can register.
/// Its date is in the head of <c>Data/PublicSuffixes.txt</c>.
/// </summary>
public static class PublicSuffixes
{
    /// <summary>
    /// True for a public suffix and for each name above one, such as <c>amazonaws.com</c>: blocking it hits many owners. A
    /// single label is always one.
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
        var (low, high) = (0, Data.Starts.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Rule(middle).SequenceCompareTo(key) < 0) low = middle + 1;
            else high = middle;
        }

        return low < Data.Starts.Length - 1 ? Rule(low) : [];
    }

    private static ReadOnlySpan<byte> Rule(int number) =>
        Data.Rules.AsSpan(Data.Starts[number]..(Data.Starts[number + 1] - 1));

    /// <summary>Loaded by the first lookup and searched in this form: some 10,000 strings would take far more memory.</summary>
    private static class Data
    {
        /// <summary>Sorted lines.</summary>
        public static readonly byte[] Rules = DataFiles.Read("PublicSuffixes.txt");

        /// <summary>The start of each line, and the end of the last one.</summary>
        public static readonly int[] Starts = StartsOfLines(Rules);

        private static int[] StartsOfLines(ReadOnlySpan<byte> lines)
        {
            var starts = new int[lines.Count((byte)'\n') + 1];
            for (var i = 1; i < starts.Length; i++) starts[i] = starts[i - 1] + lines[starts[i - 1]..].IndexOf((byte)'\n') + 1;
            return starts;
        }
    }
}
