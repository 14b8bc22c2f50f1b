using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>The newcomer's whole way, typed in a pseudo-terminal, from the first question to an empty destination.</summary>
public sealed class TerminalWalkTests : IAsyncLifetime
{
    private const string Bad = "no-such-thing.example";

    /// <summary>An event of the samples with values that are in no other event.</summary>
    private const string Parcel = "00000000-0001-40e0-8a5d-5a000000000e";

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        TerminalRun.SkipWhereThereIsNone();
        _run = await SandboxRun.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_run is not null) await _run.DisposeAsync();
    }

    [Theory]
    [InlineData("sentinel", 80)]
    [InlineData("defender", 120)]
    public async Task Newcomer_gets_from_the_first_question_to_an_empty_destination(string kind, int columns)
    {
        await InitAsync(kind, columns);
        (await TypeAsync("doctor")).Says(0, "0 warnings, 0 failed, 0 skipped (exit 0).");
        var plan = await TypeAsync("plan");
        plan.Says(0, "to create", "nothing was sent (exit 0).", "next: misp-graph push");
        Assert.Empty(_run.Sandbox.Values(kind));

        (await TypeAsync("push")).Says(0, "Run 1 completed in", "(exit 0).", "next: misp-graph verify");
        var count = _run.Sandbox.Values(kind).Count;
        Assert.Contains($"{count} planned: {count} to create", plan.Words, StringComparison.Ordinal);
        (await TypeAsync("verify")).Says(0, $"{kind}: {count} held, {count} at the destination {count} as sent", "No differences found.");
        (await TypeAsync("read")).Says(0, "EXPIRES (UTC) TLP ACTION TYPE VALUE", "parcel-desk.example");
        (await TypeAsync("explain parcel-desk.example")).Says(0, $"At {kind}", "parcel-desk.example is there", "sent in run 1", "expires");

        AddBadAttribute(kind);
        (await TypeAsync("push")).Says(3, "1 × ", "(exit 3).", "next: misp-graph errors --run 2");
        (await TypeAsync("errors --run 2")).Says(0, Bad, "misp-graph errors --retry");
        (await TypeAsync($"explain {Bad}")).Says(0, $"{Bad} was rejected;", "rejected create, tried once, last in run 2");
        _run.Sandbox.Faults.Clear();
        (await TypeAsync("errors --retry")).Says(0, "1 accepted");

        (await TypeAsync("report")).Says(0, $"Wrote {_run.Folder}/misp-graph-report.html");
        var place = kind == "sentinel" ? _run.Sandbox.Options.WorkspaceId : _run.Sandbox.Options.Tenant;
        (await TypeAsync("purge", ("? [y/N] ", "yes"))).Says(
            0, $"Remove {count + 1} indicators from '{kind}' ({place})?",
            $"{kind}: {count + 1} indicators removed in ", "The next push creates everything again");
        Assert.Empty(_run.Sandbox.Values(kind));

        Task<Screen> TypeAsync(string command, params (string, string)[] typed) => _run.TypeAsync(columns, command, typed);
    }

    [Fact]
    public async Task First_run_after_a_loss_doubles_nothing_and_deletes_what_MISP_no_longer_has()
    {
        const string kind = "sentinel";
        _run.Configure([kind], _ => { });
        Assert.Equal(0, (await _run.TypeAsync(80, "push")).Code);
        var before = _run.Sandbox.Values(kind);
        foreach (var file in Directory.GetFiles(_run.Folder, "misp-graph.db*")) File.Delete(file);
        _run.Sandbox.MispState.Remove(Parcel);

        (await _run.TypeAsync(80, "verify")).Says(
            3, "untracked: under a key of ours, but not in the ledger", "Next: misp-graph push --full");
        var plan = await _run.TypeAsync(80, "plan");
        plan.Says(
            0, "the earlier ledger was deleted or lost", $"{before.Count} indicators there are ours (instance 'sandbox').",
            "They are to be deleted.", "next: misp-graph push");
        Assert.Equal(before, _run.Sandbox.Values(kind));
        (await _run.TypeAsync(80, "push")).Says(0, "They are in the ledger now.", "They are to be deleted.", "next: misp-graph verify");

        var after = _run.Sandbox.Values(kind);
        string[] gone = [.. before.Except(after)];
        Assert.Contains(gone, value => plan.Words.Contains(value, StringComparison.Ordinal));
        Assert.Contains($"{gone.Length} to delete", plan.Words, StringComparison.Ordinal);
        Assert.Equal(before.Except(gone), after);
        (await _run.TypeAsync(80, "verify")).Says(0, $"{after.Count} as sent", "No differences found.");
        (await _run.TypeAsync(80, "push")).Says(0, "0 planned", $"{after.Count} unchanged");
    }

    [Fact]
    public async Task Without_a_ledger_a_second_push_sends_nothing_and_verify_is_a_plan()
    {
        _run.Configure(["sentinel"], settings => settings["ledger"] = "none");
        (await _run.TypeAsync(80, "push")).Says(0, "to create");
        var there = _run.Sandbox.Values("sentinel");

        (await _run.TypeAsync(80, "push")).Says(0, "0 planned", $"{there.Count} unchanged");

        Assert.Equal(there, _run.Sandbox.Values("sentinel"));
        (await _run.TypeAsync(80, "verify")).Says(
            0, "there is no ledger; this shows what push would send.", "0 planned", "nothing was sent");
        var status = await _run.TypeAsync(80, "status");
        status.Says(2, "need");
        Assert.StartsWith("error: ", status.Words, StringComparison.Ordinal);
    }

    private async Task InitAsync(string kind, int columns)
    {
        File.Delete(_run.ConfigFile);
        _run.SetPlaces(kind);
        var options = _run.Sandbox.Options;
        (string, string)[] common =
        [
            ("MISP's address: ", $"{_run.Sandbox.Misp}"), ("[env:MISP_KEY]: ", options.MispKey), ("[sentinel]: ", kind),
            ("(id or domain): ", $"{options.Tenant}"), ("[secret]: ", ""), ("(client) id: ", options.ClientId),
            ("[env:AZURE_CLIENT_SECRET]: ", options.ClientSecret),
            kind == "sentinel" ? ("Overview page: ", $"{options.WorkspaceId}") : ("allow, warn [alert]: ", ""),
        ];

        var init = await _run.TypeAsync(columns, "config init", common);

        init.Says(0, "MISP 2.", "events match", "signed in by client secret", "Next: misp-graph doctor, then misp-graph plan.");
        if (kind == "sentinel") Assert.Contains("found by its id: sandbox-workspace", init.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("failed", init.Words, StringComparison.Ordinal);
        Assert.DoesNotContain(options.MispKey, init.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(options.ClientSecret, init.Text, StringComparison.Ordinal);
    }

    private void AddBadAttribute(string kind)
    {
        var uuid = _run.Sandbox.MispState.AddEvent(new JsonObject { ["info"] = "A typing error", ["Attribute"] = new JsonArray() });
        _run.Sandbox.MispState.AddAttribute(uuid, new JsonObject { ["type"] = "domain", ["value"] = Bad, ["to_ids"] = true });
        _run.Sandbox.Faults.Add(SandboxItems.ServiceOf(kind), new Fault.Status(400), times: 100, when: request =>
            request.Body.Contains(Bad, StringComparison.Ordinal));
    }
}
