using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using MispGraphSync.Http.SignIn;

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

    public static JsonElement Null { get; } = OfText(null);

    public static JsonElement OfText(string? text) => JsonSerializer.SerializeToElement(text, Readable.String!);

    public static JsonElement OfTexts(string[] texts) => JsonSerializer.SerializeToElement(texts, Readable.StringArray);

    public static JsonElement OfBool(bool value) => JsonSerializer.SerializeToElement(value, Readable.Boolean);

    /// <summary>In one line.</summary>
    public static string ToText(JsonElement json) => JsonSerializer.Serialize(json, Readable.JsonElement);

    /// <summary>
    /// A key that is given twice is a fault. A syntax error is one fault too, and the result is null; the text is never quoted,
    /// for it may be a secret.
    /// </summary>
    /// <param name="key">What the whole belongs to; empty for a file.</param>
    /// <param name="at">The origin of a line.</param>
    public static SettingValue? Parse(ReadOnlySpan<byte> json, string key, Func<int, SettingOrigin> at, SettingsFaults faults)
    {
        if (json.StartsWith("\uFEFF"u8)) json = json[3..];
        var line = 1;
        try
        {
            var lines = FindLines(json, ref line, key, at, faults);
            using var document = JsonDocument.Parse(
                json.ToArray(), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return new SettingValue(document.RootElement.Clone(), OriginOf(""));

            SettingOrigin OriginOf(string path) => at(lines.GetValueOrDefault(path, 1)) with { OfPart = part => OriginOf((path + part).TrimStart('.')) };
        }
        catch (JsonException fault)
        {
            line = (int)(fault.LineNumber ?? line - 1) + 1;
            Add(HasSingleBackslash(json, line)
                ? $"This is not valid JSON. {SecretReference.BackslashHint}"
                : "This is not valid JSON. Often a comma, a quote or a bracket is missing here or on the line above.");
        }
        catch (InvalidOperationException)
        {
            Add(Utf8.IsValid(json)
                ? "This text has half of a character, such as \\ud83d without its second half; write the character itself."
                : "This text is not valid UTF-8; save the file as UTF-8.");
        }

        return null;

        void Add(string text) => faults.Add(at(line), key.Length == 0 ? SettingsFaults.File : key, text);
    }

    /// <summary>The line of each key and list item, by its path. Reads every text, so that a broken one is found here.</summary>
    private static Dictionary<string, int> FindLines(
        ReadOnlySpan<byte> json, ref int line, string root, Func<int, SettingOrigin> at, SettingsFaults faults)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var open = new Stack<Container>();
        var (path, position) = ("", 0);
        while (reader.Read())
        {
            line += json[position..(int)reader.TokenStartIndex].Count((byte)'\n');
            position = (int)reader.TokenStartIndex;
            if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                open.Pop();
                continue;
            }

            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                var parent = open.Peek();
                path = parent.Path.Length == 0 ? name : $"{parent.Path}.{name}";
                if (!parent.Names.Add(name))
                {
                    var full = root.Length == 0 ? path : $"{root}.{path}";
                    faults.Add(at(line), full, $"This key is here twice, first at {at(lines[path]).Place}; keep one of them.");
                }
            }
            else
            {
                if (open.TryPeek(out var parent) && parent.IsList) path = $"{parent.Path}[{parent.Count++}]";
                if (reader.TokenType == JsonTokenType.String) reader.GetString();
                if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
                    open.Push(new Container(path, reader.TokenType == JsonTokenType.StartArray));
            }

            lines[path] = line;
        }

        return lines;
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

    private sealed class Container(string path, bool isList)
    {
        public string Path => path;

        public bool IsList => isList;

        public int Count { get; set; }

        public HashSet<string> Names { get; } = new(StringComparer.Ordinal);
    }
}

[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(ShownSettings))]
[JsonSerializable(typeof(ValidationResult))]
internal sealed partial class SettingsJsonContext : JsonSerializerContext;
