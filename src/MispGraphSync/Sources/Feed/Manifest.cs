using System.Text.Json;

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

    /// <summary>Null when the folder has no manifest, or a file of that name that is something else.</summary>
    public static Manifest? Find(string folder)
    {
        try
        {
            var bytes = System.IO.File.ReadAllBytes(Path.Combine(folder, FileName));
            return Read(bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsSpan(3) : bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static Manifest? Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
        {
            return null;
        }

        var uuids = new List<string>();
        var others = new List<string>();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            (Guid.TryParseExact(key, "D", out _) ? uuids : others).Add(key);
            reader.Read();
            reader.Skip();
        }
        return uuids.Count > 0 || others.Count == 0 ? new Manifest(uuids, others) : null;
    }
}
