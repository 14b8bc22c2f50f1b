using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Text;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>The texts of an indicator. Sentinel names no lengths; these keep a request of a hundred well below a megabyte.</summary>
internal static class SentinelText
{
    public const int LongestName = 250;
    public const int LongestLabel = 255;
    private const int LongestTitle = 1000;
    private const int LongestComment = 1000;
    private const int LongestEventInfo = 100;

    public static string Name(Indicator indicator) => HostileText.Title(indicator, LongestName);

    /// <summary>Title, category and type, comment.</summary>
    public static string Description(Indicator indicator)
    {
        var text = new StringBuilder(256);
        Append(text, "", Sanitize.ForField(indicator.Title, LongestTitle));
        Append(text, "; ", Sanitize.ForField(indicator.Category ?? "", LongestLabel));
        Append(text, indicator.Category is { Length: > 0 } ? "/" : "; ", Sanitize.ForField(indicator.Type, LongestLabel));
        Append(text, "; ", Sanitize.ForField(indicator.Comment ?? "", LongestComment));
        return text.ToString();
    }

    /// <summary>Which event an external reference is about.</summary>
    public static string Reference(SourceReference support)
    {
        var info = Sanitize.ForField(support.EventInfo, LongestEventInfo);
        return info.Length == 0 ? $"MISP event {support.Event:D}" : $"MISP event {support.Event:D}: {info}";
    }

    private static void Append(StringBuilder text, string separator, string line)
    {
        if (line.Length == 0) return;
        if (text.Length > 0) text.Append(separator);
        text.Append(line);
    }
}
