using System.Text;
using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>Adds destinations to the text of a settings file. All else stays as it is, comments and layout too.</summary>
internal static class ConfigEdit
{
    private static readonly JsonReaderOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <param name="text">Valid JSON with comments: one object.</param>
    /// <param name="destinations">The text of each object.</param>
    public static string Add(string text, IReadOnlyList<string> destinations)
    {
        var mark = text.StartsWith('\uFEFF') ? "\uFEFF" : "";
        var json = Encoding.UTF8.GetBytes(text[mark.Length..]);
        var (root, list) = Find(json);
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var items = string.Join(",\n", destinations);
        var edited = list is { } existing
            ? Insert(json, existing, items)
            : Insert(json, root, $"\"{FileLayer.Destinations}\": [\n{Indented(items, "  ")}\n]");
        return mark + edited.ReplaceLineEndings("\n").Replace("\n", newLine, StringComparison.Ordinal);
    }

    /// <summary>The object as a whole and its list of destinations; null: it has none.</summary>
    private static (Container Root, Container? List) Find(byte[] json)
    {
        var reader = new Utf8JsonReader(json, Lenient);
        var (root, list) = (new Container(), (Container?)null);
        var isList = false;
        while (reader.Read())
        {
            var (start, end) = ((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
            var opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.CurrentDepth == 1) isList = reader.ValueTextEquals(FileLayer.Destinations);
                continue;
            }

            if (reader.CurrentDepth == 0)
                root = opens ? root with { ContentFrom = end } : root with { End = start };
            if (reader.CurrentDepth == 1 && isList && reader.TokenType == JsonTokenType.StartArray) list = new Container(end);
            if (reader.CurrentDepth == 1 && isList && reader.TokenType == JsonTokenType.EndArray) list = list! with { End = start };
            if (opens) continue;
            if (reader.CurrentDepth == 1) root = root with { ContentFrom = end, HasMembers = true };
            if (reader.CurrentDepth == 2 && list is { End: 0 }) list = list with { ContentFrom = end, HasMembers = true };
        }

        return (root, list);
    }

    private static string Insert(byte[] json, Container into, string item)
    {
        var before = Encoding.UTF8.GetString(json, 0, into.ContentFrom);
        var between = Encoding.UTF8.GetString(json, into.ContentFrom, into.End - into.ContentFrom);
        var after = Encoding.UTF8.GetString(json, into.End, json.Length - into.End);

        // The closing bracket stays on a line of its own, or gets one.
        var line = (before + between)[((before + between).LastIndexOf('\n') + 1)..];
        var indent = line[..(line.Length - line.TrimStart().Length)];
        if (string.IsNullOrWhiteSpace(between[(between.LastIndexOf('\n') + 1)..])) between = between.TrimEnd(' ', '\t');
        if (!between.EndsWith('\n')) between += "\n";
        var comma = into.HasMembers && !HasComma(between) ? "," : "";
        return $"{before}{comma}{between}{Indented(item, indent + "  ")}\n{indent}{after}";
    }

    private static string Indented(string text, string indent) =>
        string.Join('\n', text.Split('\n').Select(line => line.Length > 0 ? indent + line : line));

    /// <summary>Whether there is a comma outside of comments.</summary>
    private static bool HasComma(string between)
    {
        for (var i = 0; i < between.Length; i++)
        {
            if (between[i] == ',') return true;
            if (between[i] != '/') continue;
            var end = between[i + 1] == '*' ? between.IndexOf("*/", i + 2, StringComparison.Ordinal) + 1 : between.IndexOf('\n', i);
            i = end > 0 ? end : between.Length;
        }

        return false;
    }

    /// <summary>An object or a list, in bytes of the text.</summary>
    /// <param name="ContentFrom">Behind its last member, or behind its opening bracket.</param>
    /// <param name="End">Its closing bracket.</param>
    private sealed record Container(int ContentFrom = 0, int End = 0, bool HasMembers = false);
}
