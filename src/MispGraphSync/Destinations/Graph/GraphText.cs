using System.Globalization;
using System.Text;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Destinations.Graph;

/// <summary>The texts of a tiIndicator.</summary>
internal static class GraphText
{
    /// <summary>Graph, tiIndicator: at most 100 characters.</summary>
    public const int LongestDescription = 100;

    private const int LongestComment = 500;

    public static string Description(Indicator indicator) => HostileText.Title(indicator, LongestDescription);

    /// <summary>What the other fields have no room for: category and type, comment, and where it comes from.</summary>
    public static string AdditionalInformation(Indicator indicator)
    {
        var text = new StringBuilder(256);
        if (indicator.Category is { Length: > 0 } category) text.Append(HostileText.OneLine(category)).Append('/');
        text.Append(HostileText.OneLine(indicator.Type));
        if (indicator.Comment is { } comment && HostileText.Line(comment, LongestComment) is { Length: > 0 } line)
            text.Append("; ").Append(line);
        foreach (var support in indicator.Supports)
            text.Append(CultureInfo.InvariantCulture, $"; event {support.Event:D} attribute {support.Attribute:D}");
        return text.ToString();
    }
}
