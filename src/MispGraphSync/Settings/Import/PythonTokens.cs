using System.Text.RegularExpressions;

namespace MispGraphSync.Settings.Import;

/// <param name="Text">Without the quotes of a text. Never printed, because it may hold a secret.</param>
internal sealed record PythonToken(string Kind, string Text, int Line)
{
    public bool IsText => Kind is "text" or "raw" or "unread";

    public bool Is(string symbol) => Kind is "other" or "name" && Text == symbol;

    public override string ToString() => Kind;
}

/// <summary>Cuts a Python file into the tokens of its logical lines.</summary>
internal static partial class PythonTokens
{
    /// <summary>
    /// Brackets and a backslash continue a line. Depth: brackets that never close; less than 0: too many close. Comments and white space
    /// are dropped.
    /// </summary>
    public static IEnumerable<(List<PythonToken> Tokens, bool IsIndented, int Depth)> Lines(string text)
    {
        var normal = text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var (tokens, depth, line, isIndented) = (new List<PythonToken>(), 0, 1, false);
        foreach (Match match in Token().Matches(normal))
        {
            var group = match.Groups.Values.Skip(1).First(one => one.Success && one.Name is not ("body" or "prefix"));
            if (group.Name == "space")
            {
                if (tokens.Count == 0) isIndented |= match.Value[0] is ' ' or '\t';
            }
            else if (match.Value == "\n")
            {
                if (depth <= 0)
                {
                    if (tokens.Count > 0) yield return (tokens, isIndented, depth);
                    (tokens, depth, isIndented) = ([], 0, false);
                }
            }
            else
            {
                tokens.Add(group.Name == "quoted" ? Quoted(match.Groups["prefix"].Value, match.Groups["body"].Value, line)
                    : new PythonToken(group.Name, group.Value, line));
                depth += match.Value switch { "(" or "[" or "{" => 1, ")" or "]" or "}" => -1, _ => 0 };
            }

            line += match.ValueSpan.Count('\n');
        }

        if (tokens.Count > 0) yield return (tokens, isIndented, depth);
    }

    /// <summary>Bytes, a text with an expression in it, and a text that was not UTF-8 are not read.</summary>
    private static PythonToken Quoted(string prefix, string body, int line)
    {
        var isUnread = prefix.Contains('b', StringComparison.OrdinalIgnoreCase)
            || (prefix.Contains('f', StringComparison.OrdinalIgnoreCase) && body.AsSpan().ContainsAny('{', '}'))
            || body.AsSpan().ContainsAny('\0', '\uFFFD');
        return new PythonToken(isUnread ? "unread" : prefix.Contains('r', StringComparison.OrdinalIgnoreCase) ? "raw" : "text", body, line);
    }

    // A text that does not end is one token too, to its line's or the file's end.
    [GeneratedRegex(
        """
        (?<space>[\ \t\f]+|\#[^\n]*|\\\n)
        |(?<quoted>(?<prefix>[rRbBuUfF]{0,2})
            (?:'''(?<body>(?:[^\\]|\\.)*?)'''|\"{3}(?<body>(?:[^\\]|\\.)*?)\"{3}
                |'(?!'')(?<body>(?:[^\\'\n]|\\.)*)'|"(?!"")(?<body>(?:[^\\"\n]|\\.)*)"))
        |(?<open>(?:'''|\"{3}).*|['"][^\n]*)
        |(?<number>\.?[0-9][0-9A-Za-z_.]*)
        |(?<name>\w+)
        |(?<other>[=!<>:]=|\*\*|.)
        """,
        RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
