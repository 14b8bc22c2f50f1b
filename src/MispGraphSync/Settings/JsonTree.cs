using MispGraphSync.Http.SignIn;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace MispGraphSync.Settings;

/// <summary>
/// Reads JSON with comments and trailing commas into nodes that know their line. Duplicate keys are faults; the last one
/// counts. A syntax error is one fault, and the result is null: its text is never quoted, since it may be a secret.
/// </summary>
internal static class JsonTree
{
    public static SettingNode? Parse(ReadOnlySpan<byte> json, string key, Func<int, SettingOrigin> at, SettingsFaults faults)
    {
        if (json.StartsWith("\uFEFF"u8)) json = json[3..];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        var lines = new LineCount(json);

        try
        {
            reader.Read();
            var node = Value(ref reader, ref lines, key, at, faults);
            if (reader.Read()) throw new JsonException();
            return node;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            var line = e is JsonException { LineNumber: { } known } ? (int)known + 1 : lines.At((int)reader.TokenStartIndex);
            faults.Add(at(line), key.Length == 0 ? "the file" : key, e is InvalidOperationException
                ? NotText(json)
                : HasBackslash(json, line) ? $"This is not valid JSON. {SecretReference.BackslashHint}"
                : "This is not valid JSON. Often a comma, a quote or a bracket is missing here or on the line above.");
            return null;
        }
    }

    private static string NotText(ReadOnlySpan<byte> json) => Utf8.IsValid(json)
        ? "This text has half of a character, such as \\ud83d without its second half; write the character itself."
        : "This text is not valid UTF-8; save the file as UTF-8.";

    /// <summary>The line has a backslash that is not written twice. JSON may still take it for an escape, such as \n.</summary>
    private static bool HasBackslash(ReadOnlySpan<byte> json, int line)
    {
        foreach (var range in json.Split((byte)'\n'))
        {
            if (--line == 0) return Encoding.UTF8.GetString(json[range]).Replace(@"\\", "", StringComparison.Ordinal).Contains('\\');
        }

        return false;
    }

    private static SettingNode Value(ref Utf8JsonReader reader, ref LineCount lines, string key, Func<int, SettingOrigin> at, SettingsFaults faults)
    {
        var origin = at(lines.At((int)reader.TokenStartIndex));
        switch (reader.TokenType)
        {
            case JsonTokenType.String: return new SettingNode.Text(origin, reader.GetString()!);
            case JsonTokenType.Number: return new SettingNode.Number(origin, System.Text.Encoding.UTF8.GetString(reader.ValueSpan));
            case JsonTokenType.True or JsonTokenType.False: return new SettingNode.Switch(origin, reader.GetBoolean());
            case JsonTokenType.Null: return new SettingNode.Nothing(origin);
            case JsonTokenType.StartArray:
                var items = new List<SettingNode>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    items.Add(Value(ref reader, ref lines, $"{key}[{items.Count}]", at, faults));
                return new SettingNode.List(origin, items);
            case JsonTokenType.StartObject:
                return new SettingNode.Group(origin, Members(ref reader, ref lines, key, at, faults));
            default: throw new JsonException();
        }
    }

    private static List<SettingNode.Member> Members(
        ref Utf8JsonReader reader, ref LineCount lines, string key, Func<int, SettingOrigin> at, SettingsFaults faults)
    {
        var members = new List<SettingNode.Member>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var origin = at(lines.At((int)reader.TokenStartIndex));
            var name = reader.GetString()!;
            var path = key.Length == 0 ? name : $"{key}.{name}";
            if (!names.Add(name))
            {
                var first = members.Find(m => m.Name == name)!;
                faults.Add(origin, path, $"This key is here twice, first at {first.Origin.Place}; keep one of them.");
                members.Remove(first);
            }

            reader.Read();
            members.Add(new SettingNode.Member(name, origin, Value(ref reader, ref lines, path, at, faults)));
        }

        return members;
    }

    /// <summary>Line numbers of ever later positions, each byte looked at once.</summary>
    private ref struct LineCount(ReadOnlySpan<byte> json)
    {
        private readonly ReadOnlySpan<byte> _json = json;
        private int _line = 1;
        private int _position;

        public int At(int position)
        {
            if (position > _position)
            {
                _line += _json[_position..position].Count((byte)'\n');
                _position = position;
            }

            return _line;
        }
    }
}
