using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Identity.Client;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

public class EntraTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Real_MSAL_gets_a_token_with_a_secret()
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions(), Ct);
        using var client = new SandboxClient(sandbox);

        var token = await TokenAsync(Msal(sandbox, client).WithClientSecret(sandbox.Options.ClientSecret).Build());

        Assert.NotEmpty(token.AccessToken);
    }

    [Fact]
    public async Task Real_MSAL_gets_a_token_with_a_certificate()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=app", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions(), Ct);
        using var client = new SandboxClient(sandbox);
        var app = Msal(sandbox, client).WithCertificate(certificate).Build();

        var unknown = await Assert.ThrowsAsync<MsalServiceException>(() => TokenAsync(app));
        sandbox.EntraState.App.Certificates.Add(certificate);
        var token = await TokenAsync(app);

        Assert.Contains("AADSTS700027", unknown.Message, StringComparison.Ordinal);
        Assert.NotEmpty(token.AccessToken);
    }

    [Fact]
    public async Task Real_MSAL_reports_a_wrong_secret_by_its_number()
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions(), Ct);
        using var client = new SandboxClient(sandbox);
        var app = Msal(sandbox, client).WithClientSecret("wrong").Build();

        var refused = await Assert.ThrowsAsync<MsalServiceException>(() => TokenAsync(app));

        Assert.Equal("invalid_client", refused.ErrorCode);
        Assert.Contains("AADSTS7000215", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://graph.microsoft.com/.default", null, "unknown-app", 700016)]
    [InlineData("https://graph.microsoft.com/.default", "11111111-1111-4111-8111-111111111111", null, 90002)]
    [InlineData("https://graph.microsoft.com/.default", "common", null, 9001023)]
    [InlineData("https://graph.microsoft.com/User.Read", null, null, 70011)]
    [InlineData("https://nowhere.example/.default", null, null, 500011)]
    [InlineData("https://graph.microsoft.com/.default https://management.azure.com/.default", null, null, 28002)]
    public async Task Refused_sign_in_has_its_AADSTS_number(string scope, string? tenant, string? clientId, int number)
    {
        await using var sandbox = await SandboxHost.StartAsync(new SandboxOptions(), Ct);
        using var client = new SandboxClient(sandbox);

        var answer = await client.TokenAsync(scope, sandbox.Options.ClientSecret, tenant, clientId);

        Assert.Equal(number, (int?)answer["error_codes"]![0]);
    }

    private static ConfidentialClientApplicationBuilder Msal(SandboxHost sandbox, SandboxClient client) =>
        ConfidentialClientApplicationBuilder.Create(sandbox.Options.ClientId)
            .WithAuthority($"{sandbox.Entra}{sandbox.Options.Tenant}", false)
            .WithInstanceDiscovery(false)
            .WithHttpClientFactory(new Factory(client.Http));

    private static Task<AuthenticationResult> TokenAsync(IConfidentialClientApplication app) =>
        app.AcquireTokenForClient(["https://graph.microsoft.com/.default"]).ExecuteAsync(Ct);

    private sealed class Factory(HttpClient http) : IMsalHttpClientFactory
    {
        public HttpClient GetHttpClient() => http;
    }
}
