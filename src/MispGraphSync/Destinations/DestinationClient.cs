using System.Buffers;
using System.Net;
using System.Text.Json;
using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations;

/// <summary>Sends the calls of one destination to one host of its service, and judges responses as a whole.</summary>
internal sealed class DestinationClient : IDisposable
{
    private readonly string _service;
    private readonly string _destination;
    private readonly string _setting;
    private readonly Func<ApiCall, ErrorBody, bool, RunFailedException?> _failureOf;
    private readonly ServiceClient _client;
    private volatile bool _hasAnswered;

    /// <param name="service">The service's name for people.</param>
    /// <param name="endpoint">An origin.</param>
    /// <param name="failureOf">
    /// The failure of the whole destination that an error response means; null where it concerns its own items. The flag says whether
    /// the service has answered in this run.
    /// </param>
    /// <param name="path">Of the API, below the origin.</param>
    /// <param name="setting">The setting that replaces the host.</param>
    /// <param name="options">Null: as for every service.</param>
    /// <param name="library">Handlers of the service's own library.</param>
    public DestinationClient(
        string service, DestinationSettings settings, Uri endpoint, Transport transport, ITokenSource tokens,
        Func<ApiCall, ErrorBody, bool, RunFailedException?> failureOf,
        string path = "", string setting = "endpoint", RetryOptions? options = null, params ReadOnlySpan<DelegatingHandler> library)
    {
        (_service, _destination, _setting, _failureOf) = (service, settings.Name, setting, failureOf);
        _client = new ServiceClient(new Uri(endpoint, path), settings.RequestsPerMinute, transport, tokens, options, library);
    }

    /// <param name="isNonIdempotent">Sent twice, it may create twice.</param>
    /// <param name="prefer">The header of that name; null: none.</param>
    /// <param name="isPrivate">The response names machines and people: the request log keeps nothing of a good one.</param>
    public Task<ApiCall> SendAsync(
        string operation, HttpMethod method, string uri, PooledBuffer? body, CancellationToken ct,
        int items = 0, bool isNonIdempotent = false, string? prefer = null, bool isPrivate = false) =>
        _client.SendAsync(
            new ApiCall
            {
                Destination = _destination,
                Operation = operation,
                Method = method,
                Uri = new Uri(uri, UriKind.RelativeOrAbsolute),
                Body = body,
                Items = items,
                IsNonIdempotent = isNonIdempotent,
                Prefer = prefer,
                IsResponsePrivate = isPrivate,
            },
            ct);

    /// <exception cref="RunFailedException">The response concerns every request.</exception>
    public void ThrowIfFailed(ApiCall call)
    {
        if (ServiceUnavailable.From(call, _service) is { } unavailable) throw unavailable;
        if (call.Status is null || call.IsSuccess) return;
        if (_failureOf(call, ErrorBody.Read(call.Response.Written), _hasAnswered) is { } failure) throw failure;
    }

    /// <summary>What a successful response says.</summary>
    /// <exception cref="RunFailedException">There is none, or none that can be read.</exception>
    public T Read<T>(ApiCall call, Func<ReadOnlyMemory<byte>, T?> read)
        where T : class
    {
        ThrowIfFailed(call);
        if (!call.IsSuccess || read(call.Response.Written) is not { } result) throw NoUsableResponse(call);
        call.RecordResult(0, 0);
        _hasAnswered = true;
        return result;
    }

    /// <summary>Notes what a response said of its items.</summary>
    public StepOutcome[] Record(ApiCall call, StepOutcome[] outcomes)
    {
        _hasAnswered = true;
        call.RecordResult(outcomes.Count(o => o is StepOutcome.Accepted), outcomes.Count(o => o is StepOutcome.Rejected));
        return outcomes;
    }

    /// <summary>Where a next link leads.</summary>
    /// <exception cref="RunFailedException">Unreachable: to another host, or nowhere.</exception>
    public Uri Follow(string link)
    {
        if (Uri.TryCreate(_client.BaseAddress, link, out var next) && Origin.IsSame(next, _client.BaseAddress)) return next;
        throw new RunFailedException(
            RunOutcome.Unreachable,
            $"{_service}: the next page is at {next?.Authority ?? "no address"}, not at {_client.BaseAddress.Authority}; it is not "
            + "followed.",
            $"Check the destination's {_setting} and the proxy.");
    }

    public RunFailedException NoUsableResponse(ApiCall call) => new(
        RunOutcome.Unreachable, $"{_service} gives no usable answer ({call.Operation}). {ServiceUnavailable.Describe(call)}",
        $"Run again later; check the destination's {_setting} and the proxy.", call.Failure)
    {
        BrokenLimit = LimitOf(call),
    };

    /// <summary>The outcome of each item of a call whose response says nothing of single items.</summary>
    public static StepOutcome OutcomeOf(ApiCall call)
    {
        var why = ServiceUnavailable.Describe(call);
        return (int?)call.Status is >= 400 and < 500 and not 408
            ? CapacityError.ToRejection(why, wholeBatch: true)
            : new StepOutcome.Unknown(why);
    }

    private static AnswerLimit LimitOf(ApiCall call)
    {
        if (call.Status == HttpStatusCode.GatewayTimeout) return AnswerLimit.Time;
        return call.Failure is not { } failure ? AnswerLimit.None : TransportError.From(failure, call.SentUri).Kind switch
        {
            TransportErrorKind.ResponseTooLong => AnswerLimit.Length,
            TransportErrorKind.ResponseTimeout => AnswerLimit.Time,
            _ => AnswerLimit.None,
        };
    }

    /// <summary>A body of items, in the array that the head opens.</summary>
    public static PooledBuffer Body(ReadOnlySpan<byte> head, IReadOnlyList<PlanStep> steps)
    {
        var body = new PooledBuffer(64 * 1024);
        body.Write(head);
        for (var i = 0; i < steps.Count; i++)
        {
            if (i > 0) body.Write(","u8);
            body.Write(steps[i].Body.Span);
        }

        body.Write("]}"u8);
        return body;
    }

    /// <summary>A body of one array of texts.</summary>
    public static PooledBuffer Body(string name, IReadOnlyList<string> texts)
    {
        var body = new PooledBuffer();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
        json.WriteEndObject();
        return body;
    }

    public void Dispose() => _client.Dispose();
}
