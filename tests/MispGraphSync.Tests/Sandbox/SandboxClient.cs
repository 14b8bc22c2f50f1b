using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;

namespace MispGraphSync.Tests.Sandbox;

/// <summary>A plain client of a sandbox: trusts its certificate, follows no redirect, signs in by hand.</summary>
internal sealed class SandboxClient : IDisposable
{
    private readonly SandboxHost _sandbox;

    public SandboxClient(SandboxHost sandbox)
    {
        _sandbox = sandbox;
        var trusted = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trusted.CustomTrustStore.ImportFromPem(sandbox.CaPem);
        Http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trusted },
        });
    }

    public HttpClient Http { get; }

    public static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public async Task SignInAsync(string resource)
    {
        var answer = await TokenAsync(resource + "/.default", _sandbox.Options.ClientSecret);
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string?)answer["access_token"]);
    }

    public async Task<JsonObject> TokenAsync(string scope, string secret, string? tenant = null, string? clientId = null)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = clientId ?? _sandbox.Options.ClientId,
            ["client_secret"] = secret,
            ["scope"] = scope,
        });
        tenant ??= _sandbox.Options.Tenant.ToString();
        using var answer = await Http.PostAsync(new Uri(_sandbox.Entra, $"{tenant}/oauth2/v2.0/token"), form, Ct);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Ct))!;
    }

    public async Task<(int Status, JsonNode? Body)> SendAsync(HttpMethod method, Uri origin, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(origin, path));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await Http.SendAsync(request, Ct);
        var text = await answer.Content.ReadAsStringAsync(Ct);
        var isJson = text is ['{' or '[', ..];
        return ((int)answer.StatusCode, text.Length == 0 ? null : isJson ? JsonNode.Parse(text) : JsonValue.Create(text));
    }

    public Task<(int Status, JsonNode? Body)> PostAsync(Uri origin, string path, JsonNode body) =>
        SendAsync(HttpMethod.Post, origin, path, body);

    public Task<(int Status, JsonNode? Body)> GetAsync(Uri origin, string path) => SendAsync(HttpMethod.Get, origin, path);

    public void Dispose() => Http.Dispose();
}
