using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// Writes one STIX 2.1 indicator. What counts as change comes first, the dates that move by themselves last: so the mark is a
/// hash of the beginning. Reused; not for two threads at once.
/// </summary>
#pragma warning disable CA1001 // One a thread, for as long as the thread lives.
internal sealed class SentinelItem
#pragma warning restore CA1001
{
    [ThreadStatic]
    private static SentinelItem? _own;

    private readonly PooledBuffer _buffer = new();
    private readonly Utf8JsonWriter _json;
    private readonly SentinelLabels _labels = new();

    private SentinelItem() => _json = new Utf8JsonWriter(
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public static SentinelItem Own => _own ??= new SentinelItem();

    /// <summary>The STIX id of a key.</summary>
    public static string Id(Guid key) => $"indicator--{key:D}";

    /// <summary>The whole object, whatever the action: an upload replaces what is there. Nothing is fixed.</summary>
    public ItemHashes Write(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity)
    {
        _buffer.Clear();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("type"u8, "indicator"u8);
        _json.WriteString("spec_version"u8, "2.1"u8);
        _json.WriteString("id"u8, Id(identity.Key));
        WriteWhatToWatch(indicator);
        WriteWhatItMeans(indicator);
        WriteOrigin(indicator);
        _json.WriteString("valid_from"u8, StixVocabulary.Instant(ValidFrom(indicator, identity)));
        _json.Flush();
        var endOfStable = _buffer.Written.Length;

        _json.WriteString("created"u8, StixVocabulary.Instant(identity.Created));
        _json.WriteString("modified"u8, StixVocabulary.Instant(identity.Modified));
        _json.WriteString("valid_until"u8, StixVocabulary.Instant(identity.Expires));
        _json.WriteEndObject();
        _json.Flush();
        var written = _buffer.Written.Span;
        body.Write(written);
        return new ItemHashes(Hash128.Of(written[..endOfStable]), default);
    }

    /// <summary>
    /// MISP's first_seen may lie in the future, where nobody has seen anything: Sentinel would match nothing until then. Such
    /// an indicator is valid from its first send, and so never after its own end.
    /// </summary>
    private static DateTimeOffset ValidFrom(Indicator indicator, ItemIdentity identity) =>
        indicator.ValidFrom < identity.Created ? indicator.ValidFrom : identity.Created;

    private void WriteWhatToWatch(Indicator indicator)
    {
        _json.WriteString("name"u8, SentinelText.Name(indicator));
        _json.WriteString("description"u8, SentinelText.Description(indicator));
        _json.WriteString("pattern"u8, SentinelDestination.PatternOf(indicator.Observables));
        _json.WriteString("pattern_type"u8, "stix"u8);
    }

    private void WriteWhatItMeans(Indicator indicator)
    {
        _json.WriteStartArray("indicator_types"u8);
        _json.WriteStringValue(StixVocabulary.StixType(indicator.ThreatType));
        if (indicator.ThreatTypeIsTagged) _json.WriteStringValue(ThreatTypeWords.Of(indicator.ThreatType));
        _json.WriteEndArray();
        _json.WriteNumber("confidence"u8, indicator.Confidence);
        _json.WriteStartArray("object_marking_refs"u8);
        _json.WriteStringValue(StixVocabulary.Marking(indicator.Tlp));
        _json.WriteEndArray();
        if (indicator.KillChain.IsEmpty) return;
        _json.WriteStartArray("kill_chain_phases"u8);
        foreach (var phase in indicator.KillChain)
        {
            _json.WriteStartObject();
            _json.WriteString("kill_chain_name"u8, StixVocabulary.KillChain);
            _json.WriteString("phase_name"u8, StixVocabulary.Of(phase));
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    private void WriteOrigin(Indicator indicator)
    {
        WriteLabels(indicator);
        if (indicator.Sources.IsEmpty) return;
        _json.WriteStartArray("external_references"u8);
        foreach (var support in indicator.Sources)
        {
            _json.WriteStartObject();
            _json.WriteString("source_name"u8, "MISP"u8);
            _json.WriteString("external_id"u8, support.Attribute);
            _json.WriteString("description"u8, SentinelText.Reference(support));
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    /// <summary>An empty list is no STIX.</summary>
    private void WriteLabels(Indicator indicator)
    {
        var labels = _labels.Of(indicator);
        if (labels.Count == 0) return;
        _json.WriteStartArray("labels"u8);
        foreach (var label in labels) _json.WriteStringValue(label);
        _json.WriteEndArray();
    }
}
