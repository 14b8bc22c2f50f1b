using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Http.SignIn;

/// <summary>The tool and a Key Vault under its real name: a proxy leads the name to the sandbox, over TLS to the last byte.</summary>
public sealed class KeyVaultTests : IAsyncLifetime
{
    private const string Vault = "sandbox-vault.vault.azure.net";

    private readonly ConnectProxy _proxy = new();
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions { SampleEvents = true, Tls = true });
        _proxy.Ports[Vault] = _run.Sandbox.KeyVault.Port;
        _run.Sandbox.VaultState.Secrets["misp-key"] = _run.Sandbox.Options.MispKey;
        _run.Sandbox.VaultState.Secrets["client-secret"] = _run.Sandbox.Options.ClientSecret;
        _run.Change(settings =>
        {
            settings["proxy"] = _proxy.Address.GetLeftPart(UriPartial.Authority);
            settings["misp"]!["key"] = $"keyvault:https://{Vault}/secrets/misp-key";
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _run.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task MISP_key_is_fetched_and_never_stored()
    {
        var push = await _run.RunAsync("push", "-vv");

        Assert.Equal(0, push.Code);
        Assert.Contains($"{Vault}:443", _proxy.Asked);
        var written = push.Out + push.Error + string.Concat(Directory.EnumerateFiles(_run.Folder, "*", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith("config.json", StringComparison.Ordinal))
                .Select(file => System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file))));
        Assert.DoesNotContain(_run.Sandbox.Options.MispKey, written, StringComparison.Ordinal);
        Assert.DoesNotContain(_run.Sandbox.Options.ClientSecret, written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_secret_is_fetched_with_the_certificate_and_used()
    {
        using var certificate = SomeCertificate.Rsa();
        File.WriteAllText(Path.Combine(_run.Folder, "app.pem"), SomeCertificate.Pem(certificate));
        _run.Sandbox.EntraState.App.Certificates.Add(certificate);
        _run.Change(settings =>
        {
            settings["auth"]!["clientSecret"] = $"keyvault:https://{Vault}/secrets/client-secret";
            settings["auth"]!["certificate"] = new JsonObject { ["path"] = "app.pem" };
        });

        var push = await _run.RunAsync("push");

        Assert.Equal(0, push.Code);
        var signIns = _run.Sandbox.RequestsTo(Service.Entra).Where(request => request.Method == "POST").Select(request => request.Body)
            .ToList();
        Assert.Contains(signIns, form =>
            form.Contains("client_assertion=", StringComparison.Ordinal) && form.Contains("vault.azure.net", StringComparison.Ordinal));
        Assert.Contains(signIns, form =>
            form.Contains("client_secret=", StringComparison.Ordinal) && form.Contains("graph.microsoft.com", StringComparison.Ordinal));
        Assert.DoesNotContain(signIns, form =>
            form.Contains("client_secret=", StringComparison.Ordinal) && form.Contains("vault.azure.net", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secret_is_fetched_on_first_use_only()
    {
        await _run.RunAsync("config", "show");
        await _run.RunAsync("status");

        Assert.Empty(_run.Sandbox.RequestsTo(Service.KeyVault));
    }

    [Fact]
    public async Task Missing_secret_missing_role_and_busy_vault_have_different_messages()
    {
        _run.Change(settings => settings["misp"]!["key"] = $"keyvault:https://{Vault}/secrets/another");
        var missing = await _run.RunAsync("push");
        _run.Sandbox.VaultState.IsForbidden = true;
        var forbidden = await _run.RunAsync("push");

        Assert.Equal((2, 4), (missing.Code, forbidden.Code));
        Assert.Contains("has no such secret or version (404): SecretNotFound", missing.Out, StringComparison.Ordinal);
        Assert.Contains("Key Vault Secrets User", forbidden.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Busy_vault_is_retried()
    {
        _run.Sandbox.Faults.Add(Service.KeyVault, new Fault.Throttle(TimeSpan.Zero));

        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        Assert.Equal(2, _run.Sandbox.RequestsTo(Service.KeyVault).Count);
    }

    [Fact]
    public async Task Vault_redirect_is_not_followed()
    {
        _run.Sandbox.Faults.Add(Service.KeyVault, new Fault.Reply(302, ""));

        var push = await _run.RunAsync("push");

        Assert.Equal(5, push.Code);
        Assert.Contains("which is not followed", push.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Foreign_response_is_not_quoted()
    {
        _run.Sandbox.Faults.Add(Service.KeyVault, new Fault.Reply(200, "{\"value\": \"half-of-a-secret"));

        var push = await _run.RunAsync("push");

        Assert.Equal(5, push.Code);
        Assert.DoesNotContain("half-of-a-secret", push.Out + push.Error, StringComparison.Ordinal);
    }
}
