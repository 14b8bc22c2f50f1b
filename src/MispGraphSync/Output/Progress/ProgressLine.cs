using MispGraphSync.Text;

namespace MispGraphSync.Output.Progress;

/// <summary>
/// One line at the bottom of a terminal that is written over. Blanks and carriage returns alone, which every terminal
/// understands; never wider than the terminal, for what wraps cannot be taken back.
/// </summary>
internal sealed class ProgressLine(TextWriter to)
{
    private int _width;

    /// <param name="text">Safe to print, and no wider than the terminal less one column.</param>
    public void Draw(string text)
    {
        var width = TextWidth.Of(text);
        to.Write($"\r{text}{new string(' ', Math.Max(0, _width - width))}\r");
        to.Flush();
        _width = width;
    }

    /// <summary>Takes it away, so that something else can be written where it stood.</summary>
    public void Clear()
    {
        if (_width == 0) return;
        to.Write($"\r{new string(' ', _width)}\r");
        to.Flush();
        _width = 0;
    }
}
