using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations;

/// <summary>
/// Writes JSON items into one buffer a thread. What counts as change is written first, so that its hash is that of the beginning.
/// </summary>
#pragma warning disable CA1001 // One a thread, for as long as the thread lives.
internal sealed class ItemWriter
#pragma warning restore CA1001
{
    private const int MaxInstant = 32;

    [ThreadStatic]
    private static ItemWriter? _ofThread;

    private readonly PooledBuffer _buffer = new();
    private ItemWriter() => Json = new Utf8JsonWriter(
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    public Utf8JsonWriter Json { get; }

    /// <summary>To write each text of a list once.</summary>
    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>How much is written so far.</summary>
    public int Position
    {
        get
        {
            Json.Flush();
            return _buffer.Written.Length;
        }
    }

    /// <summary>The thread's writer, with an object begun.</summary>
    public static ItemWriter Begin()
    {
        var writer = _ofThread ??= new ItemWriter();
        writer._buffer.Clear();
        writer.Json.Reset();
        writer.Json.WriteStartObject();
        return writer;
    }

    /// <summary>The whole item; valid until the next one begins.</summary>
    public ReadOnlySpan<byte> End()
    {
        Json.WriteEndObject();
        Json.Flush();
        return _buffer.Written.Span;
    }

    public Hash128 HashUntil(int position) => Hash128.Of(_buffer.Written.Span[..position]);

    /// <summary>UTC, with a suffix such as <c>Z</c> after the whole seconds.</summary>
    public void WriteInstant(ReadOnlySpan<byte> name, DateTimeOffset at, string suffix)
    {
        Span<byte> text = stackalloc byte[MaxInstant];
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{at.UtcDateTime:s}{suffix}", out var length);
        Json.WriteString(name, text[..length]);
    }
}
