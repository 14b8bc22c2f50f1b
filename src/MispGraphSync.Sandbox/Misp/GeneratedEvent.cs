using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// A generated event, for benchmarks: never held as a whole, computed from its number each time.
/// About a fifth of the attributes are addresses of the benchmark network 198.18.0.0/15, so that a tenth of a million
/// values are shared by several events; 79 of 100 have <c>to_ids</c>.
/// </summary>
internal sealed class GeneratedEvent : StoredEvent
{
    private const long Epoch = 1_767_225_600; // 2026-01-01T00:00:00Z

    private const string Unset = "\"comment\":\"\",\"sharing_group_id\":\"0\",\"deleted\":false,\"disable_correlation\":false,"
        + "\"object_id\":\"0\",\"object_relation\":null,\"first_seen\":null,\"last_seen\":null";

    private static readonly string[] Tlp = ["tlp:green", "tlp:amber", "tlp:clear", ""];

    private readonly int _seed;
    private readonly int _number;
    private readonly int _attributes;
    private readonly string _timestamp;

    public GeneratedEvent(long id, int seed, int number, int attributes)
        : base(id, MispIds.Uuid(MispIds.Kind.Event, id))
    {
        (_seed, _number, _attributes) = (seed, number, attributes);
        _timestamp = (Epoch + (number * 60L)).ToString();
        Head = MakeHead();
    }

    public override JsonObject Head { get; }

    public override JsonObject Load()
    {
        var buffer = new ArrayBufferWriter<byte>(_attributes * 500);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartArray();
            WriteAttributes(json, noShadowAttributes: false, noGalaxy: false);
            json.WriteEndArray();
        }

        var whole = (JsonObject)Head.DeepClone();
        whole["Attribute"] = JsonNode.Parse(buffer.WrittenSpan);
        return whole;
    }

    public override IEnumerable<string> AttributeTags() => [];

    public override bool HasAttribute(string attributeUuid) =>
        MispIds.TryRead(MispIds.Kind.Attribute, attributeUuid, out var id) && id >= AttributeId(0) && id < AttributeId(_attributes);

    /// <summary>Nothing in a generated attribute needs escaping, so it is written as text, which is many times faster.</summary>
    public void WriteAttributes(Utf8JsonWriter json, bool noShadowAttributes, bool noGalaxy)
    {
        Span<byte> text = stackalloc byte[1024];
        for (var index = 0; index < _attributes; index++)
        {
            var dice = Mix(((ulong)_seed << 48) ^ ((ulong)_number << 20) ^ (ulong)index);
            var (type, category, value) = Value((int)(dice % 100), dice);
            var id = AttributeId(index);
            var uuid = MispIds.Of(MispIds.Kind.Attribute, id);
            var toIds = (dice >> 8) % 100 < 79 ? "true" : "false";
            var galaxy = noGalaxy ? "" : ",\"Galaxy\":[]";
            var shadow = noShadowAttributes ? "" : ",\"ShadowAttribute\":[]";
            Utf8.TryWrite(
                text,
                $$"""{"id":"{{id}}","type":"{{type}}","category":"{{category}}","to_ids":{{toIds}}"""
                + $$""","uuid":"{{uuid}}","event_id":"{{Id}}","distribution":"5","timestamp":"{{_timestamp}}",{{Unset}}"""
                + $$""","value":"{{value}}"{{galaxy}}{{shadow}}}""",
                out var length);
            json.WriteRawValue(text[..length], skipInputValidation: true);
        }
    }

    private static (string Type, string Category, string Value) Value(int kind, ulong dice) => kind switch
    {
        < 20 => ("ip-dst", "Network activity", $"198.{18 + (dice >> 16) % 2}.{(dice >> 24) % 256}.{(dice >> 32) % 256}"),
        < 45 => ("domain", "Network activity", $"d{dice:x16}.example"),
        < 55 => ("hostname", "Network activity", $"www.h{dice:x16}.example"),
        < 75 => ("sha256", "Payload delivery", Hex(dice, 4)),
        < 85 => ("md5", "Payload delivery", Hex(dice, 2)),
        < 95 => ("url", "Network activity", $"https://u{dice:x16}.example/gate/{dice % 1000}"),
        _ => ("filename", "Payload delivery", $"invoice-{dice:x16}.exe"),
    };

    private static string Hex(ulong dice, int words)
    {
        var text = new StringBuilder(words * 16);
        for (var word = 0; word < words; word++) text.Append($"{dice = Mix(dice):x16}");
        return text.ToString();
    }

    /// <summary>SplitMix64: every number gives another one, evenly spread and always the same.</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private long AttributeId(int index) => 10_000_000 + ((long)_number * _attributes) + index;

    private JsonObject MakeHead()
    {
        var form = new EventForm(TimeProvider.System).Event(
            new JsonObject
            {
                ["uuid"] = Uuid,
                ["info"] = $"Generated campaign {_number}",
                ["date"] = DateTimeOffset.FromUnixTimeSeconds(Epoch + (_number * 60L)).ToString("yyyy-MM-dd"),
                ["timestamp"] = _timestamp,
                ["threat_level_id"] = (1 + (_number % 4)).ToString(),
                ["Tag"] = Tlp[_number % Tlp.Length] is { Length: > 0 } tlp ? new JsonArray(tlp) : new JsonArray(),
            },
            Id);
        form["attribute_count"] = _attributes.ToString();
        return form;
    }
}
