using System.Text;

namespace MispGraphSync.Settings.Import;

/// <summary>Reads one literal: text, number, True, False, None, list, tuple, set or dict. All else is null: it would have to be run.</summary>
internal sealed class PythonLiteral(PythonCursor cursor)
{
    private const int Deepest = 40;

    public PythonValue? Read(int depth = 0)
    {
        if (depth > Deepest) return null;
        cursor.SkipSpace(depth > 0);
        return cursor.Current switch
        {
            '[' => Sequence(']', depth + 1),
            '(' => Parentheses(depth + 1),
            '{' => Braces(depth + 1),
            >= '0' and <= '9' or '-' or '+' or '.' => Number(),
            _ => StartsText() ? Text(depth) : Word(),
        };
    }

    private PythonValue? Word() => cursor.TakeWhile(c => char.IsLetterOrDigit(c) || c == '_') switch
    {
        "True" => new PythonValue.Switch(true),
        "False" => new PythonValue.Switch(false),
        "None" => new PythonValue.None(),
        _ => null,
    };

    private PythonValue? Number()
    {
        var sign = cursor.Take('-') ? "-" : cursor.Take('+') ? "" : "";
        var digits = cursor.TakeWhile(c => char.IsAsciiDigit(c) || c is '.' or '_').Replace("_", "", StringComparison.Ordinal);
        var isWhole = digits.Length is > 0 and < 19 && digits.All(char.IsAsciiDigit) && (digits == "0" || digits[0] != '0');
        var isDecimal = digits.Length is > 2 and < 19 && digits.Count(c => c == '.') == 1
            && char.IsAsciiDigit(digits[0]) && char.IsAsciiDigit(digits[^1]) && (digits[0] != '0' || digits[1] == '.');
        return (isWhole || isDecimal) && !char.IsLetter(cursor.Current) ? new PythonValue.Number(sign + digits) : null;
    }

    private PythonValue.Sequence? Sequence(char end, int depth)
    {
        cursor.Next();
        var items = new List<PythonValue>();
        return Items(end, () =>
        {
            if (Read(depth) is not { } item) return false;
            items.Add(item);
            return true;
        })
            ? new PythonValue.Sequence(items)
            : null;
    }

    /// <summary>A tuple, or one value in parentheses.</summary>
    private PythonValue? Parentheses(int depth)
    {
        cursor.Next();
        var items = new List<PythonValue>();
        var hasComma = false;
        while (true)
        {
            cursor.SkipSpace(inBrackets: true);
            if (cursor.Take(')')) return items.Count == 1 && !hasComma ? items[0] : new PythonValue.Sequence(items);
            if (Read(depth) is not { } item) return null;
            items.Add(item);
            cursor.SkipSpace(inBrackets: true);
            if (cursor.Take(',')) hasComma = true;
            else if (cursor.Current != ')') return null;
        }
    }

    /// <summary>A dict, or a set, which is read as a sequence.</summary>
    private PythonValue? Braces(int depth)
    {
        cursor.Next();
        var pairs = new List<KeyValuePair<string, PythonValue>>();
        var members = new List<PythonValue>();
        var isRead = Items('}', () =>
        {
            if (Read(depth) is not { } first) return false;
            cursor.SkipSpace(inBrackets: true);
            if (!cursor.Take(':'))
            {
                members.Add(first);
                return true;
            }

            if (first is not PythonValue.Text { Value: var key } || Read(depth) is not { } value) return false;
            pairs.RemoveAll(p => p.Key == key);
            pairs.Add(new(key, value));
            return true;
        });

        if (!isRead || (pairs.Count > 0 && members.Count > 0)) return null;
        return members.Count > 0 ? new PythonValue.Sequence(members) : new PythonValue.Dict(pairs);
    }

    private bool Items(char end, Func<bool> readItem)
    {
        while (true)
        {
            cursor.SkipSpace(inBrackets: true);
            if (cursor.Take(end)) return true;
            if (!readItem()) return false;
            cursor.SkipSpace(inBrackets: true);
            if (!cursor.Take(',') && cursor.Current != end) return false;
        }
    }

    private bool StartsText() => cursor.Current is '\'' or '"'
        || (cursor.Current is 'r' or 'R' or 'u' or 'U' && (cursor.Has($"{cursor.Current}'") || cursor.Has($"{cursor.Current}\"")));

    /// <summary>Texts that stand beside each other are one, as in Python.</summary>
    private PythonValue.Text? Text(int depth)
    {
        var text = new StringBuilder();
        while (StartsText())
        {
            var isRaw = cursor.Current is 'r' or 'R';
            if (cursor.Current is not ('\'' or '"')) cursor.Next();
            var quote = cursor.Current;
            var end = cursor.Take(new string(quote, 3)) ? new string(quote, 3) : cursor.Next().ToString();
            if (!TextUpTo(end, isRaw, text)) return null;
            cursor.SkipSpace(depth > 0);
        }

        return new PythonValue.Text(text.ToString());
    }

    private bool TextUpTo(string end, bool isRaw, StringBuilder text)
    {
        while (!cursor.AtEnd)
        {
            if (cursor.Take(end)) return true;
            var c = cursor.Next();
            if (c == '\n' && end.Length == 1) return false;
            if (c != '\\') text.Append(c);
            else if (isRaw) text.Append(c).Append(cursor.Next());
            else if (!Escape(text)) return false;
        }

        return false;
    }

    private bool Escape(StringBuilder text)
    {
        var c = cursor.Next();
        switch (c)
        {
            case '\n': return true;
            case '\\' or '\'' or '"': text.Append(c); return true;
            case 'n': text.Append('\n'); return true;
            case 't': text.Append('\t'); return true;
            case 'r': text.Append('\r'); return true;
            case 'x': return Code(2, text);
            case 'u': return Code(4, text);
            case 'U' or 'N' or (>= '0' and <= '7'): return false;
            default: text.Append('\\').Append(c); return true;
        }
    }

    private bool Code(int length, StringBuilder text)
    {
        var value = 0;
        for (var i = 0; i < length; i++)
        {
            if (!char.IsAsciiHexDigit(cursor.Current)) return false;
            value = (value * 16) + Convert.ToInt32(cursor.Next().ToString(), 16);
        }

        text.Append((char)value);
        return true;
    }
}
