using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using MispGraphSync.Http;

namespace MispGraphSync.Settings;

/// <summary>Reads JSON with comments and trailing commas into values that know their line, and writes values as JSON.</summary>
internal static class SettingsJson
{
    /// <summary>As people write it: letters of all scripts, <c>+</c> and quotes of other kinds are not escaped.</summary>
    public static SettingsJsonContext Readable { get; } =
        new(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The same over several lines, for <c>--output json</c>.</summary>
    public static SettingsJsonContext Indented { get; } = new(new JsonSerializerOptions
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
    });

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    public static JsonElement Null { get; } = OfText(null);

    public static JsonElement OfText(string? text) => JsonSerializer.SerializeToElement(text, Readable.String!);

    public static JsonElement OfTexts(string[] texts) => JsonSerializer.SerializeToElement(texts, Readable.StringArray);

    public static JsonElement OfBool(bool value) => JsonSerializer.SerializeToElement(value, Readable.Boolean);

    public static JsonElement OfList(List<JsonElement> items) => JsonSerializer.SerializeToElement(items, Readable.ListJsonElement);

    public static JsonElement OfMembers(IEnumerable<KeyValuePair<string, JsonElement>> members) =>
        JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement>(members), Readable.DictionaryStringJsonElement);

    /// <summary>In one line.</summary>
    public static string ToText(JsonElement json) => JsonSerializer.Serialize(json, Readable.JsonElement);

    /// <summary>
    /// A key that is given twice is a fault. A syntax error is one fault too, and the result is null; the text is never quoted,
    /// for it may be a secret.
    /// </summary>
    /// <param name="key">What the whole belongs to; empty for a file.</param>
    /// <param name="at">The origin of a line.</param>
    public static SettingValue? Parse(ReadOnlyMemory<byte> json, string key, Func<int, SettingOrigin> at, SettingsFaults faults)
    {
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        var breaks = LineBreaks(json.Span);
        var current = default(JsonElement);
        try
        {
            // Not disposed: each value knows its line by its place in the document's bytes.
            current = JsonDocument.Parse(json, Lenient).RootElement;
            var root = new SettingValue(current, OriginOf(current));
            Check(root, key);
            return root;
        }
        catch (JsonException fault)
        {
            var line = (int)(fault.LineNumber ?? 0) + 1;
            Add(at(line), HasSingleBackslash(json.Span, line)
                ? $"This is not valid JSON. {SecretReference.BackslashHint}"
                : "This is not valid JSON. Often a comma, a quote or a bracket is missing here or on the line above.");
        }
        catch (InvalidOperationException)
        {
            Add(OriginOf(current), Utf8.IsValid(json.Span)
                ? "This text has half of a character, such as \\ud83d without its second half; write the character itself."
                : "This text is not valid UTF-8; save the file as UTF-8.");
        }

        return null;

        void Add(SettingOrigin origin, string text) => faults.Add(origin, key.Length == 0 ? SettingsFaults.File : key, text);

        SettingOrigin OriginOf(JsonElement part) => at(LineOf(part)) with { OfPart = OriginOf };

        int LineOf(JsonElement part) =>
            json.Span.Overlaps(JsonMarshal.GetRawUtf8Value(part), out var start) ? ~breaks.BinarySearch(start) + 1 : 1;

        // Reads every text, so that a broken one is found here.
        void Check(SettingValue value, string path)
        {
            current = value.Json;
            _ = value.Text;
            foreach (var (i, item) in value.Items.Index()) Check(item, $"{path}[{i}]");
            var first = new Dictionary<string, SettingValue>(StringComparer.Ordinal);
            foreach (var (name, member) in value.Members)
            {
                var full = path.Length == 0 ? name : $"{path}.{name}";
                if (!first.TryAdd(name, member))
                    faults.Add(member.Origin, full, $"This key is here twice, first at {first[name].Origin.Place}; keep one of them.");
                Check(member, full);
            }
        }
    }

    private static List<int> LineBreaks(ReadOnlySpan<byte> text)
    {
        var breaks = new List<int>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n') breaks.Add(i);
        }

        return breaks;
    }

    /// <summary>JSON may still take a backslash for an escape, such as \n.</summary>
    private static bool HasSingleBackslash(ReadOnlySpan<byte> json, int line)
    {
        foreach (var range in json.Split((byte)'\n'))
        {
            if (--line == 0) return Encoding.UTF8.GetString(json[range]).Replace(@"\\", "", StringComparison.Ordinal).Contains('\\');
        }

        return false;
    }
}

[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(List<JsonElement>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(ShownSettings))]
[JsonSerializable(typeof(ShownRules))]
[JsonSerializable(typeof(ValidationResult))]
internal sealed partial class SettingsJsonContext : JsonSerializerContext;
