using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Text;

namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// Writes one tiIndicator. What cannot be changed in place comes first, then what can, then the dates that move by
/// themselves: so both marks are hashes of the beginning. Reused; not for two threads at once.
/// </summary>
#pragma warning disable CA1001 // One a thread, for as long as the thread lives.
internal sealed class GraphItem
#pragma warning restore CA1001
{
    /// <summary>Graph's default where severity was never sent.</summary>
    private const int DefaultSeverity = 3;

    // Besides the observables. The rest of a listed item is the service's own.
    private static readonly FrozenSet<string> Writable = new[]
    {
        "targetProduct", "threatType", "externalId", "action", "tlpLevel", "passiveOnly", "confidence", "activityGroupNames",
        "malwareFamilyNames", "diamondModel", "killChain", "tags", "additionalInformation", "description", "severity",
        "expirationDateTime", "lastReportedDateTime",
    }.ToFrozenSet(StringComparer.Ordinal);

    [ThreadStatic]
    private static GraphItem? _own;

    private readonly PooledBuffer _buffer = new();
    private readonly Utf8JsonWriter _json;
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private GraphItem() => _json = new Utf8JsonWriter(
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public static bool IsWritable(string property) => Writable.Contains(property) || GraphPage.IsObservable(property);

    public static GraphItem Own => _own ??= new GraphItem();

    /// <summary>
    /// A create carries everything; an update or renewal the id and what the product lets one edit, with empty values
    /// spelled out, since a property left out keeps its old value.
    /// </summary>
    public ItemHashes Write(IBufferWriter<byte> body, GraphProduct product, Indicator indicator, ItemIdentity identity, StepAction action)
    {
        Begin();
        WriteFixed(product, indicator);
        if (product.IsDefender) WriteHandling(indicator, identity, spellOut: false);
        var endOfFixed = Position;
        if (product.IsDefender) WriteAddressWithoutEnd(indicator);
        else WriteHandling(indicator, identity, spellOut: false);
        WriteDescriptionAndSeverity(indicator, spellOut: false);
        var endOfStable = Position;
        WriteDates(indicator, identity, withLastReported: true);
        End();
        var written = _buffer.Written.Span;
        var marks = new ItemHashes(Hash128.Of(written[..endOfStable]), Hash128.Of(written[..endOfFixed]));

        if (action is StepAction.Update or StepAction.Renew)
        {
            Begin();
            _json.WriteString("id"u8, identity.Id ?? throw new InvalidOperationException("An update of what has no id."));
            _json.WriteString("targetProduct"u8, product.Name);
            if (!product.IsDefender) WriteHandling(indicator, identity, spellOut: true);
            WriteDescriptionAndSeverity(indicator, spellOut: true);
            WriteDates(indicator, identity, withLastReported: !product.IsDefender);
            End();
        }
        body.Write(_buffer.Written.Span);
        return marks;
    }

    private int Position
    {
        get
        {
            _json.Flush();
            return _buffer.Written.Length;
        }
    }

    private void Begin()
    {
        _buffer.Clear();
        _json.Reset();
        _json.WriteStartObject();
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
    }

    private void WriteFixed(GraphProduct product, Indicator indicator)
    {
        _json.WriteString("targetProduct"u8, product.Name);
        _json.WriteString("threatType"u8, ThreatTypeWords.Of(indicator.ThreatType));
        foreach (var field in GraphFields.Of(indicator.Observables, product))
        {
            if (field.Text is { } text) _json.WriteString(field.Name, text);
            else _json.WriteNumber(field.Name, field.Number);
        }
    }

    /// <summary>
    /// Defender answers "Missing indicators value" to a destination address that is not also in the field without an end. It
    /// names nothing new, so it is no part of the key or of what cannot be changed.
    /// </summary>
    private void WriteAddressWithoutEnd(Indicator indicator)
    {
        foreach (var observable in indicator.Observables)
        {
            if (observable is Observable.NetworkAddress address)
                _json.WriteString(GraphFields.AddressName(Direction.Unknown, address.Value), address.Value.ToString());
        }
    }

    private void WriteHandling(Indicator indicator, ItemIdentity identity, bool spellOut)
    {
        _json.WriteString("externalId"u8, identity.Key);
        _json.WriteString("action"u8, GraphVocabulary.Of(indicator.Action));
        _json.WriteString("tlpLevel"u8, GraphVocabulary.Of(indicator.Tlp));
        _json.WriteBoolean("passiveOnly"u8, indicator.PassiveOnly || indicator.Tlp == Tlp.Red);
        _json.WriteNumber("confidence"u8, indicator.Confidence);
        WriteList("activityGroupNames"u8, indicator.Actors.AsSpan(), spellOut);
        WriteList("malwareFamilyNames"u8, indicator.Families.AsSpan(), spellOut);
        if (indicator.DiamondModel is { } model) _json.WriteString("diamondModel"u8, GraphVocabulary.Of(model));
        else if (spellOut) _json.WriteString("diamondModel"u8, "unknown"u8);
        WriteKillChain(indicator, spellOut);
        WriteTags(indicator);
        _json.WritePropertyName("additionalInformation"u8);
        GraphText.WriteAdditionalInformation(_json, indicator);
    }

    private void WriteDescriptionAndSeverity(Indicator indicator, bool spellOut)
    {
        _json.WriteString("description"u8, GraphText.Description(indicator));
        var severity = GraphVocabulary.Of(indicator.Severity);
        if (severity is not null || spellOut) _json.WriteNumber("severity"u8, severity ?? DefaultSeverity);
    }

    private void WriteDates(Indicator indicator, ItemIdentity identity, bool withLastReported)
    {
        WriteInstant("expirationDateTime"u8, identity.Expires);
        // MISP may name a time to come, by first_seen or by a clock that is wrong. Nobody can have reported it then.
        var reported = indicator.LastReported < identity.Modified ? indicator.LastReported : identity.Modified;
        if (withLastReported) WriteInstant("lastReportedDateTime"u8, reported);
    }

    private void WriteInstant(ReadOnlySpan<byte> name, DateTimeOffset at)
    {
        Span<byte> text = stackalloc byte[32];
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{at.UtcDateTime:s}Z", out var length);
        _json.WriteString(name, text[..length]);
    }

    private void WriteKillChain(Indicator indicator, bool spellOut)
    {
        if (indicator.KillChain.IsEmpty && !spellOut) return;
        _json.WriteStartArray("killChain"u8);
        foreach (var phase in indicator.KillChain) _json.WriteStringValue(GraphVocabulary.Of(phase));
        _json.WriteEndArray();
    }

    private void WriteTags(Indicator indicator)
    {
        _json.WriteStartArray("tags"u8);
        WriteEach(indicator.Tags.AsSpan());
        var supports = indicator.Sources;
        for (var i = 0; i < supports.Length; i++)
        {
            var isRepeated = false;
            for (var j = 0; j < i && !isRepeated; j++) isRepeated = supports[j].Event == supports[i].Event;
            if (!isRepeated) WriteEventTag(indicator, supports[i].Event);
        }
        _json.WriteEndArray();
    }

    private void WriteEventTag(Indicator indicator, Guid uuid)
    {
        Span<char> tag = stackalloc char[64];
        tag.TryWrite($"misp:event={uuid:D}", out var length);
        tag = tag[..length];
        foreach (var written in indicator.Tags)
        {
            if (tag.SequenceEqual(written)) return;
        }

        _json.WriteStringValue(tag);
    }

    private void WriteList(ReadOnlySpan<byte> name, ReadOnlySpan<string> values, bool spellOut)
    {
        if (values.IsEmpty && !spellOut) return;
        _json.WriteStartArray(name);
        WriteEach(values);
        _json.WriteEndArray();
    }

    /// <summary>Each once, without what is blank on one line.</summary>
    private void WriteEach(ReadOnlySpan<string> values)
    {
        _seen.Clear();
        foreach (var value in values)
        {
            var line = Sanitize.OneLine(value);
            if (line.Length == 0) continue;
            if (values.Length > 1 && !_seen.Add(line)) continue;
            _json.WriteStringValue(line);
        }
    }
}
