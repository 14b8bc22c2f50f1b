using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;

namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// Writes one tiIndicator. What cannot be changed in place comes first, then what can, then the moving dates: so both hashes are
/// of the beginning.
/// </summary>
internal static class GraphItem
{
    /// <summary>Graph's default where severity was never sent.</summary>
    private const int DefaultSeverity = 3;

    /// <summary>Graph, tiIndicator: at most 100 characters.</summary>
    private const int MaxDescription = 100;

    private const int MaxComment = 500;

    // Besides the observables. The rest of a listed item is the service's own.
    private static readonly FrozenSet<string> Writable = new[]
    {
        "targetProduct", "threatType", "externalId", "action", "tlpLevel", "passiveOnly", "confidence", "activityGroupNames",
        "malwareFamilyNames", "diamondModel", "killChain", "tags", "additionalInformation", "description", "severity",
        "expirationDateTime", "lastReportedDateTime",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsWritable(string property) => Writable.Contains(property) || GraphPage.IsObservable(property);

    public static string Description(Indicator indicator) => IndicatorText.Title(indicator, MaxDescription);

    /// <summary>
    /// A create carries everything; an update or renewal the id and what the product lets one edit, with empty values
    /// written too, since a missing property keeps its old value.
    /// </summary>
    public static ItemHashes Write(
        IBufferWriter<byte> body, GraphProduct product, Indicator indicator, ItemIdentity identity, StepAction action)
    {
        var item = ItemWriter.Begin();
        item.Json.WriteString("targetProduct"u8, product.Name);
        item.Json.WriteString("threatType"u8, indicator.ThreatType.ToString());
        foreach (var field in GraphFields.Of(indicator.Observables, product))
        {
            if (field.Text is { } text) item.Json.WriteString(field.Name, text);
            else item.Json.WriteNumber(field.Name, field.Number);
        }

        if (product.IsDefender) WriteHandling(item, indicator, identity, withEmpty: false);
        var immutable = item.Position;
        if (product.IsDefender) WriteAddressWithoutDirection(item.Json, indicator);
        else WriteHandling(item, indicator, identity, withEmpty: false);
        WriteDescriptionAndSeverity(item.Json, indicator, withEmpty: false);
        var content = item.Position;
        WriteDates(item, indicator, identity, withLastReported: true);
        var written = item.End();
        var hashes = new ItemHashes(item.HashUntil(content), item.HashUntil(immutable));
        if (action is StepAction.Update or StepAction.Renew) written = Update(product, indicator, identity);
        body.Write(written);
        return hashes;
    }

    private static ReadOnlySpan<byte> Update(GraphProduct product, Indicator indicator, ItemIdentity identity)
    {
        var item = ItemWriter.Begin();
        item.Json.WriteString("id"u8, identity.Id ?? throw new InvalidOperationException("An update of an indicator without an id."));
        item.Json.WriteString("targetProduct"u8, product.Name);
        if (!product.IsDefender) WriteHandling(item, indicator, identity, withEmpty: true);
        WriteDescriptionAndSeverity(item.Json, indicator, withEmpty: true);
        WriteDates(item, indicator, identity, withLastReported: !product.IsDefender);
        return item.End();
    }

    /// <summary>
    /// Defender answers "Missing indicators value" to a destination address that is not also in the field without direction. It
    /// names nothing new, so it is no part of the key or of what cannot be changed.
    /// </summary>
    private static void WriteAddressWithoutDirection(Utf8JsonWriter json, Indicator indicator)
    {
        foreach (var observable in indicator.Observables)
        {
            if (observable is Observable.NetworkAddress address)
                json.WriteString(GraphFields.AddressName(Direction.Unknown, address.Value), address.Value.ToString());
        }
    }

    private static void WriteHandling(ItemWriter item, Indicator indicator, ItemIdentity identity, bool withEmpty)
    {
        var json = item.Json;
        json.WriteString("externalId"u8, identity.Key);
        json.WriteString("action"u8, GraphVocabulary.Of(indicator.Action));
        json.WriteString("tlpLevel"u8, GraphVocabulary.Of(indicator.Tlp));
        json.WriteBoolean("passiveOnly"u8, indicator.PassiveOnly || indicator.Tlp == Tlp.Red);
        json.WriteNumber("confidence"u8, indicator.Confidence);
        WriteList(item, "activityGroupNames"u8, indicator.Actors.AsSpan(), withEmpty);
        WriteList(item, "malwareFamilyNames"u8, indicator.Families.AsSpan(), withEmpty);
        if (indicator.DiamondModel is { } model) json.WriteString("diamondModel"u8, GraphVocabulary.Of(model));
        else if (withEmpty) json.WriteString("diamondModel"u8, "unknown"u8);
        if (!indicator.KillChain.IsEmpty || withEmpty)
        {
            json.WriteStartArray("killChain"u8);
            foreach (var phase in indicator.KillChain) json.WriteStringValue(GraphVocabulary.Of(phase));
            json.WriteEndArray();
        }

        WriteTags(item, indicator);
        json.WritePropertyName("additionalInformation"u8);
        WriteAdditionalInformation(json, indicator);
    }

    private static void WriteDescriptionAndSeverity(Utf8JsonWriter json, Indicator indicator, bool withEmpty)
    {
        json.WriteString("description"u8, Description(indicator));
        var severity = GraphVocabulary.Of(indicator.Severity);
        if (severity is not null || withEmpty) json.WriteNumber("severity"u8, severity ?? DefaultSeverity);
    }

    private static void WriteDates(ItemWriter item, Indicator indicator, ItemIdentity identity, bool withLastReported)
    {
        item.WriteInstant("expirationDateTime"u8, identity.Expires, "Z");
        // MISP may name a future time, by first_seen or by a wrong clock. Nobody can have reported it then.
        var reported = indicator.LastReported < identity.Modified ? indicator.LastReported : identity.Modified;
        if (withLastReported) item.WriteInstant("lastReportedDateTime"u8, reported, "Z");
    }

    private static void WriteTags(ItemWriter item, Indicator indicator)
    {
        item.Json.WriteStartArray("tags"u8);
        WriteEach(item, indicator.Tags.AsSpan());
        for (var i = 0; i < indicator.Sources.Length; i++)
        {
            if (IndicatorText.IsFirstOfEvent(indicator, i)) WriteEventTag(item.Json, indicator, indicator.Sources[i].Event);
        }

        item.Json.WriteEndArray();
    }

    private static void WriteEventTag(Utf8JsonWriter json, Indicator indicator, Guid uuid)
    {
        Span<char> tag = stackalloc char[64];
        tag.TryWrite($"misp:event={uuid:D}", out var length);
        tag = tag[..length];
        foreach (var written in indicator.Tags)
        {
            if (tag.SequenceEqual(written)) return;
        }

        json.WriteStringValue(tag);
    }

    private static void WriteList(ItemWriter item, ReadOnlySpan<byte> name, ReadOnlySpan<string> values, bool withEmpty)
    {
        if (values.IsEmpty && !withEmpty) return;
        item.Json.WriteStartArray(name);
        WriteEach(item, values);
        item.Json.WriteEndArray();
    }

    /// <summary>Each once, on one line; blank ones are skipped.</summary>
    private static void WriteEach(ItemWriter item, ReadOnlySpan<string> values)
    {
        item.Seen.Clear();
        foreach (var value in values)
        {
            var line = Sanitize.OneLine(value);
            if (line.Length == 0) continue;
            if (values.Length > 1 && !item.Seen.Add(line)) continue;
            item.Json.WriteStringValue(line);
        }
    }

    /// <summary>What the other fields have no room for, as one JSON string: category and type, comment, and where it comes from.</summary>
    private static void WriteAdditionalInformation(Utf8JsonWriter json, Indicator indicator)
    {
        if (indicator.Category is { Length: > 0 } category)
        {
            json.WriteStringValueSegment(Sanitize.OneLine(category), isFinalSegment: false);
            json.WriteStringValueSegment("/", isFinalSegment: false);
        }

        json.WriteStringValueSegment(Sanitize.OneLine(indicator.Type), isFinalSegment: false);
        if (indicator.Comment is { } comment && Sanitize.ForField(comment, MaxComment) is { Length: > 0 } line)
        {
            json.WriteStringValueSegment("; ", isFinalSegment: false);
            json.WriteStringValueSegment(line, isFinalSegment: false);
        }

        Span<char> reference = stackalloc char[128];
        foreach (var source in indicator.Sources)
        {
            reference.TryWrite($"; event {source.Event:D} attribute {source.Attribute:D}", out var length);
            json.WriteStringValueSegment(reference[..length], isFinalSegment: false);
        }

        json.WriteStringValueSegment("", isFinalSegment: true);
    }
}
