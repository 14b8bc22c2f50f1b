using System.Text.Json.Nodes;
using MispGraphSync.Sandbox;
using Xunit;

namespace MispGraphSync.Tests.EndToEnd;

/// <summary>A ledger that is not the latest, at all kinds of destination.</summary>
public sealed class RestoredLedgerTests : IAsyncLifetime
{
    private const string Event = "5f0a0000-0000-4000-8000-000000000001";

    private SandboxRun _run = null!;

    public async ValueTask InitializeAsync()
    {
        _run = await SandboxRun.StartAsync(new SandboxOptions(), "graph", "sentinel", "defender");
        _run.Change(settings => settings["logs"] = new JsonObject { ["requests"] = "none" });
    }

    public ValueTask DisposeAsync() => _run.DisposeAsync();

    [Fact]
    public async Task Restored_ledger_loses_and_duplicates_nothing()
    {
        await PushAsync(1, 2, 3, 4);
        Back();
        await PushAsync(1, 3, 4);
        await PushAsync(1, 2, 3, 5);
        await PushAsync(1, 2, 5);
        Restore();

        // 3 is revoked for good at Sentinel under its first id; 4 is held according to the ledger and gone; 5 is not known to it.
        var restored = await PushAsync(1, 2, 3, 5);

        Assert.Contains("restored from a backup", OnOneLine(restored.Error), StringComparison.Ordinal);
        AssertThere(1, 2, 3, 5);
        AssertNothingSent(await PushAsync(1, 2, 3, 5));
        _run.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(0, (await _run.RunAsync("verify")).Code);
    }

    [Fact]
    public async Task Indicator_withdrawn_before_the_restore_is_removed()
    {
        await PushAsync(1, 2, 3, 4);
        Back();
        await PushAsync(1, 2, 3, 4, 5);
        Restore();

        await PushAsync(1, 2, 3);

        // 5 is not known to the old ledger: the destinations list it as ours.
        AssertThere(1, 2, 3);
    }

    [Fact]
    public async Task Indicator_revoked_after_the_backup_is_recreated_under_a_new_id()
    {
        await PushAsync(1, 2, 4);
        Back();
        await PushAsync(1, 2, 3, 4);
        await PushAsync(1, 2, 4);
        Restore();
        await PushAsync(1, 2, 4);

        await PushAsync(1, 2, 3, 4);

        AssertThere(1, 2, 3, 4);
    }

    [Fact]
    public async Task Failed_run_after_a_restore_leaves_the_comparison_to_the_next_run()
    {
        await PushAsync(1, 2);
        Back();
        await PushAsync(2);
        Restore();
        foreach (var service in (Service[])[Service.Graph, Service.Management, Service.Defender])
        {
            _run.Sandbox.Faults.AddRandom(service, new Fault.Status(403), probability: 1);
        }

        Put(1, 2);
        Assert.Equal(4, (await _run.RunAsync("push")).Code);
        _run.Sandbox.Faults.Clear();
        await PushAsync(1, 2);

        AssertThere(1, 2);
    }

    [Fact]
    public async Task Emptied_log_folder_costs_one_comparison()
    {
        await PushAsync(1, 2);
        _run.Time.Advance(TimeSpan.FromMinutes(15));
        Directory.Delete(_run.Logs, recursive: true);

        var compared = await PushAsync(1, 2);

        Assert.Contains("no stamp", OnOneLine(compared.Error), StringComparison.Ordinal);
        AssertThere(1, 2);
        var again = await PushAsync(1, 2);
        Assert.Equal("", again.Error);
        AssertNothingSent(again);
    }

    [Fact]
    public async Task Log_folder_that_is_not_kept_is_reported_and_costs_one_comparison()
    {
        await PushAsync(1);
        for (var i = 0; i < 2; i++)
        {
            Directory.Delete(_run.Logs, recursive: true);
            await PushAsync(1);
        }

        Directory.Delete(_run.Logs, recursive: true);
        var later = await PushAsync(1);

        Assert.Contains("is not kept", OnOneLine(later.Error), StringComparison.Ordinal);
        AssertNothingSent(later);
        AssertThere(1);
    }

    [Fact]
    public async Task Copied_ledger_takes_over_later_indicators_of_the_first()
    {
        await PushAsync(1, 2);
        File.Copy(_run.Ledger, Path.Combine(_run.Folder, "copy.db"));
        await PushAsync(1, 2, 3);
        _run.Change(settings =>
        {
            settings["ledger"] = "copy.db";
            settings["logs"]!["directory"] = "other-logs";
        });

        await PushAsync(1, 2, 3);

        AssertThere(1, 2, 3);
    }

    [Fact]
    public async Task Older_ledger_sends_everything_again_where_Sentinel_cannot_be_listed()
    {
        _run.Configure(["sentinel"], _ => { });
        _run.Sandbox.SentinelState.HidesWorkspace = true;
        await PushAsync(1, 2);
        Back();
        await PushAsync(1, 2, 3);
        Restore();

        var restored = await PushAsync(1, 2);

        Assert.Contains("cannot be listed", OnOneLine(restored.Error), StringComparison.Ordinal);
        Assert.Equal(2, restored.Json.GetProperty("destinations")[0].GetProperty("accepted").GetInt32());
        // 3 ends at its own expiry: nothing shows that it is ours.
        Assert.Equal(
            ["x1.example", "x2.example", "x3.example"],
            _run.Sandbox.SentinelState.Active().Select(one => one.ObservableValue).Order());
        AssertNothingSent(await PushAsync(1, 2));
    }

    [Fact]
    public async Task Dry_run_reports_an_older_ledger_and_does_not_change_the_stamp()
    {
        await PushAsync(1);
        Back();
        await PushAsync(1, 2);
        Restore();

        var plan = await _run.RunAsync("plan");

        Assert.Contains("restored from a backup", OnOneLine(plan.Error), StringComparison.Ordinal);
        Assert.Contains("restored from a backup", OnOneLine((await PushAsync(1, 2)).Error), StringComparison.Ordinal);
        AssertThere(1, 2);
    }

    private async Task<ToolResult> PushAsync(params int[] numbers)
    {
        Put(numbers);
        _run.Time.Advance(TimeSpan.FromHours(1));
        var result = await _run.RunAsync("push", "--json");
        Assert.True(result.Code == 0, result.Out + result.Error);
        return result;
    }

    private void Put(params int[] numbers) =>
        _run.Sandbox.MispState.Put(SomeMisp.NumberedDomains(Event, _run.Time.GetUtcNow(), numbers));

    private void AssertThere(params int[] numbers)
    {
        string[] wanted = [.. numbers.Select(number => $"x{number}.example")];
        Assert.All(SandboxItems.Kinds, kind => Assert.Equal(wanted, _run.Sandbox.Values(kind)));
    }

    private static void AssertNothingSent(ToolResult result) =>
        Assert.All(result.Json.GetProperty("destinations").EnumerateArray(),
            one => Assert.Equal(0, one.GetProperty("accepted").GetInt64()));

    private static string OnOneLine(string text) =>
        string.Join(' ', text.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    private void Back() => File.Copy(_run.Ledger, _run.Ledger + ".bak", overwrite: true);

    private void Restore() => File.Copy(_run.Ledger + ".bak", _run.Ledger, overwrite: true);
}
