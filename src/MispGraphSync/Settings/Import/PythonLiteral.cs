using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MispGraphSync.Settings.Import;

/// <summary>
/// Reads a literal as JSON: text, number, True, False, None, list, tuple, set or dict. Anything else would have to be executed.
/// </summary>
internal sealed partial class PythonLiteral
{
    private const int MaxDepth = 40;
    private const int MaxDigits = 18;

    private readonly IReadOnlyList<PythonToken> _tokens;
    private int _position;

    private PythonLiteral(IReadOnlyList<PythonToken> tokens) => _tokens = tokens;

    /// <summary>False when the tokens are not one literal.</summary>
    public static bool TryRead(IReadOnlyList<PythonToken> tokens, out JsonNode? value)
    {
        var literal = new PythonLiteral(tokens);
        return literal.TryRead(0, out value) && literal._position == tokens.Count;
    }

    private bool TryRead(int depth, out JsonNode? value)
    {
        value = null;
        if (depth > MaxDepth || _position == _tokens.Count) return false;
        var token = _tokens[_position++];
        switch (token)
        {
            case { Kind: "text" or "raw" }: return TryText(token, out value);
            case { Kind: "number" }: return TryNumber("", token, out value);
            case { Kind: "other", Text: "-" or "+" } when _position < _tokens.Count:
                return TryNumber(token.Text.TrimStart('+'), _tokens[_position++], out value);
            case { Kind: "other", Text: "[" }: return TryItems("]", depth, out value, out _);
            case { Kind: "other", Text: "(" }:
                if (!TryItems(")", depth, out value, out var hasComma)) return false;
                // One value in parentheses is that value; with a comma it is a tuple.
                if (value is JsonArray { Count: 1 } single && !hasComma)
                {
                    value = single[0];
                    single.Clear();
                }

                return true;
            case { Kind: "other", Text: "{" }: return TryDict(depth, out value);
            case { Kind: "name", Text: "True" or "False" }:
                value = JsonValue.Create(token.Text == "True");
                return true;
            default: return token is { Kind: "name", Text: "None" };
        }
    }

    private bool TryItems(string end, int depth, out JsonNode? value, out bool hasComma)
    {
        var items = new JsonArray();
        (value, hasComma) = (items, false);
        while (!Take(end))
        {
            if (!TryRead(depth + 1, out var item)) return false;
            items.Add(item);
            if (Take(",")) hasComma = true;
            else if (!IsNext(end)) return false;
        }

        return true;
    }

    /// <summary>A dict, or a set, which is read as a list. Of a key that is given twice the last value counts.</summary>
    private bool TryDict(int depth, out JsonNode? value)
    {
        var start = _position;
        var dict = new JsonObject();
        value = dict;
        while (!Take("}"))
        {
            if (!TryRead(depth + 1, out var key)) return false;
            if (!Take(":"))
            {
                _position = start;
                return dict.Count == 0 && TryItems("}", depth, out value, out _);
            }

            if (key is not JsonValue || !key.AsValue().TryGetValue<string>(out var name) || !TryRead(depth + 1, out var item)) return false;
            dict.Remove(name);
            dict.Add(name, item);
            if (!Take(",") && !IsNext("}")) return false;
        }

        return true;
    }

    private static bool TryNumber(string sign, PythonToken token, out JsonNode? value)
    {
        var digits = token.Text.Replace("_", "", StringComparison.Ordinal);
        var isNumber = token.Kind == "number" && digits.Length <= MaxDigits && Number().IsMatch(digits);
        value = isNumber ? JsonNode.Parse(sign + digits) : null;
        return isNumber;
    }

    /// <summary>Texts next to each other are one, as in Python.</summary>
    private bool TryText(PythonToken first, out JsonNode? value)
    {
        var text = new StringBuilder();
        var isKnown = true;
        for (var token = first; ; token = _tokens[_position++])
        {
            text.Append(token.Kind == "raw" ? token.Text : Escape().Replace(token.Text, match => Unescape(match.Groups[1].Value, ref isKnown)));
            if (_position == _tokens.Count || _tokens[_position].Kind is not ("text" or "raw")) break;
        }

        value = isKnown ? JsonValue.Create(text.ToString()) : null;
        return isKnown;
    }

    private static string Unescape(string code, ref bool isKnown)
    {
        switch (code[0])
        {
            case '\n': return "";
            case '\\' or '\'' or '"': return code;
            case 'n': return "\n";
            case 't': return "\t";
            case 'r': return "\r";
            case 'x' or 'u' when code.Length > 1: return ((char)Convert.ToInt32(code[1..], 16)).ToString();
            case 'x' or 'u' or 'U' or 'N' or (>= '0' and <= '7'):
                isKnown = false;
                return "";
            default: return "\\" + code;
        }
    }

    private bool Take(string symbol)
    {
        if (!IsNext(symbol)) return false;
        _position++;
        return true;
    }

    private bool IsNext(string symbol) => _position < _tokens.Count && _tokens[_position].Is(symbol);

    [GeneratedRegex(@"^(0|[1-9][0-9]*)(\.[0-9]+)?\z")]
    private static partial Regex Number();

    [GeneratedRegex(@"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", RegexOptions.Singleline)]
    private static partial Regex Escape();
}
