using System.Globalization;
using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Text;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Title and description of an indicator. Microsoft names no limit for either; these are ours.</summary>
internal static class DefenderText
{
    public const int LongestTitle = 100;

    public const int LongestDescription = 1000;

    private const int LongestInfo = 300;
    private const int LongestComment = 300;

    public static string Title(Indicator indicator) => HostileText.Title(indicator, LongestTitle);

    /// <summary>What the title has no room for: the rest of the event's title, the comment, and where it comes from.</summary>
    public static string Description(Indicator indicator)
    {
        var text = new StringBuilder(256);
        Add(text, Sanitize.ForField(indicator.Title, LongestInfo));
        Add(text, Sanitize.ForField(indicator.Comment ?? "", LongestComment));
        Add(text, indicator.Category is { Length: > 0 } category ? $"{Sanitize.OneLine(category)}/{Sanitize.OneLine(indicator.Type)}" : Sanitize.OneLine(indicator.Type));
        for (var i = 0; i < indicator.Sources.Length; i++)
        {
            if (!IsNamedBefore(indicator, i)) Add(text, string.Create(CultureInfo.InvariantCulture, $"MISP event {indicator.Sources[i].Event:D}"));
        }
        return Sanitize.Truncate(text.ToString(), LongestDescription);
    }

    private static bool IsNamedBefore(Indicator indicator, int at)
    {
        for (var i = 0; i < at; i++)
        {
            if (indicator.Sources[i].Event == indicator.Sources[at].Event) return true;
        }
        return false;
    }

    private static void Add(StringBuilder text, string part)
    {
        if (part.Length == 0) return;
        if (text.Length > 0) text.Append("; ");
        text.Append(part);
    }
}
