using System.Net;
using System.Net.Http.Headers;

namespace MispGraphSync.Http;

/// <summary>
/// Puts the bearer token on each attempt. A refused token is renewed once a request, by whichever request comes first;
/// <see cref="RetryPolicy"/> then sends again.
/// </summary>
/// <param name="stop">The run is stopping: nothing waits for a token any more.</param>
internal sealed class SignInHandler(ITokenSource tokens, Uri origin, CancellationToken stop) : DelegatingHandler
{
    private readonly SemaphoreSlim _refreshing = new(1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        if (!Origin.IsSame(request.RequestUri!, origin))
            throw new InvalidOperationException($"The token for {origin} must not go to {request.RequestUri!.Authority}.");
        var call = ApiCall.Of(request);
        using var asking = CancellationTokenSource.CreateLinkedTokenSource(ct, stop);
        var token = await TokenAsync(call.RefusedToken, asking.Token).ConfigureAwait(false);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var response = await base.SendAsync(request, ct).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized) call.RefusedToken = token;
        return response;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _refreshing.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<string> TokenAsync(string? refused, CancellationToken ct)
    {
        var token = await tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);
        if (token != refused) return token;
        await _refreshing.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            token = await tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);
            return token != refused ? token : await tokens.GetAsync(forceRefresh: true, ct).ConfigureAwait(false);
        }
        finally
        {
            _refreshing.Release();
        }
    }
}
