namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>The Public Suffix List, both sections: names such as <c>co.uk</c> and <c>github.io</c>.</summary>
public static class PublicSuffixes
{
    /// <summary>True for a public suffix and the names above it, such as <c>amazonaws.com</c>: blocking one hits many owners.</summary>
    /// <param name="name">Lower case, punycode, no trailing dot.</param>
    public static bool Contains(string name)
    {
        if (name.Length > DomainNames.MaxLength) return false;
        var dot = name.IndexOf('.');
        if (dot < 0 || Rules.Names.Contains(name)) return true;
        return Rules.Wildcards.Contains(name.AsSpan(dot + 1)) && !Rules.Exceptions.Contains(name);
    }

    // Loaded by the first lookup.
    private static class Rules
    {
        public static readonly HashSet<string> Names = new(StringComparer.Ordinal);
        public static readonly HashSet<string> Exceptions = new(StringComparer.Ordinal);
        public static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> Wildcards =
            new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

        static Rules()
        {
            foreach (var line in DataFiles.ReadLines("PublicSuffixes.txt"))
            {
                // Written from the top: "uk.co". "*" is any label, "!" at the end marks an exception to it.
                var rule = string.Join('.', line.TrimEnd('!').Split('.').Reverse());
                if (line.EndsWith('!')) Exceptions.Add(rule);
                else if (rule.StartsWith("*.", StringComparison.Ordinal)) Wildcards.Add(rule.AsSpan(2));
                else Names.Add(rule);
                for (var dot = rule.IndexOf('.'); dot >= 0; dot = rule.IndexOf('.', dot + 1)) Names.Add(rule[(dot + 1)..]);
            }
        }
    }
}
