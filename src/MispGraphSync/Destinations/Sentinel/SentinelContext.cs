using System.Buffers;
using System.Text.Json;
using static MispGraphSync.Text.Sanitize;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// STIX objects that are not indicators: identities, threat actors, attack patterns and relationships. The same upload creates, changes and
/// revokes them; they have no expiry.
/// </summary>
internal sealed class SentinelContext(SentinelSettings settings, SentinelList list) : IContextDestination
{
    private const int MaxName = 250;
    private const int MaxAlias = 128;
    private const int MaxDescription = 1_000;
    private const string Indicator = "indicator--";
    private const string Mitre = "mitre-attack";
    private const string Galaxy = "misp-galaxy";
    private const string Organisation = "misp-organisation";

    public DestinationInfo Info => settings.ContextInfo;

    public ContextPolicy Policy => settings.Context;

    public string IdOf(ContextType type, Guid key) => $"{ContextObject.Word(type)}--{key:D}";

    public string IndicatorIdOf(Guid key) => $"{Indicator}{key:D}";

    /// <summary>What counts as change comes first, the moving dates last.</summary>
    public ItemHashes WriteItem(IBufferWriter<byte> body, ContextObject item, ItemIdentity identity)
    {
        var writer = ItemWriter.Begin();
        var json = writer.Json;
        json.WriteString("type"u8, ContextObject.Word(item.Type));
        json.WriteString("spec_version"u8, "2.1"u8);
        json.WriteString("id"u8, IdOf(item.Type, identity.Key));
        if (item.CreatedBy is { } creator) json.WriteString("created_by_ref"u8, creator);
        if (item.Ends is { } ends)
        {
            json.WriteString("relationship_type"u8, ends.Type);
            json.WriteString("source_ref"u8, ends.Source);
            json.WriteString("target_ref"u8, ends.Target);
        }
        else
        {
            WriteNamed(json, item);
        }

        WriteList(json, "object_marking_refs"u8, [StixVocabulary.Marking(item.Tlp)]);
        var content = writer.Position;
        json.WriteString("created"u8, StixVocabulary.Instant(identity.Created));
        json.WriteString("modified"u8, StixVocabulary.Instant(identity.Modified));
        body.Write(writer.End());
        return new ItemHashes(writer.HashUntil(content), default);
    }

    public ContextEnds? EndsOf(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        var item = json.RootElement;
        return item.Text("relationship_type") is { } type && item.Text("source_ref") is { } source && item.Text("target_ref") is { } target
            ? new ContextEnds(type, source, target)
            {
                Indicator = source.StartsWith(Indicator, StringComparison.Ordinal)
                    && Guid.TryParseExact(source.AsSpan(Indicator.Length), "D", out var key) ? key : null,
            }
            : null;
    }

    public IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct) => list.ReadContextAsync(ct);

    /// <summary>Its own key, from its own content: what <see cref="ContextObject.Canonical"/> is of the object that was sent.</summary>
    public static string? CanonicalOf(ContextType type, JsonElement item)
    {
        var key = type switch
        {
            ContextType.Identity => Reference(item, Organisation),
            ContextType.ThreatActor => Reference(item, Galaxy),
            ContextType.AttackPattern => Reference(item, Mitre),
            _ when item.Text("relationship_type") is { } relation => $"{relation}\n{item.Text("source_ref")}\n{item.Text("target_ref")}",
            _ => null,
        };
        return key is null ? null : ContextObject.CanonicalOf(type, key);
    }

    private static void WriteNamed(Utf8JsonWriter json, ContextObject item)
    {
        json.WriteString("name"u8, ForField(item.Name, MaxName));
        if (item.Description is { } description) json.WriteString("description"u8, ForField(description, MaxDescription));
        if (item.Type == ContextType.Identity) json.WriteString("identity_class"u8, "organization"u8);
        if (item.Type == ContextType.ThreatActor) WriteList(json, "threat_actor_types"u8, ["unknown"]);
        WriteList(json, "aliases"u8, item.Aliases.Select(alias => ForField(alias, MaxAlias)));
        WriteList(json, "labels"u8, item.Labels.Select(label => ForField(label, SentinelLabels.MaxLabel)));
        if (!item.KillChain.IsEmpty)
        {
            json.WriteStartArray("kill_chain_phases"u8);
            foreach (var (chain, phase) in item.KillChain)
            {
                json.WriteStartObject();
                json.WriteString("kill_chain_name"u8, chain);
                json.WriteString("phase_name"u8, phase);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("external_references"u8);
        if (item.Type == ContextType.Identity) WriteReference(json, Organisation, item.Key, null);
        if (item.Type == ContextType.ThreatActor) WriteReference(json, Galaxy, item.Key, null);
        if (item.MitreId is { } number) WriteReference(json, Mitre, number, AddressOf(number));
        json.WriteEndArray();
    }

    private static void WriteReference(Utf8JsonWriter json, string source, string id, string? address)
    {
        json.WriteStartObject();
        json.WriteString("source_name"u8, source);
        json.WriteString("external_id"u8, id);
        if (address is not null) json.WriteString("url"u8, address);
        json.WriteEndObject();
    }

    /// <summary>An empty list is not STIX.</summary>
    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<string> texts)
    {
        var isOpen = false;
        foreach (var text in texts.Where(text => text.Length > 0))
        {
            if (!isOpen) json.WriteStartArray(name);
            isOpen = true;
            json.WriteStringValue(text);
        }

        if (isOpen) json.WriteEndArray();
    }

    // T1566.001 is at techniques/T1566/001.
    private static string AddressOf(string number) =>
        $"https://attack.mitre.org/{(number[0] == 'G' ? "groups" : "techniques")}/{number.Replace('.', '/')}";

    private static string? Reference(JsonElement item, string source) =>
        item.List("external_references")?.Where(one => one.ValueKind == JsonValueKind.Object && one.Text("source_name") == source)
            .Select(one => one.Text("external_id")).FirstOrDefault();
}
