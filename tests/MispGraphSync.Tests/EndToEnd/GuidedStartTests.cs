using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary><c>config init</c> at a terminal: each answer is tried at the sandbox.</summary>
public sealed class GuidedStartTests : IAsyncLifetime
{
    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(options: null, "sentinel");
        File.Delete(_run.ConfigFile);
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Right_answers_are_tested_and_lead_to_a_push()
    {
        var init = await InitAsync(AllFor("sentinel"));

        Assert.Equal(0, init.Code);
        string[] successes =
        [
            "ok       1 host answers", "ok       MISP 2.", "ok       role ", "events match", "signed in by client secret", "lets us upload",
        ];
        foreach (var success in successes) Assert.Contains(success, init.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("failed ", init.Error, StringComparison.Ordinal);
        Assert.Equal(["auth-client-secret", "ca.pem", "config.json", "misp-key"], FilesOf(_run.Folder));
        Assert.DoesNotContain(_run.Sandbox.Options.MispKey, init.Error + init.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("doctor")).Code);
    }

    [Fact]
    public async Task Each_wrong_answer_is_explained_and_asked_for_again()
    {
        var (misp, key, tenant, client, secret) = Right();
        var workspace = $"{_run.Sandbox.Options.WorkspaceId}";

        var init = await InitAsync(
        [
            "http://127.0.0.1:1", "again", misp, "a-wrong-key", "", key, "sentinel",
            "11111111-1111-4111-8111-111111111111", "", tenant, "", client, "not-the-secret", "", "", "", secret,
            "22222222-2222-4222-8222-222222222222", "", workspace,
        ]);

        Assert.Equal(0, init.Code);
        string[] causes = ["No connection to 127.0.0.1:1 (MISP)", "refused the key (403)", "AADSTS90002", "AADSTS7000215"];
        foreach (var cause in causes) Assert.Contains(cause, init.Error, StringComparison.Ordinal);
        Assert.Equal(5, init.Error.Split("Answer again, or keep").Length - 1);
        Assert.DoesNotContain("not-the-secret", init.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("doctor")).Code);
    }

    [Fact]
    public async Task An_answer_can_be_kept_although_its_test_fails()
    {
        var (_, _, tenant, client, secret) = Right();

        var init = await InitAsync(["http://127.0.0.1:1", "keep", "env:LATER", "keep", "defender", $"{tenant}", "", client, secret, ""]);

        Assert.Equal(0, init.Code);
        Assert.Contains("failed   The secret env:LATER is not there", init.Error, StringComparison.Ordinal);
        Assert.Contains("\"env:LATER\"", File.ReadAllText(_run.ConfigFile), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_could_not_be_tested_is_not_called_ok()
    {
        var (misp, key, tenant, client, _) = Right();

        var init = await InitAsync(
            [misp, key, "sentinel", tenant, "", client, "not-the-secret", "keep", $"{_run.Sandbox.Options.WorkspaceId}"]);

        Assert.Contains("skipped  needs sentinel token", init.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("lets us upload", init.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_way_to_sign_in_can_be_chosen_after_a_failure()
    {
        var (misp, key, tenant, client, secret) = Right();

        var init = await InitAsync(
            [misp, key, "defender", tenant, "token-file", client, "no-such-file", "again", "secret", "", secret, ""]);

        Assert.Equal(0, init.Code);
        Assert.DoesNotContain("federatedTokenFile", File.ReadAllText(_run.ConfigFile), StringComparison.Ordinal);
        Assert.Contains("signed in by client secret", init.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_permission_can_be_granted_before_the_test_is_repeated()
    {
        _run.Sandbox.EntraState.App.DefenderRoles.Clear();

        var init = await InitAsync([.. AllFor("defender"), "again", "keep"]);

        Assert.Equal(0, init.Code);
        Assert.Contains("The token lacks Ti.ReadWrite.All", init.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_added_destination_is_tested_too()
    {
        await InitAsync(AllFor("sentinel"));

        _run.SetPlaces("sentinel", "defender");
        _run.Answers = "defender\n\n";
        var add = await _run.RunAsync("config", "init", "--add");

        Assert.Equal(0, add.Code);
        Assert.Contains("places are taken", add.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _run.RunAsync("push", "--destination", "defender")).Code);
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFileSystemEntries(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    private string[] AllFor(string kind)
    {
        var (misp, key, tenant, client, secret) = Right();
        return [misp, key, kind, tenant, "", client, secret, kind == "sentinel" ? $"{_run.Sandbox.Options.WorkspaceId}" : ""];
    }

    private (string Misp, string Key, string Tenant, string Client, string Secret) Right()
    {
        var options = _run.Sandbox.Options;
        return ($"{_run.Sandbox.Misp}", options.MispKey, $"{options.Tenant}", options.ClientId, options.ClientSecret);
    }

    private Task<ToolResult> InitAsync(string[] answers)
    {
        _run.SetPlaces(answers.Contains("defender") ? "defender" : "sentinel");
        _run.Answers = string.Concat(answers.Select(answer => answer + "\n"));
        return _run.RunAsync("config", "init");
    }
}
