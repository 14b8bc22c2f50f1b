using System.Text;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

/// <summary>
/// Documents as MISP writes them, then damaged as hostile and broken servers damage them. The reader may reject them with its own
/// exception; it must not fail otherwise, hang, or allocate more memory than such a document is worth. The mapper must survive what is
/// read. The seed identifies a failing document.
/// </summary>
public class ReaderFuzzTests
{
    private static readonly string[] Envelopes =
        ["{0}", "[{0}]", "{{\"response\":[{0}]}}", "{{\"response\":[{0},{0}]}}", "{{\"Event\":[{0}]}}"];

    private static readonly string[] Types =
    [
        "domain", "ip-dst", "ip-src|port", "url", "md5", "filename|sha256", "email-src", "stix2-pattern", "regkey|value",
        "malware-sample", "hostname|port", "AS", "x509-fingerprint-sha1", "ssdeep", "yara",
    ];

    private static readonly string[] Values =
    [
        "evil.example", "192.0.2.7", "192.0.2.0/24", "2001:db8::1", "https://evil.example/a?b#c", "d41d8cd98f00b204e9800998ecf8427e",
        "a|b|c", "[ipv4-addr:value = '192.0.2.1']", "192.0.2.1|99999", "hxxp://evil[.]example", "xn--", "\\u202Eevil", "\\u0000",
        "\\ud800", "999999999999999999999999", " ", "",
    ];

    private static readonly string[] Scalars =
    [
        "null", "true", "-1", "1e400", "99999999999999999999", "\"\"", "[]", "{}", "\"0000-00-00\"", "\"9999-99-99T99:99:99Z\"",
        "[[1]]", "{\"a\":{\"b\":1}}",
    ];

    private static readonly string[] TagNames =
    [
        "tlp:red", "tlp:white", "misp-galaxy:tool=\\\"X\\\"", "estimative-language:confidence=\\\"99\\\"", ":=", "a:b=\\\"",
    ];

    private static readonly byte[][] Snippets =
    [
        "\\ud800"u8.ToArray(), [0xFF, 0xFE], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0],
        "\u202e"u8.ToArray(), "}"u8.ToArray(), "]"u8.ToArray(), "{"u8.ToArray(), "["u8.ToArray(), "\""u8.ToArray(), ","u8.ToArray(),
        ":"u8.ToArray(),
        "null"u8.ToArray(),
        "\"Event\":"u8.ToArray(), "\"Attribute\":["u8.ToArray(), "\"Object\":{"u8.ToArray(), "\"Tag\":[\"a\",1,null],"u8.ToArray(),
        "\"uuid\":\"x\","u8.ToArray(), "// x\n"u8.ToArray(), "\\u001b[2J"u8.ToArray(),
        Encoding.UTF8.GetBytes(new string('[', 200)), Encoding.UTF8.GetBytes("\"" + new string('x', 100_000) + "\""),
    ];

    [Fact]
    public Task Reader_and_mapper_survive_damaged_documents() => Fuzzing.EachAsync(2_000, async (seed, random) =>
    {
        var document = Damaged(random);
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            // A memory stream completes synchronously, so all of this runs on this thread.
            foreach (var (read, items) in await TestReader.ReadAsync(document, chunk: 1 + (seed % 5_000)))
            {
                var context = new MapContext("misp", read.Uuid, ToIdsOnly: false, EnforceWarninglist: false);
                foreach (var item in items) _ = Mapper.Map(item, context);
            }
        }
        catch (MispReadException refused)
        {
            Assert.True(refused.Message.Length > 0 && !refused.Message.Any(char.IsControl), refused.Message);
        }

        var taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(taken < 8_000_000 + (200L * document.Length), $"{taken:N0} bytes for a document of {document.Length:N0}");
    });

    private static byte[] Damaged(Random random)
    {
        var whole = string.Format(System.Globalization.CultureInfo.InvariantCulture, Pick(random, Envelopes), Event(random));
        var bytes = Encoding.UTF8.GetBytes(whole).ToList();
        for (var times = random.Next(6); times > 0 && bytes.Count > 0; times--) Damage(bytes, random);
        return [.. bytes];
    }

    private static void Damage(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count);
        var length = Math.Min(random.Next(200), bytes.Count - at);
        switch (random.Next(6))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.RemoveRange(at, length);
                break;
            case 2:
                bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                break;
            case 3:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            default:
                bytes.InsertRange(at, Pick(random, Snippets));
                break;
        }
    }

    private static string Event(Random random)
    {
        var parts = new List<string> { $"\"info\":{Text(random)}" };
        string[] names =
        [
            "uuid", "id", "date", "timestamp", "publish_timestamp", "threat_level_id", "published", "distribution", "analysis",
            "attribute_count",
        ];
        foreach (var name in names)
        {
            if (random.Next(3) > 0) parts.Add($"\"{name}\":{Scalar(random)}");
        }

        if (random.Next(2) == 0) parts.Add($"\"Orgc\":{(random.Next(3) == 0 ? Scalar(random) : "{\"name\":\"o\",\"uuid\":\"x\"}")}");
        parts.Add($"\"Tag\":{List(random, Tag)}");
        parts.Add($"\"Galaxy\":{List(random, _ => "{\"type\":\"tool\",\"GalaxyCluster\":[{\"value\":\"X\"}]}")}");
        parts.Add($"\"Attribute\":{List(random, Attribute)}");
        parts.Add($"\"Object\":{List(random, Object)}");
        Shuffle(parts, random);
        var inner = "{" + string.Join(',', parts) + "}";
        return random.Next(4) == 0 ? inner : "{\"Event\":" + inner + "}";
    }

    private static string Object(Random random) =>
        $$"""{"name":"{{Pick(random, ["file", "domain-ip", "url", "network-connection"])}}","Attribute":{{List(random, Attribute)}}}""";

    private static string Attribute(Random random) => $$"""
        {"type":"{{Pick(random, Types)}}","value":{{Text(random)}},"category":"Network activity","to_ids":{{Scalar(random)}},
         "first_seen":{{Scalar(random)}},"deleted":{{(random.Next(5) == 0 ? Scalar(random) : "false")}},
         "object_relation":"{{Pick(random, ["domain", "ip", "md5", "filename", "port", "nobody"])}}","Tag":{{List(random, Tag)}}}
        """;

    private static string Tag(Random random) => random.Next(5) == 0 ? Scalar(random) : $$"""{"name":"{{Pick(random, TagNames)}}"}""";

    private static string Text(Random random) => random.Next(8) == 0 ? Scalar(random) : $"\"{Pick(random, Values)}\"";

    private static string Scalar(Random random) => Pick(random, Scalars);

    private static string List(Random random, Func<Random, string> one) =>
        random.Next(10) == 0 ? Scalar(random) : "[" + string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => one(random))) + "]";

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private static void Shuffle(List<string> parts, Random random)
    {
        for (var i = parts.Count - 1; i > 0; i--)
        {
            var j = random.Next(i + 1);
            (parts[i], parts[j]) = (parts[j], parts[i]);
        }
    }
}
