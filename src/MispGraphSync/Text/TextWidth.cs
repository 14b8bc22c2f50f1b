using Spectre.Console;

namespace MispGraphSync.Text;

/// <summary>Text measured in a terminal's columns: a Chinese character takes two.</summary>
internal static class TextWidth
{
    public static int Of(string text) => text.GetCellWidth();

    /// <summary>The beginning that fits, with an ellipsis when something was cut.</summary>
    public static string Truncate(string text, int width)
    {
        if (Of(text) <= width) return text;
        var (length, used) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            used += Of(rune.ToString());
            if (used > width - 1) break;
            length += rune.Utf16SequenceLength;
        }

        return text[..length] + '…';
    }
}
