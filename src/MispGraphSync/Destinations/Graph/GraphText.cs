using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Text;

namespace MispGraphSync.Destinations.Graph;

/// <summary>The texts of a tiIndicator.</summary>
internal static class GraphText
{
    /// <summary>Graph, tiIndicator: at most 100 characters.</summary>
    public const int LongestDescription = 100;

    private const int LongestComment = 500;

    public static string Description(Indicator indicator) => HostileText.Title(indicator, LongestDescription);

    /// <summary>What the other fields have no room for, as one JSON string: category and type, comment, and where it comes from.</summary>
    public static void WriteAdditionalInformation(Utf8JsonWriter json, Indicator indicator)
    {
        if (indicator.Category is { Length: > 0 } category)
        {
            json.WriteStringValueSegment(Sanitize.OneLine(category), isFinalSegment: false);
            json.WriteStringValueSegment("/", isFinalSegment: false);
        }

        json.WriteStringValueSegment(Sanitize.OneLine(indicator.Type), isFinalSegment: false);
        if (indicator.Comment is { } comment && Sanitize.ForField(comment, LongestComment) is { Length: > 0 } line)
        {
            json.WriteStringValueSegment("; ", isFinalSegment: false);
            json.WriteStringValueSegment(line, isFinalSegment: false);
        }

        Span<char> place = stackalloc char[128];
        foreach (var support in indicator.Sources)
        {
            place.TryWrite($"; event {support.Event:D} attribute {support.Attribute:D}", out var length);
            json.WriteStringValueSegment(place[..length], isFinalSegment: false);
        }

        json.WriteStringValueSegment("", isFinalSegment: true);
    }
}
