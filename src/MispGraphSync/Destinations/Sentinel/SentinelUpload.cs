using System.Net;
using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// The STIX objects upload API ("Import threat intelligence with the upload API"). Sending the same object again changes
/// nothing, so whatever got no clear answer is simply sent again.
/// </summary>
internal sealed class SentinelUpload : IDisposable
{
    public const string ApiVersion = "2024-02-01-preview";

    /// <summary>Sentinel, upload API: at most 100 objects a request.</summary>
    public const int MostObjects = 100;

    /// <summary>What a throttled answer asks for when it asks for nothing: the quota is counted by the minute.</summary>
    private static readonly TimeSpan UntoldThrottle = TimeSpan.FromSeconds(60);

    private readonly string _destination;
    private readonly byte[] _head;
    private readonly Uri _path;
    private readonly SentinelFailures _faults;
    private readonly Serilog.ILogger _log;
    private readonly ServiceClient _client;
    private readonly Pace _pace;

    /// <param name="endpoint">An origin.</param>
    public SentinelUpload(SentinelTarget place, Uri endpoint, Transport transport, ITokenSource tokens)
    {
        _destination = place.Destination;
        // Sentinel wants both names in lower case. The list is closed by Body.
        _head = [.. "{\"sourcesystem\":\""u8, .. JsonEncodedText.Encode(place.SourceSystem).EncodedUtf8Bytes, .. "\",\"stixobjects\":["u8];
        _path = new Uri($"workspaces/{place.Workspace:D}/threat-intelligence-stix-objects:upload?api-version={ApiVersion}", UriKind.Relative);
        _faults = place.Faults;
        _log = transport.AppLog;
        _pace = new Pace(place.RequestsPerMinute, transport.Time);
        var handlers = ServiceHandlers.Create(transport, _pace, transport.RetryOptions with { DefaultThrottleWait = UntoldThrottle }, tokens, endpoint);
        _client = new ServiceClient(ServiceHandlers.Client(handlers, transport.Sockets, endpoint));
    }

    /// <exception cref="RunFailedException">Nothing was taken, and nothing will be.</exception>
    public async Task<IReadOnlyList<StepOutcome>> SendAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        using var exchange = new ApiCall
        {
            Destination = _destination,
            Operation = "upload",
            Method = HttpMethod.Post,
            Uri = _path,
            Body = Body(steps),
            Items = steps.Count,
        };
        await _client.SendAsync(exchange, ct).ConfigureAwait(false);
        if (_faults.OfUpload(exchange) is { } failure) throw failure;
        return exchange.IsSuccess ? Judge(exchange) : OfRefused(exchange);
    }

    /// <summary>An upload of nothing: refused for its form when the workspace is there and lets us write, for that when not.</summary>
    /// <exception cref="RunFailedException">It is not there, or does not let us.</exception>
    public async Task CheckAsync(CancellationToken ct)
    {
        using var exchange = new ApiCall { Destination = _destination, Operation = "check", Method = HttpMethod.Post, Uri = _path, Body = Body([]) };
        await _client.SendAsync(exchange, ct).ConfigureAwait(false);
        if (_faults.OfUpload(exchange) is { } failure) throw failure;
        if (!exchange.IsSuccess && exchange.Status != HttpStatusCode.BadRequest) throw SentinelFailures.NoUpload(exchange);
        exchange.RecordResult(0, 0);
    }

    public void Dispose()
    {
        _client.Dispose();
        _pace.Dispose();
    }

    private PooledBuffer Body(IReadOnlyList<PlanStep> steps)
    {
        var body = new PooledBuffer(64 * 1024);
        Write(body, _head);
        for (var i = 0; i < steps.Count; i++)
        {
            if (i > 0) Write(body, ","u8);
            Write(body, steps[i].Body.Span);
        }
        Write(body, "]}"u8);
        return body;
    }

    private static void Write(PooledBuffer body, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(body.GetSpan(bytes.Length));
        body.Advance(bytes.Length);
    }

    private StepOutcome[] Judge(ApiCall exchange)
    {
        if (SentinelResponse.Read(exchange.Response.Written) is not { } errors)
            return SentinelOutcomes.Each(exchange.Items, new StepOutcome.Unknown(ServiceUnavailable.Describe(exchange)));
        var outcomes = SentinelOutcomes.Of(errors, exchange.Items) ?? Suspect(errors, exchange.Items);
        exchange.RecordResult(outcomes.Count(o => o is StepOutcome.Accepted), outcomes.Count(o => o is StepOutcome.Rejected));
        return outcomes;
    }

    /// <summary>
    /// The answer blames an object that was not sent, so none of its places can be trusted. Refused as a whole, the batch is
    /// halved until the blame falls on one object; what was taken meanwhile is taken again without harm.
    /// </summary>
    private StepOutcome[] Suspect(List<SentinelError> errors, int count)
    {
        var error = errors.Find(e => e.Index is null || e.Index < 0 || e.Index >= count);
        var place = error.Index is { } index ? $"object {index}" : "an object without a number";
        _log.Warning("Sentinel's answer to a batch of {Count} for {Destination} speaks of {Place}; the batch is halved", count, _destination, place);
        var words = $"The answer speaks of {place} in a batch of {count}: {error.Words}";
        return SentinelOutcomes.Each(count, new StepOutcome.Rejected(words, WholeBatch: true));
    }

    private static StepOutcome[] OfRefused(ApiCall exchange)
    {
        if (exchange.Status == HttpStatusCode.BadRequest && SentinelResponse.Read(exchange.Response.Written) is { } errors
            && SentinelOutcomes.OfRefusal(errors, exchange.Items) is { } outcomes) return outcomes;
        var why = ServiceUnavailable.Describe(exchange);
        return (int?)exchange.Status is >= 400 and < 500 and not 408
            ? SentinelOutcomes.Each(exchange.Items, CapacityError.ToRejection(why, wholeBatch: true))
            : SentinelOutcomes.Each(exchange.Items, new StepOutcome.Unknown(why));
    }
}
