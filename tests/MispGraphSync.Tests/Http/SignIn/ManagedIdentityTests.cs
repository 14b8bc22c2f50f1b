using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.Http.SignIn;

/// <summary>
/// Microsoft's library reads where the identity endpoint is from the process's environment, so each run is a process of its own.
/// </summary>
public sealed class ManagedIdentityTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync() => _run = await SandboxRun.StartAsync();

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task System_and_user_assigned_identities_sign_in(bool isAssigned)
    {
        SignInBy(isAssigned ? _run.Sandbox.Options.ClientId : true);

        var push = await PushAsync();

        Assert.Equal(0, push.Code);
        Assert.True(_run.Sandbox.GraphState.Count > 0);
        Assert.Empty(_run.Sandbox.RequestsTo(Service.Entra));
        Assert.DoesNotContain(_run.Sandbox.EntraState.IdentityHeader, push.Out + push.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unassigned_identity_exits_with_4_and_is_named()
    {
        SignInBy("99999999-9999-4999-8999-999999999999");

        var push = await PushAsync();

        Assert.Equal(4, push.Code);
        Assert.Contains("Assign the identity 99999999-9999-4999-8999-999999999999", push.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machine_without_identity_exits_with_4_without_retries()
    {
        SignInBy(true);

        var push = await PushAsync(endpoint: "http://127.0.0.1:1/msi/token");

        Assert.Equal(4, push.Code);
        Assert.Contains("There is no managed identity on this machine", push.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_reports_an_identity_of_another_tenant()
    {
        SignInBy(true);
        _run.Change(settings => settings["auth"]!["tenant"] = "99999999-9999-4999-8999-999999999999");

        var doctor = await StartAsync(endpoint: null, "doctor", "--output", "json");

        Assert.Equal(4, doctor.Code);
        var failed = Assert.Single(JsonNode.Parse(doctor.Out)!.AsArray(), row => row!["status"]!.ToString() == "failed");
        Assert.Equal("graph roles", failed!["check"]!.ToString());
        Assert.Contains($"The token is of tenant {_run.Sandbox.Options.Tenant}", failed["cause"]!.ToString(), StringComparison.Ordinal);
    }

    private void SignInBy(JsonNode identity) => _run.Change(settings =>
    {
        settings["auth"]!.AsObject().Remove("clientSecret");
        settings["auth"]!.AsObject().Remove("clientId");
        settings["auth"]!["managedIdentity"] = identity;
    });

    private Task<ToolResult> PushAsync(string? endpoint = null) => StartAsync(endpoint, "push");

    private Task<ToolResult> StartAsync(string? endpoint, params string[] args) => ToolProcess.Start(
        _run.Folder,
        new Dictionary<string, string>
        {
            ["IDENTITY_ENDPOINT"] = endpoint ?? _run.Sandbox.IdentityEndpoint.AbsoluteUri,
            ["IDENTITY_HEADER"] = _run.Sandbox.EntraState.IdentityHeader,
        },
        args).EndAsync();
}
