using System.Globalization;
using System.Net;
using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations.Defender;

/// <summary>The calls of Defender for Endpoint's <c>/api/indicators</c>. All may be sent twice without harm.</summary>
internal sealed class DefenderApi(DestinationSettings settings, Transport transport, ITokenSource tokens) : IDisposable
{
    /// <summary>The request log's word for both kinds of deletion.</summary>
    public const string Deletion = "delete";

    /// <summary>The list gives at most 10,000 a page.</summary>
    public const int PageSize = 10_000;

    private const string Indicators = "indicators";

    private readonly DestinationClient _client = new(
        "Defender", settings, DefenderKind.EndpointOf(settings), transport, tokens, DefenderFailures.Of, "api/");

    /// <summary>Lists one indicator at most: whether the API is there, and lets us in.</summary>
    public async Task CheckAsync(CancellationToken ct)
    {
        using var call = await _client.SendAsync("check", HttpMethod.Get, Indicators + "?$top=1", null, ct).ConfigureAwait(false);
        _client.Read(call, response => ResponseJson.Read(response, root => root.List("value") is null ? null : "ok"));
    }

    /// <param name="next">The page that the last one named; null: the one after so many indicators.</param>
    public async Task<DefenderPage> ListAsync(Uri? next, int skip, DefenderOwner owner, CancellationToken ct)
    {
        var uri = next?.AbsoluteUri ?? string.Create(CultureInfo.InvariantCulture, $"{Indicators}?$top={PageSize}&$skip={skip}");
        using var call = await _client.SendAsync("list", HttpMethod.Get, uri, null, ct).ConfigureAwait(false);
        return _client.Read(call, response => DefenderPage.Read(response, owner));
    }

    /// <exception cref="RunFailedException">Unreachable: to another host, or nowhere.</exception>
    public Uri? Follow(string? link) => string.IsNullOrEmpty(link) ? null : _client.Follow(link);

    public async Task<StepOutcome[]> ImportAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        using var call = await _client.SendAsync(
            "import", HttpMethod.Post, Indicators + "/import", DestinationClient.Body("{\"Indicators\":["u8, steps), ct, steps.Count)
            .ConfigureAwait(false);
        _client.ThrowIfFailed(call);
        return call.IsSuccess && DefenderResponse.Read(call.Response.Written, steps) is { } outcomes
            ? _client.Record(call, outcomes)
            : StepOutcome.Each(steps.Count, DestinationClient.OutcomeOf(call));
    }

    /// <summary>The outcome of all; null: at least one of them is not there, and none was deleted.</summary>
    public Task<StepOutcome?> DeleteAsync(IReadOnlyList<string> ids, CancellationToken ct) =>
        DeleteAsync(HttpMethod.Post, Indicators + "/BatchDelete", DestinationClient.Body("IndicatorIds", ids), ids.Count, ct);

    /// <summary>Null: it is not there.</summary>
    public Task<StepOutcome?> DeleteOneAsync(string id, CancellationToken ct) =>
        DeleteAsync(HttpMethod.Delete, $"{Indicators}/{Uri.EscapeDataString(id)}", body: null, 1, ct);

    public void Dispose() => _client.Dispose();

    private async Task<StepOutcome?> DeleteAsync(HttpMethod method, string uri, PooledBuffer? body, int items, CancellationToken ct)
    {
        using var call = await _client.SendAsync(Deletion, method, uri, body, ct, items).ConfigureAwait(false);
        _client.ThrowIfFailed(call);
        if (call.Status == HttpStatusCode.NotFound) return null;
        return call.IsSuccess
            ? _client.Record(call, StepOutcome.Each(items, new StepOutcome.Accepted(null)))[0]
            : DestinationClient.OutcomeOf(call);
    }
}
