using Microsoft.Identity.Client;
using Microsoft.Identity.Client.AppConfig;

namespace MispGraphSync.Http.SignIn;

/// <summary>
/// Tokens for one scope from Entra, or from the machine's managed identity, by Microsoft's own library. Nothing is read or
/// asked before the first token is needed.
/// </summary>
/// <param name="scope">A resource and <c>/.default</c>.</param>
internal sealed class MsalTokenSource(AuthSettings auth, string scope, Transport transport) : ITokenSource, IDisposable
{
    /// <summary>Bytes; a token's response has a few thousand.</summary>
    private const int MaxResponse = 4 * 1024 * 1024;

    // Entra's tokens live for an hour; a request may take some minutes.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>An honest response takes a second or two.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _asking = new(1);
    private Func<bool, CancellationToken, Task<AuthenticationResult>>? _ask;
    private AuthenticationResult? _last;
    private HttpClient? _http;

    public async ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct)
    {
        if (!forceRefresh && IsFresh(_last)) return _last!.AccessToken;
        await _asking.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (!forceRefresh && IsFresh(_last)) return _last!.AccessToken;
            _ask ??= await ConnectAsync(ct).ConfigureAwait(false);
            var result = await SignInHttp.RetryAsync(transport, c => _ask(forceRefresh, c), ct).ConfigureAwait(false);
            transport.Secrets.Add(result.AccessToken);
            // Anything else cannot be put into a header.
            if (!result.AccessToken.All(c => c is > ' ' and < '\u007F')) throw SignInErrors.Foreign(auth);
            _last = result;
            return result.AccessToken;
        }
        // While the credential is being read, anything but the library's own exception is a bug.
        catch (Exception e) when (!ct.IsCancellationRequested && (_ask is not null || e is MsalException)
            && SignInErrors.Explain(e, auth, scope) is { } failure)
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

    private bool IsFresh(AuthenticationResult? token) => token?.ExpiresOn - transport.Time.GetUtcNow() > Margin;

    private async Task<Func<bool, CancellationToken, Task<AuthenticationResult>>> ConnectAsync(CancellationToken ct)
    {
        if (auth.ManagedIdentity is { } identity)
        {
            // Its endpoint is on this machine; no proxy leads there.
            _http = SignInHttp.Client(transport, Timeout, MaxResponse, HttpSockets.Create(direct: true));
            var machine = ManagedIdentityApplicationBuilder
                .Create(identity.ClientId is { } id ? ManagedIdentityId.WithUserAssignedClientId(id) : ManagedIdentityId.SystemAssigned)
                .WithHttpClientFactory(new HttpClientFactory(_http), retryOnceOn5xx: false)
                .Build();
            return (refresh, c) => machine.AcquireTokenForManagedIdentity(scope).WithForceRefresh(refresh).ExecuteAsync(c);
        }

        var authority = Origin.Resolve(auth.Authority, Cloud.Named(auth.Cloud).Authority, "auth.authority");
        _http = SignInHttp.Client(transport, Timeout, MaxResponse, isPlain: authority.Scheme == Uri.UriSchemeHttp);
        var builder = ConfidentialClientApplicationBuilder
            .Create(auth.ClientId ?? throw Credentials.Missing("auth.clientId"))
            // The library knows https only; see isPlain.
            .WithAuthority($"https://{authority.Authority}/{auth.Tenant}", validateAuthority: false)
            // Would ask a host that is neither the tenant's nor ours.
            .WithInstanceDiscovery(false)
            .WithHttpClientFactory(new HttpClientFactory(_http), retryOnceOn5xx: false);
        var app = (await Credentials.AddAsync(builder, auth, transport, ct).ConfigureAwait(false)).Build();
        return (refresh, c) => app.AcquireTokenForClient([scope]).WithForceRefresh(refresh).ExecuteAsync(c);
    }

    private sealed class HttpClientFactory(HttpClient http) : IMsalHttpClientFactory
    {
        public HttpClient GetHttpClient() => http;
    }
}
