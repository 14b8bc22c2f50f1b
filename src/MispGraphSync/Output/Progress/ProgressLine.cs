namespace MispGraphSync.Output.Progress;

/// <summary>
/// One line at the bottom of a terminal that is rewritten with blanks and carriage returns only, which every terminal
/// understands. Never wider than the terminal: a wrapped line cannot be erased.
/// </summary>
internal sealed class ProgressLine(TextWriter to)
{
    private int _width;

    /// <param name="text">Safe to print, and no wider than the terminal less one column.</param>
    public void Draw(string text)
    {
        var width = TextWidth.Of(text);
        Write(text.PadRight(text.Length + Math.Max(0, _width - width)));
        _width = width;
    }

    /// <summary>Erases it, so that something else can be written in its place.</summary>
    public void Clear()
    {
        if (_width > 0) Write(new string(' ', _width));
        _width = 0;
    }

    private void Write(string text)
    {
        to.Write($"\r{text}\r");
        to.Flush();
    }
}
