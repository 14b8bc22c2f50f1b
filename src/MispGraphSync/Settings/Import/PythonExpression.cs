using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MispGraphSync.Settings.Import;

/// <summary>Reads an expression as far as that is possible without executing it: literals, names, environment variables.</summary>
/// <param name="valueOf">The value of a name; null: it has none.</param>
internal sealed partial class PythonExpression(Func<string, PythonValue?> valueOf)
{
    private const int MaxDepth = 40;

    public PythonValue Read(ReadOnlySpan<PythonToken> tokens, int depth = 0) => depth > MaxDepth ? PythonValue.Unknown : tokens switch
    {
        [] => PythonValue.Unknown,
        [{ Kind: "number" } number] => Number(number.Text),
        [{ Kind: "other", Text: "-" or "+" } sign, { Kind: "number" } number] => Number(sign.Text.Trim('+') + number.Text),
        [{ Kind: "name", Text: "True" }] => new PythonValue.Plain(SettingsJson.OfBool(true)),
        [{ Kind: "name", Text: "False" }] => new PythonValue.Plain(SettingsJson.OfBool(false)),
        [{ Kind: "name", Text: "None" }] => new PythonValue.Plain(SettingsJson.Null),
        [{ Kind: "name" } name] => valueOf(name.Text) ?? PythonValue.Unknown,
        [{ IsText: true }, ..] when AllTexts(tokens) => Concatenated(tokens),
        [.. var value, { Text: "." }, { Text: "strip" }, { Text: "(" }, { Text: ")" }] =>
            Read(value, depth + 1) is PythonValue.Variable variable ? variable : PythonValue.Unknown,
        [{ Kind: "other", Text: "(" or "[" or "{" }, ..] when ClosingOf(tokens, 0) == tokens.Length - 1 =>
            Bracketed(tokens[0].Text[0], tokens[1..^1], depth + 1),
        _ => Compound(tokens, depth + 1),
    };

    /// <summary>The parts between separators that are in no bracket. A separator at the end adds no part.</summary>
    public static List<Range> Parts(ReadOnlySpan<PythonToken> tokens, string separator)
    {
        var (parts, start, depth) = (new List<Range>(), 0, 0);
        for (var i = 0; i < tokens.Length; i++)
        {
            if (depth == 0 && tokens[i].Is(separator))
            {
                parts.Add(start..i);
                start = i + 1;
            }

            depth += DepthOf(tokens[i]);
        }

        if (start < tokens.Length) parts.Add(start..tokens.Length);
        return parts;
    }

    private static bool AllTexts(ReadOnlySpan<PythonToken> tokens)
    {
        foreach (var token in tokens)
        {
            if (!token.IsText) return false;
        }

        return true;
    }

    private static int DepthOf(PythonToken token) => token.Kind != "other" ? 0
        : token.Text switch { "(" or "[" or "{" => 1, ")" or "]" or "}" => -1, _ => 0 };

    /// <summary>Where the bracket at a place ends; -1: nowhere, or in a bracket of another kind.</summary>
    private static int ClosingOf(ReadOnlySpan<PythonToken> tokens, int at)
    {
        var depth = 0;
        for (var i = at; i < tokens.Length; i++)
        {
            depth += DepthOf(tokens[i]);
            if (depth == 0) return tokens[at].Text + tokens[i].Text is "()" or "[]" or "{}" ? i : -1;
        }

        return -1;
    }

    private static PythonValue Number(string digits)
    {
        try
        {
            using var json = JsonDocument.Parse(digits.Replace("_", "", StringComparison.Ordinal));
            return new PythonValue.Plain(json.RootElement.Clone());
        }
        catch (JsonException)
        {
            return PythonValue.Unknown;
        }
    }

    /// <summary>Texts next to each other are one, as in Python.</summary>
    private static PythonValue Concatenated(ReadOnlySpan<PythonToken> tokens)
    {
        var whole = new StringBuilder();
        foreach (var token in tokens)
        {
            if (Unescape(token) is not { } text) return PythonValue.Unknown;
            whole.Append(text);
        }

        return PythonValue.Text(whole.ToString());
    }

    private PythonValue Compound(ReadOnlySpan<PythonToken> tokens, int depth)
    {
        if (Parts(tokens, "or") is [var left, var right])
            return Read(tokens[left], depth) is PythonValue.Variable variable
                ? variable with { Default = Read(tokens[right], depth) } : PythonValue.Unknown;

        if (Parts(tokens, "+") is { Count: > 1 } terms)
        {
            var whole = new StringBuilder();
            foreach (var term in terms)
            {
                if (Read(tokens[term], depth).Json is not { ValueKind: JsonValueKind.String } text) return PythonValue.Unknown;
                whole.Append(text.GetString());
            }

            return PythonValue.Text(whole.ToString());
        }

        var path = "";
        for (var i = 0; i < tokens.Length; i++)
        {
            if (tokens[i].Is("(") || tokens[i].Is("["))
                return ClosingOf(tokens, i) == tokens.Length - 1
                    ? Call(path + tokens[i].Text, tokens[(i + 1)..^1], depth) : PythonValue.Unknown;
            if (tokens[i].Kind != "name" && !tokens[i].Is(".")) break;
            path += tokens[i].Text;
        }

        return PythonValue.Unknown;
    }

    private PythonValue Bracketed(char bracket, ReadOnlySpan<PythonToken> inside, int depth)
    {
        var items = Parts(inside, ",");
        if (bracket == '(' && items is [var only] && only.End.Value == inside.Length) return Read(inside, depth);
        if (bracket == '{' && (items.Count == 0 || IsMember(inside[items[0]]))) return Members(inside, items, ":", depth);
        var values = new List<PythonValue>();
        foreach (var item in items) values.Add(Read(inside[item], depth));
        return new PythonValue.List(values);
    }

    private static bool IsMember(ReadOnlySpan<PythonToken> item) => item is [{ Text: "**" }, ..] || Parts(item, ":").Count == 2;

    /// <summary>The members of <c>{…}</c>, or the named arguments of <c>dict(…)</c>.</summary>
    private PythonValue.Dict Members(ReadOnlySpan<PythonToken> inside, List<Range> items, string separator, int depth)
    {
        var dict = new PythonValue.Dict();
        foreach (var item in items)
        {
            var tokens = inside[item];
            if (tokens is [{ Text: "**" }, .. var other])
            {
                var spread = Read(other, depth) as PythonValue.Dict;
                dict.IsOpen |= spread?.IsOpen != false;
                foreach (var (name, value) in spread?.Members ?? []) dict.Members[name] = value;
            }
            else if (Parts(tokens, separator) is [var left, var right] && KeyOf(tokens[left], separator, depth) is { } key)
                dict.Members[key] = Read(tokens[right], depth);
            else dict.IsOpen = true;
        }

        return dict;
    }

    private string? KeyOf(ReadOnlySpan<PythonToken> key, string separator, int depth) =>
        separator == "=" ? key is [{ Kind: "name" } name] ? name.Text : null
        : NameOf(Read(key, depth));

    /// <summary>
    /// Whether a text can be the name of a variable or a key. Only these are printed: in a damaged file, another may be a secret.
    /// </summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    private static string? NameOf(PythonValue value) =>
        value.Json is { ValueKind: JsonValueKind.String } json && json.GetString() is { } text && IsName(text) ? text : null;

    private PythonValue Call(string path, ReadOnlySpan<PythonToken> arguments, int depth)
    {
        var parts = Parts(arguments, ",");
        switch (path)
        {
            case "os.getenv(" or "getenv(" or "os.environ.get(" or "environ.get(" or "os.environ[" or "environ[":
                return FromEnvironment(arguments, parts, depth);
            case "dict(" when parts is [var only] && Read(arguments[only], depth) is PythonValue.Dict dict:
                return dict;
            case "dict(":
                return Members(arguments, parts, "=", depth);
            case "int(" when parts is [var only]:
                return ToNumber(Read(arguments[only], depth));
            default:
                return PythonValue.Unknown;
        }
    }

    private PythonValue FromEnvironment(ReadOnlySpan<PythonToken> arguments, List<Range> parts, int depth)
    {
        if (parts.Count is not (1 or 2) || NameOf(Read(arguments[parts[0]], depth)) is not { } name) return PythonValue.Unknown;
        if (parts.Count == 1) return new PythonValue.Variable(name, Default: null);
        var fallback = arguments[parts[1]];
        if (fallback is [{ Text: "default" }, { Text: "=" }, .. var value]) fallback = value;
        return new PythonValue.Variable(name, Read(fallback, depth));
    }

    private static PythonValue ToNumber(PythonValue value) => value switch
    {
        PythonValue.Variable => value,
        { Json: { ValueKind: JsonValueKind.String or JsonValueKind.Number } json } when json.ToString().All(char.IsAsciiDigit) =>
            Number(json.ToString()),
        _ => PythonValue.Unknown,
    };

    /// <summary>Null: an escape by name or octal number, a broken one, or a text that is not read.</summary>
    private static string? Unescape(PythonToken token)
    {
        if (token.Kind != "text") return token.Kind == "raw" ? token.Text : null;
        var isKnown = true;
        var text = Escape().Replace(token.Text, match => match.Groups[1].Value switch
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
        return isKnown && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff') ? text : null;
    }

    [GeneratedRegex(@"^[\w.:'() -]{1,100}\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", RegexOptions.Singleline)]
    private static partial Regex Escape();
}
