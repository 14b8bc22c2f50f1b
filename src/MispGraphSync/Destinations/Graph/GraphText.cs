using System.Globalization;
using System.Text;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Destinations.Graph;

/// <summary>The texts of a tiIndicator, made of hostile ones: one line each, bounded, without control or direction characters.</summary>
internal static class GraphText
{
    /// <summary>Graph, tiIndicator: at most 100 characters.</summary>
    public const int LongestDescription = 100;

    private const int LongestComment = 500;
    private const string Ellipsis = "…";

    /// <summary>The title; where nothing of it is left, the event's UUID. Never empty.</summary>
    public static string Description(Indicator indicator)
    {
        var text = Cut(OneLine(indicator.Title), LongestDescription);
        if (text.Length > 0 && text != Ellipsis) return text;
        return indicator.Supports is [var first, ..] ? $"MISP event {first.Event:D}" : "MISP event";
    }

    /// <summary>What the other fields have no room for: category and type, comment, and where it comes from.</summary>
    public static string AdditionalInformation(Indicator indicator)
    {
        var text = new StringBuilder(256);
        if (indicator.Category is { Length: > 0 } category) text.Append(OneLine(category)).Append('/');
        text.Append(OneLine(indicator.Type));
        if (indicator.Comment is { } comment && Cut(OneLine(comment), LongestComment) is { Length: > 0 } line) text.Append("; ").Append(line);
        foreach (var support in indicator.Supports)
            text.Append(CultureInfo.InvariantCulture, $"; event {support.Event:D} attribute {support.Attribute:D}");
        return text.ToString();
    }

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
