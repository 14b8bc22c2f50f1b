using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Hosting;

/// <summary>
/// What a service answers, as a value, so that faults can replace, cut or withhold it before a byte is sent.
/// A long body is written piece by piece by <see cref="Stream"/>.
/// </summary>
internal sealed record Answer(int Status)
{
    private static readonly JsonWriterOptions Relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _buffer;

    public string? ContentType { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    public Func<PipeWriter, CancellationToken, Task>? Stream { get; init; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>Close the connection without an answer.</summary>
    public bool Reset { get; init; }

    /// <summary>Close the connection after so many bytes of the body.</summary>
    public int? CutAfter { get; init; }

    public static Answer Json(int status, Action<Utf8JsonWriter> write, string contentType = "application/json; charset=utf-8")
    {
        // Grown once a thread, then copied out at its true size: half of a batch's answer would else be large-object garbage.
        var buffer = _buffer ??= new ArrayBufferWriter<byte>(128 * 1024);
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            write(json);
        }

        return new Answer(status) { ContentType = contentType, Body = buffer.WrittenSpan.ToArray() };
    }

    public static Answer Json(int status, JsonNode body, bool indented = false) => new(status)
    {
        ContentType = "application/json; charset=utf-8",
        Body = Encoding.UTF8.GetBytes(body.ToJsonString(indented ? Layout.Indented : Layout.Compact)),
    };

    public static Answer Html(int status, string body) =>
        new(status) { ContentType = "text/html; charset=utf-8", Body = Encoding.UTF8.GetBytes(body) };

    public Answer With(string header, string value) => this with { Headers = [.. Headers, KeyValuePair.Create(header, value)] };

    private static class Layout
    {
        public static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        public static readonly JsonSerializerOptions Indented = new(Compact) { WriteIndented = true };
    }
}
