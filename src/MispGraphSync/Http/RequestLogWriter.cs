using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace MispGraphSync.Http;

/// <summary>Writes the JSON of one attempt, without building strings. Reused; not for two threads at the same time.</summary>
#pragma warning disable CA1001 // One a thread, for as long as the thread lives.
internal sealed class RequestLogWriter
#pragma warning restore CA1001
{
    /// <summary>A longer response is cut.</summary>
    private const int MaxBody = 8 * 1024 * 1024;

    /// <summary>So is one that is not JSON: as a text it takes many times its size.</summary>
    private const int MaxText = 256 * 1024;

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
    public ReadOnlySpan<byte> Write(long run, LoggedAttempt attempt, Secrets secrets)
    {
        var call = attempt.Call;
        _buffer.Clear();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("run"u8, run);
        _json.WriteString("destination"u8, call.Destination);
        _json.WriteString("operation"u8, call.Operation);
        _json.WriteNumber("attempt"u8, attempt.Number);
        _json.WriteString("completed"u8, attempt.CompletedAt.UtcDateTime);
        _json.WriteNumber("durationMs"u8, Math.Round(attempt.Duration.TotalMilliseconds, 1));
        _json.WriteString("method"u8, call.Method.Method);
        _json.WriteString("url"u8, secrets.Mask(attempt.Uri.AbsoluteUri));
        if (attempt.Status is { } status) _json.WriteNumber("status"u8, (int)status);
        else _json.WriteNull("status"u8);
        _json.WriteStartObject("counts"u8);
        _json.WriteNumber("items"u8, call.Items);
        _json.WriteNumber("accepted"u8, attempt.Accepted);
        _json.WriteNumber("rejected"u8, attempt.Rejected);
        _json.WriteEndObject();
        var e = attempt.Exception;
        _json.WriteString("exception"u8, e is null ? null : secrets.Mask($"{attempt.Error} ({e.GetType().Name}: {e.Message})"));
        _json.WritePropertyName("requestBody"u8);
        // Composed by us, so it is JSON.
        if (call.Body is { } body) _json.WriteRawValue(body.Written.Span, skipInputValidation: true);
        else _json.WriteNullValue();
        WriteHeaders(attempt, secrets);
        WriteResponse(attempt);
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        return _buffer.Written.Span;
    }

    private void WriteHeaders(LoggedAttempt attempt, Secrets secrets)
    {
        _json.WriteStartObject("responseHeaders"u8);
        foreach (var name in Headers)
        {
            if (attempt.Headers?.NonValidated.TryGetValues(name, out var values) == true)
                _json.WriteString(name, secrets.Mask(values.ToString()));
        }

        if (attempt.ContentType is { } type) _json.WriteString("Content-Type"u8, secrets.Mask(type));
        _json.WriteEndObject();
    }

    private void WriteResponse(LoggedAttempt attempt)
    {
        var response = attempt.Call.Response.Written.Span;
        _json.WritePropertyName("responseBody"u8);
        // A good answer that broke off is private too. The call's status is not set then.
        var isPrivate = attempt is { Call.IsResponsePrivate: true, Status: >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices };
        if (response.IsEmpty || isPrivate)
        {
            _json.WriteNullValue();
        }
        else if (response.Length <= MaxBody && (attempt.IsResponseJson || IsJson(response)))
        {
            _json.WriteRawValue(response, skipInputValidation: true);
        }
        else
        {
            _json.WriteStringValue(Encoding.UTF8.GetString(response[..Math.Min(response.Length, MaxText)]));
            if (response.Length > MaxText) _json.WriteBoolean("responseBodyIsCut"u8, true);
        }
    }

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
}
