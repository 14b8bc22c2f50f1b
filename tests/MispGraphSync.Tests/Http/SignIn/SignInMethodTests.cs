using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Entra;
using Xunit;

namespace MispGraphSync.Tests.Http.SignIn;

/// <summary>
/// Each way to sign in with Microsoft's real library, from settings to a push, against an Entra that checks what it is shown.
/// </summary>
public sealed class SignInMethodTests : IAsyncLifetime
{
    private const string Issuer = "https://issuer.example";
    private const string Subject = "system:serviceaccount:security:misp-graph";

    private readonly X509Certificate2 _certificate = SomeCertificate.Rsa();
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _certificate.Dispose();
        await _run.DisposeAsync();
    }

    [Theory]
    [InlineData("app.pem", null)]
    [InlineData("app.pem", "pass-word-4711")]
    [InlineData("app.pfx", null)]
    [InlineData("app.pfx", "pass-word-4711")]
    public async Task Certificate_signs_in_from_every_file_format(string file, string? password)
    {
        _run.Sandbox.EntraState.App.Certificates.Add(_certificate);
        Store(file, password);
        _run.Environment["CERT_PASSWORD"] = password ?? "";
        SignInBy(new JsonObject
        {
            ["certificate"] = password is null ? new JsonObject { ["path"] = file }
            : new JsonObject { ["path"] = file, ["password"] = "env:CERT_PASSWORD" }
        });

        var push = await _run.RunAsync("push");

        Assert.Equal(0, push.Code);
        Assert.DoesNotContain("pass-word-4711", push.Out + push.Error, StringComparison.Ordinal);
        Assert.True(_run.Sandbox.GraphState.Count > 0);
    }

    [Fact]
    public async Task Unregistered_certificate_exits_with_4()
    {
        Store("app.pem", null);
        SignInBy(new JsonObject { ["certificate"] = new JsonObject { ["path"] = "app.pem" } });

        var push = await _run.RunAsync("push");

        Assert.Equal(4, push.Code);
        Assert.Contains("is not registered with application", push.Out, StringComparison.Ordinal);
        Assert.Contains("AADSTS700027", push.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Federated_token_is_reread_for_each_sign_in()
    {
        _run.Sandbox.EntraState.App.Federation = new FederatedCredential(Issuer, Subject, _certificate);
        SignInBy(new JsonObject { ["federatedTokenFile"] = "token" });
        StoreToken(TimeSpan.FromHours(1));
        var first = await _run.RunAsync("push");
        File.Delete(Path.Combine(_run.Folder, "token"));

        var without = await _run.RunAsync("read");

        Assert.Equal((0, 2), (first.Code, without.Code));
        Assert.Contains("There is no file", without.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Expired_federated_token_is_not_sent()
    {
        _run.Sandbox.EntraState.App.Federation = new FederatedCredential(Issuer, Subject, _certificate);
        SignInBy(new JsonObject { ["federatedTokenFile"] = "token" });
        StoreToken(TimeSpan.FromHours(-2));

        var push = await _run.RunAsync("push");

        Assert.Equal(4, push.Code);
        Assert.Contains("ran out at", push.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(_run.Sandbox.RequestsTo(Service.Entra), request => request.Method == "POST");
    }

    [Theory]
    [InlineData("https://other.example", Subject, 700211)]
    [InlineData(Issuer, "system:serviceaccount:default:other", 700213)]
    public async Task Foreign_federated_token_is_reported_by_error_number(string issuer, string subject, int number)
    {
        _run.Sandbox.EntraState.App.Federation = new FederatedCredential(Issuer, Subject, _certificate);
        SignInBy(new JsonObject { ["federatedTokenFile"] = "token" });
        StoreToken(TimeSpan.FromHours(1), issuer, subject);

        var push = await _run.RunAsync("push");

        Assert.Equal(4, push.Code);
        Assert.Contains($"AADSTS{number}", push.Out, StringComparison.Ordinal);
        Assert.Contains("Federated credentials", push.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forged_federated_token_is_refused()
    {
        using var trusted = SomeCertificate.Rsa();
        _run.Sandbox.EntraState.App.Federation = new FederatedCredential(Issuer, Subject, trusted);
        SignInBy(new JsonObject { ["federatedTokenFile"] = "token" });
        StoreToken(TimeSpan.FromHours(1));

        Assert.Equal(4, (await _run.RunAsync("push")).Code);
    }

    private void SignInBy(JsonObject credential) => _run.Change(settings =>
    {
        settings["auth"]!.AsObject().Remove("clientSecret");
        foreach (var (name, value) in credential) settings["auth"]![name] = value!.DeepClone();
    });

    private void Store(string file, string? password)
    {
        var path = Path.Combine(_run.Folder, file);
        if (file.EndsWith(".pem", StringComparison.Ordinal)) File.WriteAllText(path, SomeCertificate.Pem(_certificate, password));
        else File.WriteAllBytes(path, SomeCertificate.Pfx(_certificate, password));
    }

    /// <summary>A token as Kubernetes projects it into a pod.</summary>
    private void StoreToken(TimeSpan left, string issuer = Issuer, string subject = Subject)
    {
        var now = DateTimeOffset.UtcNow;
        var claims = new JsonObject
        {
            ["iss"] = issuer,
            ["sub"] = subject,
            ["aud"] = "api://AzureADTokenExchange",
            ["nbf"] = (now + left - TimeSpan.FromHours(1)).ToUnixTimeSeconds(),
            ["exp"] = (now + left).ToUnixTimeSeconds(),
        };
        var signed = $"{Encode(new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT" })}.{Encode(claims)}";
        using var key = _certificate.GetRSAPrivateKey()!;
        var signature = key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        File.WriteAllText(Path.Combine(_run.Folder, "token"), $"{signed}.{Base64Url.EncodeToString(signature)}\n");
    }

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));
}
