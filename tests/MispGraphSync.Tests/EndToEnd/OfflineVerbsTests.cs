using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>The verbs that read only the ledger, for someone who may not see the secrets.</summary>
public sealed class OfflineVerbsTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(options: null, "graph", "sentinel", "defender");
        Assert.Equal(0, (await _run.RunAsync("push")).Code);
        _run.Change(settings =>
        {
            settings["misp"]!.AsObject().Remove("key");
            settings["auth"]!.AsObject().Remove("clientSecret");
        });
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Theory]
    [InlineData("status")]
    [InlineData("errors")]
    [InlineData("report")]
    [InlineData("explain parcel-desk.example --offline")]
    [InlineData("explain nowhere.example")]
    public async Task Verb_without_network_needs_no_secret_in_the_settings(string command)
    {
        var result = await _run.RunAsync(command.Split(' '));

        Assert.Equal((0, ""), (result.Code, result.Code == 0 ? "" : result.Error));
    }

    [Fact]
    public async Task Explain_names_the_missing_key_when_it_cannot_ask_MISP() =>
        Assert.Contains("misp.key", (await _run.RunAsync("explain", "nowhere.example")).Out, StringComparison.Ordinal);

    [Theory]
    [InlineData("status")]
    [InlineData("errors")]
    [InlineData("report")]
    [InlineData("explain parcel-desk.example --offline")]
    public async Task Verb_without_network_says_that_the_ledger_was_lost(string command)
    {
        foreach (var file in Directory.GetFiles(_run.Folder, "misp-graph.db*")) File.Delete(file);

        var result = await _run.RunAsync(command.Split(' '));

        Assert.Equal(0, result.Code);
        Assert.Contains("the earlier ledger was deleted or lost. It does not show what the destinations hold: the next push lists them.",
            result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing has been pushed", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("push", "misp.key: This is missing")]
    [InlineData("read --destination graph", "No way to sign in is given")]
    [InlineData("errors --retry", "No way to sign in is given")]
    [InlineData("config validate", "misp.key: This is missing")]
    public async Task Verb_that_contacts_a_service_names_the_missing_secret(string command, string fault)
    {
        var result = await _run.RunAsync(command.Split(' '));

        Assert.Equal(2, result.Code);
        Assert.Contains(fault, result.Error + result.Out, StringComparison.Ordinal);
    }
}
