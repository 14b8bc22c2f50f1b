using System.Text;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>
/// A STIX pattern, checked against the grammar. Any valid one is stored; only one equality in one observation gives the
/// key and value that Sentinel matches logs with.
/// </summary>
internal sealed class StixPattern
{
    private static readonly HashSet<string> ParsedKeys =
    [
        "ipv4-addr:value", "ipv6-addr:value", "domain-name:value", "url:value", "email-addr:value",
        "file:hashes.MD5", "file:hashes.'SHA-1'", "file:hashes.'SHA-256'",
        "network-traffic:src_ref.value", "network-traffic:dst_ref.value",
        "x509-certificate:hashes.MD5", "x509-certificate:hashes.'SHA-1'", "x509-certificate:hashes.'SHA-256'",
        "x509-certificate:issuer", "x509-certificate:serial_number",
    ];

    private readonly string _text;
    private readonly List<(string Path, string Operator, string Value)> _comparisons = [];
    private int _observations;
    private int _at;

    private StixPattern(string text) => _text = text;

    /// <summary>E.g. <c>ipv4-addr:value</c>; empty when Sentinel does not take the pattern apart.</summary>
    public string ObservableKey { get; private set; } = "";

    public string ObservableValue { get; private set; } = "";

    /// <summary>The object type of the first comparison.</summary>
    public string ObjectType => _comparisons.Count == 0 ? "" : _comparisons[0].Path.Split(':')[0];

    /// <returns>Null when the text is no pattern.</returns>
    public static StixPattern? Parse(string text)
    {
        var pattern = new StixPattern(text);
        if (!pattern.Observations() || !pattern.AtEnd()) return null;

        if (pattern is { _observations: 1, _comparisons: [var (path, sign, value)] } && sign is "=" && ParsedKeys.Contains(path))
            (pattern.ObservableKey, pattern.ObservableValue) = (path, value);
        return pattern;
    }

    private bool Observations()
    {
        do
        {
            if (Take("("))
            {
                if (!Observations() || !Take(")")) return false;
            }
            else
            {
                if (!Take("[") || !Comparisons() || !Take("]")) return false;
                _observations++;
            }

            if (!Qualifiers()) return false;
        }
        while (Word("AND") || Word("OR") || Word("FOLLOWEDBY"));

        return true;
    }

    private bool Qualifiers()
    {
        while (true)
        {
            if (Word("WITHIN")) { if (Literal() is null || !Word("SECONDS")) return false; }
            else if (Word("REPEATS")) { if (Literal() is null || !Word("TIMES")) return false; }
            else if (Word("START")) { if (Literal() is null || !Word("STOP") || Literal() is null) return false; }
            else return true;
        }
    }

    private bool Comparisons()
    {
        do
        {
            if (Take("("))
            {
                if (!Comparisons() || !Take(")")) return false;
            }
            else if (!Comparison())
            {
                return false;
            }
        }
        while (Word("AND") || Word("OR"));

        return true;
    }

    private bool Comparison()
    {
        if (Path() is not { } path) return false;

        var not = Word("NOT") ? "NOT " : "";
        var sign = Sign();
        if (sign is null) return false;
        if ((sign == "IN" ? Set() : Literal()) is not { } value) return false;

        _comparisons.Add((path, not + sign, value));
        return true;
    }

    private string? Sign()
    {
        foreach (var sign in (string[])["!=", "<>", "<=", ">=", "=", "<", ">"])
        {
            if (Take(sign)) return sign;
        }

        foreach (var word in (string[])["LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "IN"])
        {
            if (Word(word)) return word;
        }

        return null;
    }

    /// <summary><c>type:part.'quoted part'[0].part</c>: a part with a hyphen must be quoted.</summary>
    private string? Path()
    {
        Blank();
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '-')) _at++;
        if (_at == start || _at >= _text.Length || _text[_at++] != ':') return null;

        while (true)
        {
            var part = _at;
            if (_at < _text.Length && _text[_at] == '\'')
            {
                if (Text() is null) return null;
            }
            else
            {
                while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_')) _at++;
                if (_at == part) return null;
            }

            while (_at < _text.Length && _text[_at] == '[')
            {
                while (_at < _text.Length && _text[_at] != ']') _at++;
                _at++;
            }

            if (_at >= _text.Length || _text[_at] != '.') return _text[start.._at];
            _at++;
        }
    }

    private string? Set()
    {
        if (!Take("(") || Literal() is not { } first) return null;
        while (Take(","))
        {
            if (Literal() is null) return null;
        }

        return Take(")") ? first : null;
    }

    private string? Literal()
    {
        Blank();
        if (_at >= _text.Length) return null;
        if (_text[_at] is 't' or 'h' or 'b' && _at + 1 < _text.Length && _text[_at + 1] == '\'') _at++;
        if (_text[_at] == '\'') return Text();
        if (Word("true")) return "true";
        if (Word("false")) return "false";

        var start = _at;
        while (_at < _text.Length && (char.IsAsciiDigit(_text[_at]) || _text[_at] is '-' or '+' or '.')) _at++;
        return _at > start ? _text[start.._at] : null;
    }

    /// <summary>In a text, only <c>\\</c> and <c>\'</c> are escapes.</summary>
    private string? Text()
    {
        var value = new StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            switch (_text[_at])
            {
                case '\'':
                    _at++;
                    return value.ToString();
                case '\\' when _at + 1 < _text.Length && _text[_at + 1] is '\\' or '\'':
                    value.Append(_text[++_at]);
                    break;
                case '\\':
                    return null;
                case var letter:
                    value.Append(letter);
                    break;
            }
        }

        return null;
    }

    private bool Take(string sign)
    {
        Blank();
        if (string.CompareOrdinal(_text, _at, sign, 0, sign.Length) != 0) return false;
        _at += sign.Length;
        return true;
    }

    private bool Word(string word)
    {
        Blank();
        if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0) return false;
        if (_at + word.Length < _text.Length && char.IsAsciiLetterOrDigit(_text[_at + word.Length])) return false;
        _at += word.Length;
        return true;
    }

    private bool AtEnd()
    {
        Blank();
        return _at == _text.Length;
    }

    private void Blank()
    {
        while (_at < _text.Length && _text[_at] == ' ') _at++;
    }
}
