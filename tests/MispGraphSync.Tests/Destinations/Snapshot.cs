using System.Runtime.CompilerServices;
using System.Text.Json;
using Xunit;

namespace MispGraphSync.Tests.Destinations;

/// <summary>
/// Holds JSON against a file that is reviewed like code. UPDATE_SNAPSHOTS=1 rewrites the files in the sources.
/// </summary>
internal static class Snapshot
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Matches(ReadOnlyMemory<byte> json, string name, [CallerFilePath] string source = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(source)!, "Snapshots", name + ".json");
        var text = Pretty(json);
        if (Environment.GetEnvironmentVariable("UPDATE_SNAPSHOTS") == "1") File.WriteAllText(path, text);
        Assert.True(File.Exists(path), $"There is no snapshot {name}; UPDATE_SNAPSHOTS=1 makes it.");
        Assert.Equal(File.ReadAllText(path), text);
    }

    private static string Pretty(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented)) document.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }
}
