using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// Writes the object that takes an indicator away: the same once more, revoked, modified later. (Azure's own deletion of an
/// indicator says 200 and leaves what was uploaded.) STIX: revoked is final for its id.
/// </summary>
internal static class SentinelRevocation
{
    /// <summary>Stands in for a pattern that nobody knows any more; a name under .invalid is never seen in a log (RFC 2606).</summary>
    private const string NoPattern = "[domain-name:value = 'revoked.invalid']";

    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void Write(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified)
    {
        using var json = new Utf8JsonWriter(body, Relaxed);
        if (held.Body is { Length: > 0 } sent) WriteAgain(json, sent, modified);
        else WriteLeast(json, held, modified);
    }

    private static void WriteAgain(Utf8JsonWriter json, ReadOnlyMemory<byte> sent, DateTimeOffset modified)
    {
        using var item = JsonDocument.Parse(sent);
        json.WriteStartObject();
        foreach (var property in item.RootElement.EnumerateObject())
        {
            if (!property.NameEquals("modified"u8) && !property.NameEquals("revoked"u8)) property.WriteTo(json);
        }
        WriteEnd(json, modified);
    }

    /// <summary>
    /// What was sent is not known: Sentinel goes by id and source alone, so the least object that STIX allows takes its place
    /// and is revoked.
    /// </summary>
    private static void WriteLeast(Utf8JsonWriter json, HeldIndicator held, DateTimeOffset modified)
    {
        var created = held.Created < modified ? held.Created : modified;
        var expires = held.Expires > created ? held.Expires : created.AddSeconds(1);
        json.WriteStartObject();
        json.WriteString("type"u8, "indicator"u8);
        json.WriteString("spec_version"u8, "2.1"u8);
        json.WriteString("id"u8, SentinelItem.Id(held.Key));
        json.WriteString("name"u8, "Revoked"u8);
        json.WriteString("pattern"u8, NoPattern);
        json.WriteString("pattern_type"u8, "stix"u8);
        json.WriteString("valid_from"u8, StixVocabulary.Instant(created));
        json.WriteString("valid_until"u8, StixVocabulary.Instant(expires));
        json.WriteString("created"u8, StixVocabulary.Instant(created));
        WriteEnd(json, modified);
    }

    private static void WriteEnd(Utf8JsonWriter json, DateTimeOffset modified)
    {
        json.WriteString("modified"u8, StixVocabulary.Instant(modified));
        json.WriteBoolean("revoked"u8, true);
        json.WriteEndObject();
    }
}
