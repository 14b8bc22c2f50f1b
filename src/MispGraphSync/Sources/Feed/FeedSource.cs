using System.Text.Json;
using MispGraphSync.Sources.File;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.Feed;

/// <summary>
/// A MISP feed's folder: <c>manifest.json</c>, an object with an event's UUID as each key, and each event in a file of its own. Other
/// files, such as <c>hashes.csv</c>, are ignored.
/// </summary>
internal static class FeedSource
{
    private const int NamedInGap = 3;

    /// <summary>Null when the path is no folder with a feed's manifest.</summary>
    /// <param name="warn">Gets a sentence if a file of that name is no manifest.</param>
    public static ISource? Find(string path, SavedSourceOptions options, Action<string> warn)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var manifest = Path.Combine(root, EventFile.ManifestName);
        if (!System.IO.File.Exists(manifest)) return null;
        string fault;
        try
        {
            if (ReadKeys(System.IO.File.ReadAllBytes(manifest), out fault) is { } keys)
                return new SavedSource("feed", root, options, gaps => FindFiles(root, keys, gaps));
        }
        catch (JsonException)
        {
            fault = "it is not valid JSON in UTF-8";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = e.Message;
        }
        warn($"{manifest} is not the manifest of a MISP feed ({fault}). It is not read; all other *.json files below the folder are.");
        return null;
    }

    private static IReadOnlyList<EventFile> FindFiles(string root, IReadOnlyList<string> manifest, ReadGaps gaps)
    {
        // The manifest may come from anyone: only a UUID becomes a file's name.
        var keys = manifest.ToLookup(IsUuid);
        var files = keys[true]
            .Select(key => new EventFile(Path.Combine(root, key + ".json"), key + ".json", Guid.Parse(key)))
            .DistinctBy(file => file.Uuid)
            .ToLookup(file => System.IO.File.Exists(file.Path));
        if (files[false].Select(file => file.Uuid!.Value).ToList() is { Count: > 0 } missing)
        {
            gaps.Add(missing, $"{missing.Count} of {keys[true].Count()} events in the feed's manifest have no file: "
                + string.Join(", ", missing.Take(NamedInGap)) + (missing.Count > NamedInGap ? " …" : "."));
        }
        if (keys[false].Any()) gaps.Add($"{keys[false].Count()} entries of the feed's manifest are no UUIDs.");
        return [.. files[true].Where(file => file.IsReadable(root, gaps))];
    }

    private static bool IsUuid(string key) => Guid.TryParseExact(key, "D", out _);

    /// <summary>Null, with the reason, if the file is something else.</summary>
    private static List<string>? ReadKeys(ReadOnlySpan<byte> json, out string fault)
    {
        var reader = new Utf8JsonReader(json.StartsWith("\uFEFF"u8) ? json[3..] : json);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
        {
            fault = reader.TokenType is JsonTokenType.StartArray ? "it is a list" : "it is not an object";
            return null;
        }

        var keys = new List<string>();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            keys.Add(LenientText.Unescape(reader.ValueSpan));
            reader.Read();
            reader.Skip();
        }
        fault = "none of its keys is a UUID";
        return keys.Count == 0 || keys.Exists(IsUuid) ? keys : null;
    }
}
