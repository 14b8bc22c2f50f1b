using System.Text.Json;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.Feed;

/// <summary>A feed's <c>manifest.json</c>: an object with an event's UUID as each key.</summary>
internal sealed class Manifest
{
    public const string FileName = "manifest.json";

    private Manifest(IReadOnlyList<string> uuids, IReadOnlyList<string> others)
    {
        Uuids = uuids;
        Others = others;
    }

    /// <summary>As written, in the manifest's order, each a UUID.</summary>
    public IReadOnlyList<string> Uuids { get; }

    /// <summary>Keys that are no UUIDs.</summary>
    public IReadOnlyList<string> Others { get; }

    /// <summary>The file's name says that it is an index. Then it holds no event, whoever wrote it.</summary>
    public static bool IsNameOf(string path) => Path.GetFileName(path).Equals(FileName, StringComparison.OrdinalIgnoreCase);

    /// <summary>Null when the folder has no manifest, or a file of that name that is something else.</summary>
    /// <param name="warn">Takes a sentence that says why the file is no manifest.</param>
    public static Manifest? Find(string folder, Action<string> warn)
    {
        var path = Path.Combine(folder, FileName);
        if (!System.IO.File.Exists(path))
        {
            return null;
        }

        string why;
        try
        {
            var bytes = System.IO.File.ReadAllBytes(path);
            if (Read(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes, out why) is { } manifest)
            {
                return manifest;
            }
        }
        catch (JsonException)
        {
            why = "it is not valid JSON in UTF-8";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = e.Message;
        }
        warn($"{path} is not the manifest of a MISP feed ({why}). It is not read; all other *.json files below the folder are.");
        return null;
    }

    private static Manifest? Read(ReadOnlySpan<byte> json, out string why)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
        {
            why = reader.TokenType is JsonTokenType.StartArray ? "it is a list" : "it is not an object";
            return null;
        }

        var uuids = new List<string>();
        var others = new List<string>();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var key = LenientText.Unescape(reader.ValueSpan);
            (Guid.TryParseExact(key, "D", out _) ? uuids : others).Add(key);
            reader.Read();
            reader.Skip();
        }
        why = "none of its keys is a UUID";
        return uuids.Count > 0 || others.Count == 0 ? new Manifest(uuids, others) : null;
    }
}
