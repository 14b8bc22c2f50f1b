using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MispGraphSync.Settings.Import;

/// <summary>
/// Rewrites a literal as JSON: text, number, True, False, None, list, tuple, set or dict. Anything else would have to be executed.
/// </summary>
internal static partial class PythonLiteral
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, MaxDepth = 40 };

    /// <summary>False when the tokens are not one literal.</summary>
    public static bool TryRead(IReadOnlyList<PythonToken> tokens, out JsonElement value)
    {
        value = default;
        if (Brackets(tokens) is not { } brackets) return false;
        var json = new StringBuilder();
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (token.IsText)
            {
                // Texts next to each other are one, as in Python.
                var parts = tokens.Skip(i).TakeWhile(next => next.IsText).Select(Unescape).ToList();
                if (parts.Contains(null)) return false;
                i += parts.Count - 1;
                json.Append(SettingsJson.ToText(SettingsJson.OfText(string.Concat(parts))));
            }
            else json.Append(brackets[i] ?? token.Text switch
            {
                "True" => "true",
                "False" => "false",
                "None" => "null",
                "+" => "",
                _ when token.Kind == "number" => token.Text.Replace("_", "", StringComparison.Ordinal),
                "," or ":" or "-" => token.Text,
                _ => "?",
            });
            // Numbers next to each other are none, but a sign belongs to its number.
            if (!token.Is("-")) json.Append(' ');
        }

        try
        {
            using var document = JsonDocument.Parse(json.ToString(), Lenient);
            value = document.RootElement.Clone();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>For each of Python's brackets the one in JSON: a tuple and a set become lists. Null: they do not match.</summary>
    private static string?[]? Brackets(IReadOnlyList<PythonToken> tokens)
    {
        var json = new string?[tokens.Count];
        var open = new Stack<(int At, string Bracket, HashSet<string> Inside)>();
        for (var i = 0; i < tokens.Count; i++)
        {
            if (tokens[i].Kind != "other") continue;
            var symbol = tokens[i].Text;
            if (symbol is "(" or "[" or "{") open.Push((i, symbol, []));
            else if (symbol is "," or ":" && open.TryPeek(out var around)) around.Inside.Add(symbol);
            else if (symbol is ")" or "]" or "}")
            {
                if (!open.TryPop(out var start) || start.Bracket + symbol is not ("()" or "[]" or "{}")) return null;
                var isEmpty = i == start.At + 1;
                (json[start.At], json[i]) = start.Bracket switch
                {
                    // One value in parentheses is that value.
                    "(" when !isEmpty && !start.Inside.Contains(",") => ("", ""),
                    "{" when isEmpty || start.Inside.Contains(":") => ("{", "}"),
                    _ => ("[", "]"),
                };
            }
        }

        return open.Count == 0 ? json : null;
    }

    /// <summary>Null: an escape by name or octal number, or a broken one.</summary>
    private static string? Unescape(PythonToken token)
    {
        var isKnown = true;
        var text = token.Kind == "raw" ? token.Text : Escape().Replace(token.Text, match => match.Groups[1].Value switch
        {
            "\n" => "",
            "n" => "\n",
            "t" => "\t",
            "r" => "\r",
            "\\" or "'" or "\"" => match.Groups[1].Value,
            [('x' or 'u'), _, ..] code => ((char)Convert.ToInt32(code[1..], 16)).ToString(),
            [('x' or 'u' or 'U' or 'N') or (>= '0' and <= '7')] => (isKnown = false).ToString(),
            _ => match.Value,
        });
        return isKnown ? text : null;
    }

    [GeneratedRegex(@"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", RegexOptions.Singleline)]
    private static partial Regex Escape();
}
