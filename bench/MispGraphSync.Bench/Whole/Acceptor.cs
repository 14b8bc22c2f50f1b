using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MispGraphSync.Bench.Whole;

/// <summary>
/// Graph, Sentinel and Defender that take everything, remember nothing and only count: so that what is measured is the tool.
/// Graph's answers are as long as the real ones, which repeat what was sent.
/// </summary>
internal sealed class Acceptor : IAsyncDisposable
{
    private readonly WebApplication _app;
    private long _requests;
    private long _items;

    private Acceptor(WebApplication app) => _app = app;

    public Uri Origin => new(_app.Urls.Single());

    /// <summary>Before each answer.</summary>
    public TimeSpan Latency { get; set; }

    public (long Requests, long Items) TakeCounts() => (Interlocked.Exchange(ref _requests, 0), Interlocked.Exchange(ref _items, 0));

    public static async Task<Acceptor> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var acceptor = new Acceptor(app);
        app.Run(acceptor.AnswerAsync);
        await app.StartAsync();
        return acceptor;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _requests);
        if (Latency > TimeSpan.Zero) await Task.Delay(Latency, context.RequestAborted);
        var answer = new ArrayBufferWriter<byte>(128 * 1024);
        if (HttpMethods.IsGet(context.Request.Method))
        {
            answer.Write("{\"value\":[]}"u8);
        }
        else
        {
            var body = await ReadAsync(context);
            var path = context.Request.Path.Value!;
            if (path.EndsWith("stix-objects:upload", StringComparison.Ordinal)) answer.Write("{\"errors\":[]}"u8);
            else if (path.EndsWith("/import", StringComparison.Ordinal)) ConfirmImport(body.Span, answer);
            else if (path.Contains("delete", StringComparison.OrdinalIgnoreCase)) ConfirmDeletions(body.Span, answer);
            else Echo(body.Span, answer);
            CountItems(path, body.Span);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.WrittenCount;
        await context.Response.BodyWriter.WriteAsync(answer.WrittenMemory, context.RequestAborted);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContext context)
    {
        var body = new MemoryStream((int)(context.Request.ContentLength ?? 64 * 1024));
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    // Each object of the one list, with an id of the service's own in front.
    private static void Echo(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> answer)
    {
        answer.Write("{\"value\":["u8);
        var reader = new Utf8JsonReader(body);
        var start = 0L;
        var isFirst = true;
        while (reader.Read())
        {
            if (reader.CurrentDepth != 2) continue;
            if (reader.TokenType == JsonTokenType.StartObject) start = reader.TokenStartIndex;
            if (reader.TokenType != JsonTokenType.EndObject) continue;
            answer.Write(isFirst ? "{\"id\":\""u8 : ",{\"id\":\""u8);
            Guid.NewGuid().TryFormat(answer.GetSpan(36), out var length);
            answer.Advance(length);
            answer.Write("\","u8);
            answer.Write(body[(int)(start + 1)..(int)reader.BytesConsumed]);
            isFirst = false;
        }

        answer.Write("]}"u8);
    }

    private static void ConfirmImport(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> answer)
    {
        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("indicatorValue"u8)) continue;
            reader.Read();
            json.WriteStartObject();
            json.WriteString("id"u8, Guid.NewGuid());
            json.WriteString("indicator"u8, reader.GetString());
            json.WriteBoolean("isFailed"u8, false);
            json.WriteNull("failureReason"u8);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void ConfirmDeletions(ReadOnlySpan<byte> body, ArrayBufferWriter<byte> answer)
    {
        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteStartArray("value"u8);
        var reader = new Utf8JsonReader(body);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.String) continue;
            json.WriteStartObject();
            json.WriteString("id"u8, reader.GetString());
            json.WriteNumber("code"u8, 0);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void CountItems(string path, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        var items = 0;
        var isDeletion = path.Contains("delete", StringComparison.OrdinalIgnoreCase);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 2 && reader.TokenType == (isDeletion ? JsonTokenType.String : JsonTokenType.StartObject)) items++;
        }

        Interlocked.Add(ref _items, items);
    }
}
