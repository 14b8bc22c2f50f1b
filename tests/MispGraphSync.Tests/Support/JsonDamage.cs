using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MispGraphSync.Tests;

/// <summary>
/// Damages a JSON document as broken and hostile programs do: values of other types, keys that are doubled, renamed or missing, values
/// in each other's place, numbers out of range, half a surrogate pair, deep nesting, and at last its bytes.
/// </summary>
internal sealed class JsonDamage(Random random)
{
    private static readonly string[] Scalars =
    [
        "null", "true", "false", "0", "-1", "1e400", "1e-400", "0.1", "2147483648", "9223372036854775808", "-9223372036854775809",
        "99999999999999999999999999", "\"\"", "\" \"", "[]", "{}", "[null]", "[[]]", "{\"a\":{\"b\":1}}", "\"null\"", "\"true\"",
        "\"\\u0000\"", "\"\\ud800\"", "\"x\\udc00y\"", "\"\\ud83d\\ude00\"", "\"\\u001b[2J\\u202e\"", "\"a\\r\\nb\"", "\"\\u0663\"",
        "\"/\"", "\"://\"", "\"https://\"", "\"https://elsewhere.example/x?$skipToken=%zz\"", "\"/x?$skiptoken=%\"", "\"//[\"",
        "\"0000-00-00\"",
        "\"0001-01-01T00:00:00+14:00\"", "\"9999-12-31T23:59:59.9999999-14:00\"", "\"00000000-0000-0000-0000-000000000000\"",
        "\"{\\\"error\\\":{\\\"code\\\":\\\"\\\\ud800\\\"}}\"", "\"{\\\"error\\\":[1]}\"", "\"Try again in \\u0663 seconds.\"",
        "\"Try again in 999999999999 seconds.\"", "\"%s{0}{1\"", "\"[x = '\\\\'\"", "\"[\\uD800 = 'a']\"", "\"::ffff:1.2.3.4\"",
        "\"indicator--\"", "\"AADSTS99999999\"", "\"file:\\u0000\"",
    ];

    private static readonly string[] Names = ["", "\\ud800", "__proto__", "Id", "ID", "value", "error", "\\u0000", "0"];

    private static readonly byte[][] Snippets =
    [
        [0xFF, 0xFE], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0], [0xC2, 0x9B], "}"u8.ToArray(), "]"u8.ToArray(), "{"u8.ToArray(),
        "["u8.ToArray(), "\""u8.ToArray(), ","u8.ToArray(), ":"u8.ToArray(), "\\ud800"u8.ToArray(), "\\"u8.ToArray(), "// x\n"u8.ToArray(),
        "{\"name\":\"An Internal Error Has Occurred.\"}"u8.ToArray(), "<!DOCTYPE html><html>"u8.ToArray(), "\uFEFF"u8.ToArray(),
        Encoding.UTF8.GetBytes(new string('[', 200)),
    ];

    private readonly StringBuilder _to = new();
    private readonly List<string> _pool = [];
    private int _until;
    private int _every;

    /// <summary>The document, damaged in a few places or in none.</summary>
    public byte[] Of(string json)
    {
        using var document = JsonDocument.Parse(json);
        _pool.Clear();
        _to.Clear();
        var size = Count(document.RootElement);
        // Mostly once or twice, now and then all over.
        _every = random.Next(8) switch { 0 => int.MaxValue, 1 => 3, 2 => Math.Max(1, size / 5), _ => size };
        _until = 1 + random.Next(Math.Max(1, Math.Min(_every, size)));
        Write(document.RootElement);
        var bytes = Encoding.UTF8.GetBytes(_to.ToString());
        return random.Next(6) == 0 ? OfBytes(bytes) : bytes;
    }

    /// <summary>Any bytes, damaged in up to three places.</summary>
    public byte[] OfBytes(byte[] bytes)
    {
        var list = bytes.ToList();
        for (var times = 1 + random.Next(3); times > 0 && list.Count > 0; times--)
        {
            var at = random.Next(list.Count);
            var length = Math.Min(random.Next(200), list.Count - at);
            switch (random.Next(7))
            {
                case 0: list[at] = (byte)random.Next(256); break;
                case 1: list.RemoveRange(at, length); break;
                case 2: list.InsertRange(random.Next(list.Count), list.GetRange(at, length)); break;
                case 3: list.RemoveRange(at, list.Count - at); break;
                case 4: list.AddRange(Pick(Snippets)); break;
                default: list.InsertRange(at, Pick(Snippets)); break;
            }
        }

        return [.. list];
    }

    public T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private int Count(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Object) return 1 + value.EnumerateObject().Sum(one => Count(one.Value));
        if (value.ValueKind == JsonValueKind.Array) return 1 + value.EnumerateArray().Sum(Count);
        _pool.Add(value.GetRawText());
        return 1;
    }

    private void Write(JsonElement value)
    {
        if (--_until == 0)
        {
            _until = _every == int.MaxValue ? int.MaxValue : 1 + random.Next(2 * _every);
            Change(value);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            WriteObject(value);
        }
        else if (value.ValueKind == JsonValueKind.Array)
        {
            List('[', ']', value.EnumerateArray(), Write);
        }
        else
        {
            _to.Append(value.GetRawText());
        }
    }

    private void WriteObject(JsonElement value) => List('{', '}', value.EnumerateObject(), property =>
    {
        _to.Append('"').Append(property.Name).Append("\":");
        Write(property.Value);
    });

    private void List<T>(char open, char close, IEnumerable<T> items, Action<T> write)
    {
        _to.Append(open);
        var isFirst = true;
        foreach (var item in items)
        {
            if (!isFirst) _to.Append(',');
            isFirst = false;
            write(item);
        }

        _to.Append(close);
    }

    private void Change(JsonElement value)
    {
        switch (random.Next(8))
        {
            case 0: _to.Append(_pool.Count > 0 ? Pick(_pool) : "null"); break;
            case 1: List('[', ']', Enumerable.Repeat(value, 1 + random.Next(3)), Write); break;
            case 2: _to.Append("{\"value\":").Append(value.GetRawText()).Append('}'); break;
            case 3: _to.Append(JsonSerializer.Serialize(value.GetRawText())); break;
            case 4: Nest(value, random.Next(4) == 0 ? 1_000 : 60); break;
            case 5 or 6: ChangeByKind(value); break;
            default: _to.Append(Pick(Scalars)); break;
        }
    }

    private void Nest(JsonElement value, int depth)
    {
        var isArray = random.Next(2) == 0;
        for (var i = 0; i < depth; i++) _to.Append(isArray ? "[" : "{\"error\":");
        _to.Append(value.GetRawText());
        _to.Append(isArray ? ']' : '}', depth);
    }

    private void ChangeByKind(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: ChangeObject([.. value.EnumerateObject()]); break;
            case JsonValueKind.Array: ChangeArray([.. value.EnumerateArray().Select(one => one.GetRawText())]); break;
            case JsonValueKind.String: _to.Append(ChangedText(value.GetRawText()[1..^1])); break;
            default: _to.Append('"').Append(value.GetRawText()).Append('"'); break;
        }
    }

    private void ChangeObject(List<JsonProperty> properties)
    {
        var parts = properties.ConvertAll(one => (one.Name, Value: one.Value.GetRawText()));
        if (parts.Count == 0)
        {
            _to.Append("{\"value\":null}");
            return;
        }

        var at = random.Next(parts.Count);
        switch (random.Next(6))
        {
            case 0: parts.RemoveAt(at); break;
            case 1: parts.Add((parts[at].Name, Pick(Scalars))); break;
            case 2: parts.Insert(at, (parts[at].Name, Pick(_pool.Count > 0 ? _pool : ["null"]))); break;
            case 3: parts[at] = (Pick(Names), parts[at].Value); break;
            case 4: parts[at] = (parts[at].Name.ToUpperInvariant(), parts[at].Value); break;
            default: parts.Clear(); break;
        }

        List('{', '}', parts, part => _to.Append('"').Append(part.Name).Append("\":").Append(part.Value));
    }

    private void ChangeArray(List<string> items)
    {
        switch (random.Next(7))
        {
            case 0: items.Clear(); break;
            case 1 when items.Count > 0: items.AddRange(Enumerable.Repeat(items[random.Next(items.Count)], 1 + random.Next(50))); break;
            case 2: items.Reverse(); break;
            case 3 when items.Count > 0: items.RemoveAt(random.Next(items.Count)); break;
            case 4: items.Insert(random.Next(items.Count + 1), Pick(Scalars)); break;
            case 5:
                // As PHP writes a list with gaps.
                var number = 0;
                List('{', '}', items, item =>
                    _to.Append(CultureInfo.InvariantCulture, $"\"{number += 1 + random.Next(2)}\":").Append(item));
                return;
            default: items.Add("null"); break;
        }

        List('[', ']', items, item => _to.Append(item));
    }

    private string ChangedText(string text) => random.Next(9) switch
    {
        0 => $"\"{text.ToUpperInvariant().Replace("\\U", "\\u", StringComparison.Ordinal)}\"",
        1 => $"\" {text}\"",
        2 => $"\"{text}\\u0000\\u009b\\u202e\"",
        3 => $"\"{text}{text}\"",
        4 => $"\"{text}\\ud800\"",
        5 => random.Next(10) == 0 ? $"\"{new string('x', 100_000)}\"" : $"\"{new string('x', 3_000)} {text}\"",
        6 => $"[\"{text}\"]",
        7 when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _) && text[0] != '0' => text,
        7 => $"\"{new string([.. text.Where(c => c != '\\').Reverse()])}\"",
        _ => text.Length > 0 && !text.Contains('\\', StringComparison.Ordinal) ? $"\"{text[..random.Next(text.Length)]}\"" : "\"\"",
    };
}
