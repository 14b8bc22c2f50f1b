using System.Text;
using System.Text.Json;

namespace MispGraphSync.Output;

/// <summary>JSON as text for a stream: escaped, so that no value can carry a control character to a terminal.</summary>
internal static class JsonText
{
    public static string Of(Action<Utf8JsonWriter> write, bool isIndented = false)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = isIndented })) write(json);
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
