using System.Globalization;
using System.Text;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Destinations;

/// <summary>Makes texts that others wrote fit for a service's field: one line, bounded, without control or direction characters.</summary>
internal static class HostileText
{
    private const string Ellipsis = "…";

    /// <summary>Blanks and control characters become single blanks; what turns the direction of writing goes.</summary>
    public static string OneLine(string text)
    {
        if (IsOneLine(text)) return text;
        var line = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (IsDirection(rune.Value)) continue;
            if (!Rune.IsControl(rune) && !Rune.IsWhiteSpace(rune)) line.Append(rune);
            else if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
        }
        return line.ToString().TrimEnd();
    }

    /// <summary>Cuts between what a reader takes for characters, and says so with an ellipsis.</summary>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest) return text;
        var end = 0;
        while (true)
        {
            var next = end + StringInfo.GetNextTextElementLength(text.AsSpan(end));
            if (next > longest - Ellipsis.Length) break;
            end = next;
        }
        return text[..end].TrimEnd() + Ellipsis;
    }

    /// <summary>One line of at most so many characters.</summary>
    public static string Line(string text, int longest) => Cut(OneLine(text), longest);

    /// <summary>The event's title; where nothing of it is left, its UUID. Never empty.</summary>
    public static string Title(Indicator indicator, int longest)
    {
        var text = Line(indicator.Title, longest);
        if (text.Length > 0 && text != Ellipsis) return text;
        return indicator.Sources is [var first, ..] ? $"MISP event {first.Event:D}" : "MISP event";
    }

    /// <summary>Almost every text is plain already.</summary>
    private static bool IsOneLine(string text)
    {
        if (text.Length == 0) return true;
        if (text[0] == ' ' || text[^1] == ' ') return false;
        var previous = ' ';
        foreach (var c in text)
        {
            if (c is < ' ' or > '~' || (c == ' ' && previous == ' ')) return false;
            previous = c;
        }
        return true;
    }

    private static bool IsDirection(int rune) => rune is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) or 0x200E or 0x200F or 0x061C;
}
