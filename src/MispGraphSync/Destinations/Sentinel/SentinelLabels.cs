using System.Text.Encodings.Web;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Text;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>The labels of an indicator, each once. Reused; not for two threads at a time.</summary>
internal sealed class SentinelLabels
{
    /// <summary>Sentinel trims the column Tags at so many bytes, all labels together, and loses the last ones without an error.</summary>
    public const int MostBytes = 32_766;

    /// <summary>Of one character, written as JSON: six of a control character or of half a pair.</summary>
    private const int MostBytesOfCharacter = 6;

    private const int Brackets = 2;
    private const int QuotesAndComma = 3;

    // An event's label stays before all others.
    private const int OfEvent = TagPriority.Tlp - 1;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<(string Label, int Order)> _labels = [];

    /// <summary>In the order of tags, events, actors, families. Where they are too long together, the most telling of them.</summary>
    public IReadOnlyList<string> Of(Indicator indicator)
    {
        _seen.Clear();
        _labels.Clear();
        foreach (var tag in indicator.Tags) Add(tag, TagPriority.Of(tag));
        foreach (var misp in indicator.Events) Add($"misp:event={misp:D}", OfEvent);
        foreach (var actor in indicator.Actors) Add(actor, TagPriority.Actor);
        foreach (var family in indicator.Families) Add(family, TagPriority.Other);
        if (Brackets + _labels.Sum(one => (one.Label.Length * MostBytesOfCharacter) + QuotesAndComma) > MostBytes) Bound();
        return _labels.ConvertAll(one => one.Label);
    }

    private void Add(string text, int order)
    {
        var label = Sanitize.ForField(text, SentinelText.LongestLabel);
        if (label.Length > 0 && _seen.Add(label)) _labels.Add((label, order));
    }

    private void Bound()
    {
        var bytes = Brackets;
        var kept = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (label, _) in _labels.OrderBy(one => one.Order))
        {
            bytes += JsonEncodedText.Encode(label, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length + QuotesAndComma;
            if (bytes > MostBytes) break;
            kept.Add(label);
        }
        _labels.RemoveAll(one => !kept.Contains(one.Label));
    }
}
