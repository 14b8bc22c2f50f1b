using System.Globalization;
using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Bench.Parts;

/// <summary>MISP JSON of generated events, and the events that the reader reads from it.</summary>
internal static class SampleEvents
{
    private static readonly string[] Types =
        ["ip-dst", "domain", "hostname", "sha256", "md5", "url", "filename|sha1", "domain|ip", "email-src", "comment"];

    private const string EventFields = "\"date\":\"2026-01-02\",\"timestamp\":\"1767312000\",\"threat_level_id\":\"2\"";

    private const string Unset = "\"comment\":\"\",\"sharing_group_id\":\"0\",\"deleted\":false,\"disable_correlation\":false,"
        + "\"object_id\":\"0\",\"object_relation\":null,\"first_seen\":null,\"last_seen\":null";

    /// <summary>About 550 bytes an attribute.</summary>
    public static byte[] Json(int events, int attributes)
    {
        var json = new StringBuilder("{\"response\":[");
        for (var i = 0; i < events; i++)
        {
            json.Append(i == 0 ? "" : ",").Append(
                CultureInfo.InvariantCulture,
                $$"""{"Event":{"id":"{{i}}","uuid":"{{Uuid(1, i)}}","info":"Campaign {{i}}",{{EventFields}},"Attribute":[""");
            for (var j = 0; j < attributes; j++) AppendAttribute(json.Append(j == 0 ? "" : ","), i, (i * attributes) + j);

            json.Append("],\"Tag\":[{\"name\":\"tlp:green\"},{\"name\":\"misp-galaxy:threat-actor=\\\"Sofacy\\\"\"}]}}");
        }

        return Encoding.UTF8.GetBytes(json.Append("]}").ToString());
    }

    public static async Task<List<(MispEvent Event, List<EventItem> Items)>> ReadAsync(byte[] json)
    {
        using var reader = new MispJsonReader(new MemoryStream(json), _ => Guid.Empty);
        var read = new List<(MispEvent, List<EventItem>)>();
        await foreach (var one in reader.ReadAsync(default)) read.Add((one.Event, [.. one.Items]));
        return read;
    }

    private static void AppendAttribute(StringBuilder json, int e, int n)
    {
        var type = Types[n % Types.Length];
        var toIds = n % 5 == 0 ? "false" : "true";
        json.Append(
            CultureInfo.InvariantCulture,
            $$"""{"id":"{{n}}","type":"{{type}}","category":"Network activity","to_ids":{{toIds}}"""
            + $$""","uuid":"{{Uuid(2, n)}}","event_id":"{{e}}","distribution":"5","timestamp":"1767312000",{{Unset}}"""
            + $$""","value":"{{Value(type, n)}}","Galaxy":[],"ShadowAttribute":[]}""");
    }

    private static string Value(string type, int n) => type switch
    {
        "ip-dst" => $"198.18.{n / 250 % 250}.{n % 250}",
        "domain" or "hostname" => $"d{n}.example",
        "sha256" => $"{n:x64}",
        "md5" => $"{n:x32}",
        "url" => $"https://u{n}.example/gate/{n}",
        "filename|sha1" => $"invoice-{n}.exe|{n:x40}",
        "domain|ip" => $"p{n}.example|198.19.{n / 250 % 250}.{n % 250}",
        "email-src" => $"sender{n}@mail.example",
        _ => $"Seen {n} times",
    };

    private static Guid Uuid(short kind, int n) => new(n, kind, 0x4000, 0x80, 0, 0, 0, 0, 0, 0, 0);
}
