namespace MispGraphSync.Settings.Import;

/// <summary>Reads the assignments of literals out of a Python file. Nothing is run; everything else is named by its line.</summary>
internal static class PythonFile
{
    public static (IReadOnlyList<PythonAssignment> Assignments, IReadOnlyList<PythonLeftOver> LeftOver) Read(string text)
    {
        var cursor = new PythonCursor(text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal));
        var assignments = new List<PythonAssignment>();
        var leftOver = new List<PythonLeftOver>();

        while (SkipToStatement(cursor))
        {
            var (start, line) = (cursor.Position, cursor.Line);
            var isIndented = cursor.Current is ' ' or '\t';
            var name = isIndented ? null : NameBeforeEquals(cursor);
            if (name is not null && new PythonLiteral(cursor).Read() is { } value && EndsStatement(cursor))
            {
                assignments.Add(new PythonAssignment(name, value, line));
                continue;
            }

            cursor.Position = start;
            if (!isIndented && new PythonLiteral(cursor).Read() is PythonValue.Text && EndsStatement(cursor)) continue;
            cursor.Position = start;
            SkipStatement(cursor);
            leftOver.Add(new PythonLeftOver(name, line));
        }

        return (assignments, leftOver);
    }

    /// <summary>To the next line that holds more than a comment, its indentation kept; false at the end.</summary>
    private static bool SkipToStatement(PythonCursor cursor)
    {
        while (!cursor.AtEnd)
        {
            var start = cursor.Position;
            cursor.SkipSpace(inBrackets: false);
            if (cursor.Take('\n') || cursor.Take(';')) continue;
            if (cursor.AtEnd) return false;
            cursor.Position = start;
            return true;
        }

        return false;
    }

    /// <summary>The name in <c>name = …</c>; null for every other statement.</summary>
    private static string? NameBeforeEquals(PythonCursor cursor)
    {
        var name = cursor.TakeWhile(c => char.IsLetterOrDigit(c) || c == '_');
        cursor.SkipSpace(inBrackets: false);
        return name.Length > 0 && !cursor.Has("==") && cursor.Take('=') ? name : null;
    }

    private static bool EndsStatement(PythonCursor cursor)
    {
        cursor.SkipSpace(inBrackets: false);
        if (cursor.AtEnd || cursor.Take('\n')) return true;
        if (!cursor.Take(';')) return false;
        cursor.SkipSpace(inBrackets: false);
        return true;
    }

    /// <summary>To the end of the logical line: past open brackets, texts and continued lines.</summary>
    private static void SkipStatement(PythonCursor cursor)
    {
        var depth = 0;
        while (!cursor.AtEnd)
        {
            if (cursor.Current is '\'' or '"') SkipText(cursor);
            else if (cursor.Current == '#') cursor.TakeWhile(c => c != '\n');
            else if (!cursor.Take("\\\n"))
            {
                var c = cursor.Next();
                if (c is '(' or '[' or '{') depth++;
                if (c is ')' or ']' or '}') depth--;
                if (c == '\n' && depth <= 0) return;
            }
        }
    }

    private static void SkipText(PythonCursor cursor)
    {
        var quote = cursor.Next();
        var end = cursor.Take(new string(quote, 2)) ? new string(quote, 3) : quote.ToString();
        while (!cursor.AtEnd && !cursor.Take(end))
        {
            if (end.Length == 1 && cursor.Current == '\n') return;
            if (cursor.Next() == '\\') cursor.Next();
        }
    }
}
