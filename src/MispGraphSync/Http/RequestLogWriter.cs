using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MispGraphSync.Http;

/// <summary>Writes the JSON of one attempt, without building strings. Reused; not for two threads at once.</summary>
#pragma warning disable CA1001 // One a thread, for as long as the thread lives.
internal sealed class RequestLogWriter
#pragma warning restore CA1001
{
    /// <summary>An answer longer than this is cut.</summary>
    private const int LongestBody = 8 * 1024 * 1024;

    /// <summary>So is one that is no JSON: writing it as a text takes many times its size.</summary>
    private const int LongestText = 256 * 1024;

    /// <summary>What support asks for, and what explains a wait. Nothing that could carry a credential.</summary>
    private static readonly string[] Headers =
    [
        "Date", "Retry-After", "Warning", "request-id", "client-request-id", "x-ms-request-id", "x-ms-correlation-request-id",
        "x-ms-error-code", "x-ms-ags-diagnostic",
    ];

    private readonly PooledBuffer _buffer = new(128 * 1024);
    private readonly Utf8JsonWriter _json;

    public RequestLogWriter() => _json = new Utf8JsonWriter(
        _buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });

    /// <summary>Valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(long run, LoggedAttempt attempt)
    {
        var exchange = attempt.Call;
        _buffer.Clear();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("run"u8, run);
        _json.WriteString("destination"u8, exchange.Destination);
        _json.WriteString("operation"u8, exchange.Operation);
        _json.WriteNumber("attempt"u8, attempt.Number);
        _json.WriteString("completed"u8, attempt.CompletedAt.UtcDateTime);
        _json.WriteNumber("durationMs"u8, Math.Round(attempt.Duration.TotalMilliseconds, 1));
        _json.WriteString("method"u8, exchange.Method.Method);
        _json.WriteString("url"u8, attempt.Secrets.Mask(attempt.Uri.AbsoluteUri));
        if (attempt.Status is { } status) _json.WriteNumber("status"u8, (int)status);
        else _json.WriteNull("status"u8);
        WriteCounts(attempt);
        if (attempt.Exception is { } exception) _json.WriteString("exception"u8, attempt.Secrets.Mask(Words(exception, attempt.Uri)));
        else _json.WriteNull("exception"u8);
        _json.WritePropertyName("requestBody"u8);
        // Composed by us, so it is JSON.
        if (exchange.Body is { } body) _json.WriteRawValue(body.Written.Span, skipInputValidation: true);
        else _json.WriteNullValue();
        WriteHeaders(attempt);
        WriteAnswer(attempt);
        _json.WriteEndObject();
        _json.Flush();
        _buffer.GetSpan(1)[0] = (byte)'\n';
        _buffer.Advance(1);
        return _buffer.Written.Span;
    }

    private static string Words(Exception exception, Uri uri) =>
        $"{TransportError.From(exception, uri).Message} ({exception.GetType().Name}: {exception.Message})";

    private static bool IsJson(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        try
        {
            while (reader.Read()) { }
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private void WriteCounts(LoggedAttempt attempt)
    {
        _json.WriteStartObject("counts"u8);
        _json.WriteNumber("items"u8, attempt.Call.Items);
        _json.WriteNumber("accepted"u8, attempt.Accepted);
        _json.WriteNumber("rejected"u8, attempt.Rejected);
        _json.WriteEndObject();
    }

    private void WriteHeaders(LoggedAttempt attempt)
    {
        _json.WriteStartObject("responseHeaders"u8);
        foreach (var name in Headers)
        {
            if (attempt.Headers is null || !attempt.Headers.NonValidated.TryGetValues(name, out var values)) continue;
            _json.WriteString(name, attempt.Secrets.Mask(values.ToString()));
        }
        if (attempt.ContentType is { } type) _json.WriteString("Content-Type"u8, attempt.Secrets.Mask(type));
        _json.WriteEndObject();
    }

    private void WriteAnswer(LoggedAttempt attempt)
    {
        var answer = attempt.Call.Response.Written.Span;
        _json.WritePropertyName("responseBody"u8);
        if (answer.IsEmpty)
        {
            _json.WriteNullValue();
        }
        else if (answer.Length <= LongestBody && (attempt.ResponseIsJson || IsJson(answer)))
        {
            _json.WriteRawValue(answer, skipInputValidation: true);
        }
        else
        {
            _json.WriteStringValue(Encoding.UTF8.GetString(answer[..Math.Min(answer.Length, LongestText)]));
            if (answer.Length > LongestText) _json.WriteBoolean("responseBodyIsCut"u8, true);
        }
    }
}
