using System.Buffers;
using System.Collections.Frozen;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Writes one indicator of an import. What cannot be changed in place comes first and the expiry last, so both marks are
/// hashes of the beginning. Every field is sent every time: what an import leaves out may keep its old value. The one
/// exception is <c>application</c>, which the service takes when it makes the indicator and ignores ever after; an import
/// cannot know which of the two it will be. Reused; not for two threads at once.
/// </summary>
#pragma warning disable CA1001 // One a thread, for as long as the thread lives.
internal sealed class DefenderItem
#pragma warning restore CA1001
{
    [ThreadStatic]
    private static DefenderItem? _own;

    private readonly PooledBuffer _buffer = new();
    private readonly Utf8JsonWriter _json;

    private DefenderItem() => _json = new Utf8JsonWriter(
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    // Lists also carry who made an indicator and when, and much that no document names.
    private static readonly FrozenSet<string> Writable = new[]
    {
        "indicatorType", "indicatorValue", "action", "generateAlert", "title", "description", "severity", "recommendedActions",
        "rbacGroupNames", "educateUrl", "application", "externalID", "expirationTime",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsWritable(string property) => Writable.Contains(property);

    public static DefenderItem Own => _own ??= new DefenderItem();

    /// <param name="alerts">Whether what blocks or warns raises an alert. Null: without the field, as before there was the setting.</param>
    /// <param name="application">Tells ours from what others put there with the same app registration.</param>
    public ItemHashes Write(
        IBufferWriter<byte> body, string application, IReadOnlyList<string> deviceGroups, bool? alerts,
        Indicator indicator, ItemIdentity identity)
    {
        var value = DefenderValue.Of(indicator.Observables[0])
            ?? throw new InvalidOperationException($"Defender has no type for {indicator.Observables[0].GetType().Name}.");
        var action = DefenderActions.Of(value.Type, indicator.Action)
            ?? throw new InvalidOperationException($"Defender has no {indicator.Action} for {value.Type}.");
        var endOfFixed = WriteFixed(value, action);
        // Required with Audit. What blocks or warns raises no alert without it; what is allowed never does.
        if (action == DefenderActions.Audit) _json.WriteBoolean("generateAlert"u8, true);
        else if (action != DefenderActions.Allowed && alerts is { } raises) _json.WriteBoolean("generateAlert"u8, raises);
        _json.WriteString("title"u8, DefenderText.Title(indicator));
        _json.WriteString("description"u8, DefenderText.Description(indicator));
        _json.WriteString("severity"u8, Of(indicator.Severity));
        _json.WriteStartArray("rbacGroupNames"u8);
        foreach (var group in deviceGroups) _json.WriteStringValue(group);
        _json.WriteEndArray();
        _json.WriteString("application"u8, application);
        _json.WriteString("externalID"u8, identity.Key);
        var endOfStable = Position;
        _json.WriteString("expirationTime"u8, Instant(identity.Expires));
        _json.WriteEndObject();
        _json.Flush();
        var written = _buffer.Written.Span;
        body.Write(written);
        return new ItemHashes(Hash128.Of(written[..endOfStable]), Hash128.Of(written[..endOfFixed]));
    }

    /// <summary>The mark of what is listed with this value and action.</summary>
    public Hash128 ImmutableHashOf(DefenderValue value, string action)
    {
        var end = WriteFixed(value, action);
        return Hash128.Of(_buffer.Written.Span[..end]);
    }

    private int WriteFixed(DefenderValue value, string action)
    {
        _buffer.Clear();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteString("indicatorType"u8, value.Type);
        _json.WriteString("indicatorValue"u8, value.Text);
        _json.WriteString("action"u8, action);
        return Position;
    }

    private int Position
    {
        get
        {
            _json.Flush();
            return _buffer.Written.Length;
        }
    }

    private static string Of(ThreatLevel level) => level switch
    {
        ThreatLevel.High => "High",
        ThreatLevel.Medium => "Medium",
        ThreatLevel.Low => "Low",
        _ => "Informational",
    };

    private static string Instant(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture, $"{time.UtcDateTime:s}.0Z");
}
