namespace MispGraphSync.Settings.Import;

/// <summary>A place in Python text.</summary>
internal sealed class PythonCursor(string text)
{
    private (int Position, int Line) _counted = (0, 1);

    public int Position { get; set; }

    public bool AtEnd => Position >= text.Length;

    public char Current => AtEnd ? '\0' : text[Position];

    /// <summary>From 1. Asked for at ever later places, so that each character is counted once.</summary>
    public int Line
    {
        get
        {
            if (Position > _counted.Position)
                _counted = (Position, _counted.Line + text.AsSpan(_counted.Position, Position - _counted.Position).Count('\n'));
            return _counted.Line;
        }
    }

    public char Next() => AtEnd ? '\0' : text[Position++];

    public bool Has(string word) => string.CompareOrdinal(text, Position, word, 0, word.Length) == 0;

    public bool Take(char c)
    {
        if (AtEnd || Current != c) return false;
        Position++;
        return true;
    }

    public bool Take(string word)
    {
        if (!Has(word)) return false;
        Position += word.Length;
        return true;
    }

    public string TakeWhile(Func<char, bool> fits)
    {
        var start = Position;
        while (!AtEnd && fits(Current)) Position++;
        return text[start..Position];
    }

    /// <summary>Skips spaces, comments and continued lines; line breaks too, inside brackets.</summary>
    public void SkipSpace(bool inBrackets)
    {
        while (!AtEnd)
        {
            if (Current is ' ' or '\t' or '\f' or '\r' || (inBrackets && Current == '\n')) Position++;
            else if (Current == '#') TakeWhile(c => c != '\n');
            else if (!Take("\\\n") && !Take("\\\r\n")) return;
        }
    }
}
