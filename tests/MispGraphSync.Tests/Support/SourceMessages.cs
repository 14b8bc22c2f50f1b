using System.Text;
using System.Text.RegularExpressions;

namespace MispGraphSync.Tests;

/// <summary>
/// The sentences with which the program ends a run, as in its sources, with an ellipsis for each filled-in value. Found by
/// reading C# as far as that needs: brackets, commas and string literals.
/// </summary>
internal static partial class SourceMessages
{
    public sealed record Message(string Code, string Says, string Remedy);

    public static IEnumerable<Message> In(string source) =>
        from start in Start().Matches(source)
        let arguments = Arguments(source, start.Index + start.Length)
        where arguments.Count >= 2 && arguments[0].Contains("RunOutcome.", StringComparison.Ordinal)
        let says = Text(arguments[1])
        where says.Any(char.IsLetter)
        select new Message(string.Join(" or ", Code().Matches(arguments[0]).Select(code => code.Groups[1].Value).Distinct()), says,
            arguments.Count > 2 ? Text(arguments[2]) : "");

    /// <summary>The arguments of a call, from behind its bracket.</summary>
    private static List<string> Arguments(string source, int from)
    {
        var arguments = new List<string>();
        var depth = 0;
        var start = from;
        for (var at = from; at < source.Length; at++)
        {
            switch (source[at])
            {
                case '"':
                    at = EndOfLiteral(source, at, at > 0 && source[at - 1] == '$');
                    break;
                case '\'':
                    at = source.IndexOf('\'', source[at + 1] == '\\' ? at + 3 : at + 2);
                    break;
                case '(' or '[' or '{':
                    depth++;
                    break;
                case ')' or ']' or '}' when depth > 0:
                    depth--;
                    break;
                case ')':
                    arguments.Add(source[start..at]);
                    return arguments;
                case ',' when depth == 0:
                    arguments.Add(source[start..at]);
                    start = at + 1;
                    break;
            }
        }

        return arguments;
    }

    /// <summary>The index of a literal's closing quote; in an interpolated one, braces may contain literals.</summary>
    private static int EndOfLiteral(string source, int quote, bool isInterpolated)
    {
        var depth = 0;
        for (var at = quote + 1; at < source.Length; at++)
        {
            if (depth == 0 && source[at] == '\\') at++;
            else if (depth == 0 && source[at] == '"') return at;
            else if (depth > 0 && source[at] == '"') at = EndOfLiteral(source, at, source[at - 1] == '$');
            else if (isInterpolated && source[at] == '{') depth++;
            else if (isInterpolated && source[at] == '}' && depth > 0) depth--;
        }

        return source.Length - 1;
    }

    /// <summary>The literals of an expression, one after the other.</summary>
    private static string Text(string expression)
    {
        var text = new StringBuilder();
        var last = 0;
        for (var at = 0; at < expression.Length; at++)
        {
            if (expression[at] != '"') continue;
            var isInterpolated = at > 0 && expression[at - 1] == '$';
            var end = EndOfLiteral(expression, at, isInterpolated);
            // A sentence that continues on the next line has nothing between its parts.
            if (text.Length > 0 && expression[last..at].Trim(' ', '\n', '\r', '+', '$').Length > 0) text.Append(" … ");
            text.Append(isInterpolated ? Filled(expression[(at + 1)..end]) : expression[(at + 1)..end]);
            at = end;
            last = end + 1;
        }

        return Blanks().Replace(
            text.ToString().Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\n", " ", StringComparison.Ordinal), " ").Trim();
    }

    private static string Filled(string literal)
    {
        var text = new StringBuilder();
        var depth = 0;
        foreach (var sign in literal)
        {
            if (sign == '{' && depth++ == 0) text.Append('…');
            else if (sign == '}') depth--;
            else if (depth == 0) text.Append(sign);
        }

        return text.ToString();
    }

    [GeneratedRegex(@"(?:RunFailedException|\bnew)\(\s*(?=RunOutcome\.|DiskFault\.|\w+ (?:is|==) |result|code)")]
    private static partial Regex Start();

    [GeneratedRegex(@"RunOutcome\.(\w+)")]
    private static partial Regex Code();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
