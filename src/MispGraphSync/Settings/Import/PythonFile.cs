using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MispGraphSync.Settings.Import;

/// <summary><c>name = literal</c></summary>
internal sealed record PythonAssignment(string Name, JsonNode? Value, int Line);

/// <summary>A statement that is more than an assignment of a literal. It is never quoted, because it may hold a secret.</summary>
/// <param name="Name">What it assigns to, when that is a plain name.</param>
internal sealed record SkippedStatement(string? Name, int Line);

/// <param name="Text">Without the quotes of a text. Never printed, because it may hold a secret.</param>
internal sealed record PythonToken(string Kind, string Text, int Line)
{
    public bool Is(string symbol) => Kind == "other" && Text == symbol;

    public override string ToString() => Kind;
}

/// <summary>Reads the assignments of literals from a Python file. Nothing is executed; everything else is reported by its line.</summary>
internal static partial class PythonFile
{
    public static (IReadOnlyList<PythonAssignment> Assignments, IReadOnlyList<SkippedStatement> Skipped) Read(string text)
    {
        var assignments = new List<PythonAssignment>();
        var skipped = new List<SkippedStatement>();
        foreach (var (tokens, isIndented) in Statements(text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal)))
        {
            var line = tokens[0].Line;
            var name = !isIndented && tokens is [{ Kind: "name" }, var equals, ..] && equals.Is("=") ? tokens[0].Text : null;
            if (name is not null && PythonLiteral.TryRead(tokens[2..], out var value)) assignments.Add(new PythonAssignment(name, value, line));
            else if (isIndented || !PythonLiteral.TryRead(tokens, out var alone) || alone?.GetValueKind() != JsonValueKind.String)
                skipped.Add(new SkippedStatement(name, line));
        }

        return (assignments, skipped);
    }

    /// <summary>Logical lines: brackets and a backslash continue them. Comments and white space are dropped.</summary>
    private static IEnumerable<(List<PythonToken> Tokens, bool IsIndented)> Statements(string text)
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
        |(?<raw>[rR](?:'''(?<body>(?:[^\\]|\\.)*?)'''|\"{3}(?<body>(?:[^\\]|\\.)*?)\"{3}|'(?<body>(?:[^\\'\n]|\\.)*)'|"(?<body>(?:[^\\"\n]|\\.)*)"))
        |(?<text>[uU]?(?:'''(?<body>(?:[^\\]|\\.)*?)'''|\"{3}(?<body>(?:[^\\]|\\.)*?)\"{3}|'(?<body>(?:[^\\'\n]|\\.)*)'|"(?<body>(?:[^\\"\n]|\\.)*)"))
        |(?<open>(?:'''|\"{3}).*|['"][^\n]*)
        |(?<number>[0-9.][0-9A-Za-z_.]*)
        |(?<name>\w+)
        |(?<other>==|.)
        """,
        RegexOptions.ExplicitCapture | RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
