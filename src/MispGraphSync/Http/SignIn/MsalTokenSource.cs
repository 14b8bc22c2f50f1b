using Microsoft.Identity.Client;

namespace MispGraphSync.Http.SignIn;

/// <summary>
/// Tokens for one scope from Entra, or from the machine's managed identity, by Microsoft's own library. Nothing is read
/// or asked before the first token is wanted.
/// </summary>
internal sealed class MsalTokenSource : ITokenSource, IDisposable
{
    // Entra's tokens live for an hour; a request may be on its way for some minutes.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    private readonly AuthSettings _auth;
    private readonly string _scope;
    private readonly Transport _transport;
    private readonly SemaphoreSlim _asking = new(1);
    private Func<bool, CancellationToken, Task<AuthenticationResult>>? _ask;
    private AuthenticationResult? _last;
    private HttpClient? _http;

    /// <param name="scope">A resource and <c>/.default</c>: see <see cref="Cloud"/>.</param>
    public MsalTokenSource(AuthSettings auth, string scope, Transport transport)
    {
        _auth = auth;
        _scope = scope;
        _transport = transport;
    }

    public async ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct)
    {
        if (!forceRefresh && _last is { } last && IsFresh(last)) return last.AccessToken;
        await _asking.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!forceRefresh && _last is { } other && IsFresh(other)) return other.AccessToken;
            _ask ??= await ConnectAsync(ct).ConfigureAwait(false);
            _last = await AskAsync(_ask, forceRefresh, ct).ConfigureAwait(false);
            return _transport.Secrets.Add(_last.AccessToken);
        }
        catch (MsalException e) when (!ct.IsCancellationRequested && SignInErrors.Explain(e, _auth, _scope) is { } failure)
        {
            throw failure;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose()
    {
        _http?.Dispose();
        _asking.Dispose();
    }

    private async Task<AuthenticationResult> AskAsync(Func<bool, CancellationToken, Task<AuthenticationResult>> ask, bool forceRefresh, CancellationToken ct)
    {
        try
        {
            return await SignInRetries.RunAsync(_transport, c => ask(forceRefresh, c), ct).ConfigureAwait(false);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && SignInErrors.Explain(e, _auth, _scope) is { } failure)
        {
            throw failure;
        }
    }

    private bool IsFresh(AuthenticationResult token) => token.ExpiresOn - _transport.Time.GetUtcNow() > Margin;

    private async Task<Func<bool, CancellationToken, Task<AuthenticationResult>>> ConnectAsync(CancellationToken ct)
    {
        var authority = Origin.Resolve(_auth.Authority, Cloud.Named(_auth.Cloud).Authority, "auth.authority");
        _http = MsalHttpClientFactory.Client(_transport, isPlain: authority.Scheme == Uri.UriSchemeHttp, isLocal: _auth.ManagedIdentity is not null);
        var http = new MsalHttpClientFactory(_http);
        if (_auth.ManagedIdentity is { } identity)
        {
            var machine = Credentials.ManagedIdentity(identity, http);
            return (refresh, c) => machine.AcquireTokenForManagedIdentity(_scope).WithForceRefresh(refresh).ExecuteAsync(c);
        }
        var app = await Credentials.ApplicationAsync(_auth, authority, http, _transport, ct).ConfigureAwait(false);
        return (refresh, c) => app.AcquireTokenForClient([_scope]).WithForceRefresh(refresh).ExecuteAsync(c);
    }
}
