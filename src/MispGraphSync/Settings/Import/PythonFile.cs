using System.Text.Json;
using System.Text.RegularExpressions;

namespace MispGraphSync.Settings.Import;

/// <summary>One statement of a Python file. It is never quoted, because it may hold a secret.</summary>
/// <param name="Name">What it assigns to, when that is a plain name.</param>
/// <param name="Value">The literal that it assigns; null: something else, which is not executed.</param>
internal sealed record PythonStatement(string? Name, JsonElement? Value, int Line);

/// <param name="Text">Without the quotes of a text. Never printed, because it may hold a secret.</param>
internal sealed record PythonToken(string Kind, string Text, int Line)
{
    public bool IsText => Kind is "text" or "raw";

    public bool Is(string symbol) => Kind == "other" && Text == symbol;

    public override string ToString() => Kind;
}

/// <summary>Reads a Python file without executing it.</summary>
internal static partial class PythonFile
{
    /// <summary>All statements but a text alone, which is a comment.</summary>
    public static IEnumerable<PythonStatement> Read(string text)
    {
        foreach (var (tokens, isIndented) in Lines(text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal)))
        {
            if (!isIndented && PythonLiteral.TryRead(tokens, out var alone) && alone.ValueKind == JsonValueKind.String) continue;
            var name = !isIndented && tokens is [{ Kind: "name" }, var equals, ..] && equals.Is("=") ? tokens[0].Text : null;
            yield return name is not null && PythonLiteral.TryRead(tokens[2..], out var value)
                ? new PythonStatement(name, value, tokens[0].Line)
                : new PythonStatement(name, null, tokens[0].Line);
        }
    }

    /// <summary>Logical lines: brackets and a backslash continue them. Comments and white space are dropped.</summary>
    private static IEnumerable<(List<PythonToken> Tokens, bool IsIndented)> Lines(string text)
    {
        var (tokens, depth, line, isLineStart, isIndented) = (new List<PythonToken>(), 0, 1, true, false);
        foreach (Match match in Token().Matches(text))
        {
            var group = match.Groups.Values.Skip(1).First(one => one.Success && one.Name != "body");
            if (group.Name == "space")
            {
                if (tokens.Count == 0) isIndented = isLineStart && match.Value[0] is ' ' or '\t';
            }
            else if (depth <= 0 && match.Value is "\n" or ";")
            {
                if (tokens.Count > 0) yield return (tokens, isIndented);
                (tokens, depth, isLineStart, isIndented) = ([], 0, match.Value == "\n", false);
            }
            else if (match.Value != "\n")
            {
                var body = match.Groups["body"];
                tokens.Add(new PythonToken(group.Name, body.Success ? body.Value : group.Value, line));
                depth += match.Value switch { "(" or "[" or "{" => 1, ")" or "]" or "}" => -1, _ => 0 };
            }

            line += match.ValueSpan.Count('\n');
        }

        if (tokens.Count > 0) yield return (tokens, isIndented);
    }

    // A text that does not end is one token too, to its line's or the file's end.
    [GeneratedRegex(
        """
        (?<space>[\ \t\f\r]+|\#[^\n]*|\\\n)
        |(?:(?<raw>[rR])|(?<text>[uU]?))
            (?:'''(?<body>(?:[^\\]|\\.)*?)'''|\"{3}(?<body>(?:[^\\]|\\.)*?)\"{3}|'(?<body>(?:[^\\'\n]|\\.)*)'|"(?<body>(?:[^\\"\n]|\\.)*)")
        |(?<open>(?:'''|\"{3}).*|['"][^\n]*)
        |(?<number>[0-9.][0-9A-Za-z_.]*)
        |(?<name>\w+)
        |(?<other>==|.)
        """,
        RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
