using System.Net;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// The STIX objects upload API ("Import threat intelligence with the upload API"). Sending the same object again changes
/// nothing, so objects without a clear response are sent again.
/// </summary>
internal sealed class SentinelUpload : IDisposable
{
    public const string ApiVersion = "2024-02-01-preview";

    /// <summary>A throttled response that names no wait: the quota is counted by the minute.</summary>
    private static readonly TimeSpan ThrottleWait = TimeSpan.FromSeconds(60);

    private readonly string _destination;
    private readonly byte[] _head;
    private readonly string _path;
    private readonly Serilog.ILogger _log;
    private readonly DestinationClient _client;

    /// <exception cref="RunFailedException">InvalidInput: a bad endpoint.</exception>
    public SentinelUpload(SentinelSettings settings, Transport transport, ITokenSource tokens)
    {
        _destination = settings.Name;
        // Sentinel wants both names in lower case. The list is closed by Body.
        _head = [.. "{\"sourcesystem\":\""u8, .. JsonEncodedText.Encode(settings.SourceSystem).EncodedUtf8Bytes,
            .. "\",\"stixobjects\":["u8];
        _path = $"workspaces/{settings.WorkspaceId:D}/threat-intelligence-stix-objects:upload?api-version={ApiVersion}";
        _log = transport.AppLog;
        var endpoint = Origin.Resolve(settings.Endpoint, SentinelKind.Hosts.In(settings.Auth.Cloud)!, "endpoint");
        _client = new DestinationClient(
            "Sentinel", settings, endpoint, transport, tokens, new SentinelFailures(settings).OfUpload,
            options: transport.RetryOptions with { DefaultThrottleWait = ThrottleWait });
    }

    /// <exception cref="RunFailedException">Nothing was taken, and nothing will be.</exception>
    public async Task<IReadOnlyList<StepOutcome>> SendAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        using var call = await _client.SendAsync(
            "upload", HttpMethod.Post, _path, DestinationClient.Body(_head, steps), ct, steps.Count).ConfigureAwait(false);
        _client.ThrowIfFailed(call);
        if (call.IsSuccess && SentinelResponse.Read(call.Response.Written) is { } errors)
            return _client.Record(call, SentinelResponse.OutcomesOf(errors, steps.Count) ?? Suspect(errors, steps.Count));
        if (call.Status == HttpStatusCode.BadRequest && SentinelResponse.Read(call.Response.Written) is { } reasons
            && SentinelResponse.OutcomesOfRejection(reasons, steps.Count) is { } outcomes) return outcomes;
        return StepOutcome.Each(steps.Count, DestinationClient.OutcomeOf(call));
    }

    /// <summary>Uploads nothing: refused for its form when the workspace is there and lets us write, for that when not.</summary>
    /// <exception cref="RunFailedException">It is not there, or does not let us.</exception>
    public async Task CheckAsync(CancellationToken ct)
    {
        using var call =
            await _client.SendAsync("check", HttpMethod.Post, _path, DestinationClient.Body(_head, []), ct).ConfigureAwait(false);
        _client.ThrowIfFailed(call);
        if (!call.IsSuccess && call.Status != HttpStatusCode.BadRequest) throw _client.NoUsableResponse(call);
        call.RecordResult(0, 0);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>
    /// The response blames an object that was not sent, so none of its positions can be trusted. Rejected as a whole, the batch is
    /// bisected until the blame falls on one object; objects accepted meanwhile are sent again without harm.
    /// </summary>
    private StepOutcome[] Suspect(List<SentinelError> errors, int count)
    {
        var error = errors.Find(e => e.Index is null || e.Index < 0 || e.Index >= count);
        var position = error.Index is { } index ? $"object {index}" : "an object without a number";
        _log.Warning(
            "{Destination}: an error of Sentinel refers to {Position}; splitting the batch of {Count}", _destination, position, count);
        return StepOutcome.Each(
            count, new StepOutcome.Rejected($"The error refers to {position} in a batch of {count}: {error.Words}", WholeBatch: true));
    }
}
