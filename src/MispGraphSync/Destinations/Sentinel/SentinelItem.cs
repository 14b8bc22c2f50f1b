using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using static MispGraphSync.Text.Sanitize;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// Writes one STIX 2.1 indicator. What counts as change comes first, the moving dates last: so the hash is of the beginning.
/// Sentinel names no lengths; these keep a request of a hundred well below a megabyte.
/// </summary>
internal static class SentinelItem
{
    private const int MaxName = 250;
    private const int MaxTitle = 1000;
    private const int MaxComment = 1000;
    private const int MaxEventInfo = 100;

    /// <summary>In place of a pattern that is no longer known; a name under .invalid is never seen in a log (RFC 2606).</summary>
    private const string NoPattern = "[domain-name:value = 'revoked.invalid']";

    private static readonly JsonWriterOptions Relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string Name(Indicator indicator) => IndicatorText.Title(indicator, MaxName);

    /// <summary>The whole object, whatever the action: an upload replaces what is there. Nothing is immutable.</summary>
    public static ItemHashes Write(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity)
    {
        var item = ItemWriter.Begin();
        var json = item.Json;
        WriteHead(json, identity.Key, Name(indicator), indicator.CreatedBy);
        json.WriteString("description"u8, Description(indicator));
        WritePattern(json, SentinelPattern.Of(indicator.Observables));
        WriteMeaning(json, indicator);
        WriteList(json, "labels"u8, SentinelLabels.Of(indicator, item.Seen));
        WriteReferences(json, indicator);
        WriteValidFrom(json, indicator, identity);
        var content = item.Position;

        json.WriteString("created"u8, StixVocabulary.Instant(identity.Created));
        json.WriteString("modified"u8, StixVocabulary.Instant(identity.Modified));
        json.WriteString("valid_until"u8, StixVocabulary.Instant(identity.Expires));
        body.Write(item.End());
        return new ItemHashes(item.HashUntil(content), default);
    }

    /// <summary>What a revocation says of the object: which it is, since when, and who may see it. The rest counts for nothing.</summary>
    public static void WriteForRevocation(IBufferWriter<byte> kept, Indicator indicator, ItemIdentity identity)
    {
        var item = ItemWriter.Begin();
        var json = item.Json;
        WriteHead(json, identity.Key, Name(indicator), indicator.CreatedBy);
        WritePattern(json, SentinelPattern.Of(indicator.Observables));
        WriteMarking(json, indicator.Tlp);
        WriteValidFrom(json, indicator, identity);
        json.WriteString("created"u8, StixVocabulary.Instant(identity.Created));
        json.WriteString("valid_until"u8, StixVocabulary.Instant(identity.Expires));
        kept.Write(item.End());
    }

    /// <summary>
    /// The object that removes an indicator: what is kept of it, revoked, modified later. (Azure's own deletion of an indicator answers 200
    /// and keeps what was uploaded.) STIX: revoked is final for its id.
    /// </summary>
    public static void WriteRevocation(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified)
    {
        using var json = new Utf8JsonWriter(body, Relaxed);
        json.WriteStartObject();
        if (held.Body is { Length: > 0 } sent) WriteAgain(json, sent);
        else WriteLeast(json, held, modified);
        json.WriteString("modified"u8, StixVocabulary.Instant(modified));
        json.WriteBoolean("revoked"u8, true);
        json.WriteEndObject();
    }

    private static void WriteAgain(Utf8JsonWriter json, ReadOnlyMemory<byte> sent)
    {
        using var item = JsonDocument.Parse(sent);
        // A revoked object of context can still be read: its text goes.
        var isContext = ContextObject.TypeOf(item.RootElement.Text("type")) is not null;
        foreach (var property in item.RootElement.EnumerateObject())
        {
            if (property.NameEquals("modified"u8) || property.NameEquals("revoked"u8)) continue;
            if (isContext && (property.NameEquals("aliases"u8) || property.NameEquals("description"u8))) continue;
            property.WriteTo(json);
        }
    }

    /// <summary>
    /// The last body is not known: Sentinel goes by id and source alone, so a minimal STIX object is revoked in its place.
    /// </summary>
    private static void WriteLeast(Utf8JsonWriter json, HeldIndicator held, DateTimeOffset modified)
    {
        var created = held.Created < modified ? held.Created : modified;
        var expires = held.Expires > created ? held.Expires : created.AddSeconds(1);
        WriteHead(json, held.Key, "Revoked", createdBy: null);
        WritePattern(json, NoPattern);
        json.WriteString("valid_from"u8, StixVocabulary.Instant(created));
        json.WriteString("valid_until"u8, StixVocabulary.Instant(expires));
        json.WriteString("created"u8, StixVocabulary.Instant(created));
    }

    private static void WriteHead(Utf8JsonWriter json, Guid key, string name, string? createdBy)
    {
        json.WriteString("type"u8, "indicator"u8);
        json.WriteString("spec_version"u8, "2.1"u8);
        json.WriteString("id"u8, $"indicator--{key:D}");
        json.WriteString("name"u8, name);
        if (createdBy is not null) json.WriteString("created_by_ref"u8, createdBy);
    }

    private static void WritePattern(Utf8JsonWriter json, string pattern)
    {
        json.WriteString("pattern"u8, pattern);
        json.WriteString("pattern_type"u8, "stix"u8);
    }

    private static void WriteMarking(Utf8JsonWriter json, Tlp tlp)
    {
        json.WriteStartArray("object_marking_refs"u8);
        json.WriteStringValue(StixVocabulary.Marking(tlp));
        json.WriteEndArray();
    }

    // MISP's first_seen may lie in the future: Sentinel would match nothing until then. Such an indicator is valid from its first send.
    private static void WriteValidFrom(Utf8JsonWriter json, Indicator indicator, ItemIdentity identity) => json.WriteString(
        "valid_from"u8, StixVocabulary.Instant(indicator.ValidFrom < identity.Created ? indicator.ValidFrom : identity.Created));

    private static void WriteMeaning(Utf8JsonWriter json, Indicator indicator)
    {
        json.WriteStartArray("indicator_types"u8);
        json.WriteStringValue(StixVocabulary.StixType(indicator.ThreatType));
        if (indicator.ThreatTypeIsTagged) json.WriteStringValue(indicator.ThreatType.ToString());
        json.WriteEndArray();
        json.WriteNumber("confidence"u8, indicator.Confidence);
        WriteMarking(json, indicator.Tlp);
        if (indicator.KillChain.IsEmpty) return;
        json.WriteStartArray("kill_chain_phases"u8);
        foreach (var phase in indicator.KillChain)
        {
            json.WriteStartObject();
            json.WriteString("kill_chain_name"u8, StixVocabulary.KillChain);
            json.WriteString("phase_name"u8, StixVocabulary.Of(phase));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>An empty list is not STIX.</summary>
    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, List<string> texts)
    {
        if (texts.Count == 0) return;
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteReferences(Utf8JsonWriter json, Indicator indicator)
    {
        if (indicator.Sources.IsEmpty) return;
        json.WriteStartArray("external_references"u8);
        foreach (var source in indicator.Sources)
        {
            var info = ForField(source.EventInfo, MaxEventInfo);
            json.WriteStartObject();
            json.WriteString("source_name"u8, "MISP"u8);
            json.WriteString("external_id"u8, source.Attribute);
            json.WriteString("description"u8, info.Length == 0 ? $"MISP event {source.Event:D}" : $"MISP event {source.Event:D}: {info}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Title, category and type, comment.</summary>
    private static string Description(Indicator indicator)
    {
        var text = new StringBuilder(256);
        Append(text, "", ForField(indicator.Title, MaxTitle));
        Append(text, "; ", ForField(indicator.Category ?? "", SentinelLabels.MaxLabel));
        Append(text, indicator.Category is { Length: > 0 } ? "/" : "; ", ForField(indicator.Type, SentinelLabels.MaxLabel));
        Append(text, "; ", ForField(indicator.Comment ?? "", MaxComment));
        return text.ToString();
    }

    private static void Append(StringBuilder text, string separator, string line)
    {
        if (line.Length == 0) return;
        if (text.Length > 0) text.Append(separator);
        text.Append(line);
    }
}
