using System.Text.Encodings.Web;
using System.Text.Json;
using MispGraphSync.Core.Mapping;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>The labels of an indicator, each once.</summary>
internal static class SentinelLabels
{
    public const int MaxLabel = 255;

    /// <summary>
    /// Sentinel truncates the column Tags at so many bytes, all labels together, and loses the last ones without an error.
    /// </summary>
    private const int MaxBytes = 32_766;

    /// <summary>Of one character, written as JSON: six of a control character or of half a pair.</summary>
    private const int MaxBytesOfCharacter = 6;

    private const int Brackets = 2;
    private const int QuotesAndComma = 3;

    // An event's label is kept before all others.
    private const int OfEvent = TagPriority.Tlp - 1;

    /// <summary>In the order of tags, events, actors, families. Where they are too long together, the most important of them.</summary>
    /// <param name="seen">A set that is free to use.</param>
    public static List<string> Of(Indicator indicator, HashSet<string> seen)
    {
        seen.Clear();
        var labels = new List<(string Label, int Order)>(indicator.Tags.Length + indicator.Events.Length);
        foreach (var tag in indicator.Tags) Add(tag, TagPriority.Of(tag));
        foreach (var misp in indicator.Events) Add($"misp:event={misp:D}", OfEvent);
        foreach (var actor in indicator.Actors) Add(actor, TagPriority.Actor);
        foreach (var family in indicator.Families) Add(family, TagPriority.Other);
        if (Brackets + labels.Sum(one => (one.Label.Length * MaxBytesOfCharacter) + QuotesAndComma) > MaxBytes)
            RemoveLeastImportant(labels);
        return labels.ConvertAll(one => one.Label);

        void Add(string text, int order)
        {
            var label = Sanitize.ForField(text, MaxLabel);
            if (label.Length > 0 && seen.Add(label)) labels.Add((label, order));
        }
    }

    private static void RemoveLeastImportant(List<(string Label, int Order)> labels)
    {
        var bytes = Brackets;
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (label, _) in labels.OrderBy(one => one.Order))
        {
            bytes += JsonEncodedText.Encode(label, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length + QuotesAndComma;
            if (bytes > MaxBytes) break;
            kept.Add(label);
        }

        labels.RemoveAll(one => !kept.Contains(one.Label));
    }
}
