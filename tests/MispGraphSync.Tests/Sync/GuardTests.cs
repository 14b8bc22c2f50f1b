using MispGraphSync.Core.Sync;
using Xunit;

namespace MispGraphSync.Tests.Sync;

public sealed class GuardTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task More_deletions_than_allowed_are_refused_until_they_are_allowed_once()
    {
        await HoldAsync(100);
        Keep(40);

        var refused = await _run.PushAsync();
        Assert.Equal((ExitCode.Refused, RunStatus.Refused), (refused.ExitCode, refused.Status));
        Assert.Equal(60, refused.Destinations[0].Planned.Delete);
        Assert.Equal(100, _run.Destination.Held.Count);
        Assert.Contains("--max-delete 60", refused.Destinations[0].Remedy, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Refused, (await _run.PushAsync()).ExitCode);
        await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(60, IsPercent: false) });
        Assert.Equal(40, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Twenty_deletions_always_pass()
    {
        await HoldAsync(25);
        Keep(5);

        Assert.Equal(ExitCode.Ok, (await _run.PushAsync()).ExitCode);
        Assert.Equal(5, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Half_of_what_is_held_may_go()
    {
        await HoldAsync(100);
        Keep(50);

        Assert.Equal(ExitCode.Ok, (await _run.PushAsync()).ExitCode);
        Assert.Equal(50, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task An_empty_read_is_refused_while_anything_is_held()
    {
        await HoldAsync(3);
        _run.Source.Events.Clear();

        Assert.Equal(ExitCode.Refused, (await _run.PushAsync()).ExitCode);
        Assert.Equal(3, _run.Destination.Held.Count);

        await _run.PushAsync(options => options with { AcceptChanges = true });
        Assert.Empty(_run.Destination.Held);
    }

    [Fact]
    public async Task An_empty_read_is_no_trouble_when_nothing_was_ever_there() =>
        Assert.Equal(ExitCode.Ok, (await _run.PushAsync()).ExitCode);

    [Fact]
    public async Task A_narrowed_filter_is_told_apart_from_a_withdrawal()
    {
        await HoldAsync(10);
        Keep(9);
        _run.Filters = "only some";

        Assert.Equal(ExitCode.Refused, (await _run.PushAsync()).ExitCode);
        Assert.Equal(ExitCode.Refused, (await _run.PushAsync()).ExitCode);
        Assert.Equal(10, _run.Destination.Held.Count);

        Assert.Equal(ExitCode.Ok, (await _run.PushAsync(options => options with { AcceptChanges = true })).ExitCode);
        Assert.Equal(9, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task A_key_that_lost_its_rights_is_no_withdrawal()
    {
        await HoldAsync(10);
        Keep(9);
        _run.Source.Fingerprint = "role 6";

        Assert.Equal(ExitCode.Refused, (await _run.PushAsync()).ExitCode);
        Assert.Equal(10, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task A_dry_run_disarms_nothing()
    {
        await HoldAsync(10);
        Keep(9);
        _run.Filters = "only some";

        await _run.PlanAsync(options => options with { AcceptChanges = true });

        Assert.Equal(ExitCode.Refused, (await _run.PushAsync()).ExitCode);
    }

    [Fact]
    public async Task A_widened_filter_that_deletes_nothing_passes_and_disarms()
    {
        await HoldAsync(10);
        _run.Filters = "more";
        Assert.Equal(ExitCode.Ok, (await _run.PushAsync()).ExitCode);

        Keep(9);

        Assert.Equal(ExitCode.Ok, (await _run.PushAsync()).ExitCode);
    }

    [Fact]
    public async Task A_tightened_destination_setting_asks_before_it_deletes()
    {
        _run.Source.Put(Some.Event(1, tags: "tlp:amber"), Some.Domain(1));
        await _run.PushAsync();
        _run.Destination.Policy = new DestinationPolicy { MaxTlp = Core.Domain.Tlp.Green };

        Assert.Equal(ExitCode.Refused, (await _run.PushAsync()).ExitCode);
        Assert.Single(_run.Destination.Held);
        await _run.PushAsync(options => options with { AcceptChanges = true });
        Assert.Empty(_run.Destination.Held);
    }

    [Fact]
    public async Task One_destinations_refusal_leaves_the_other_free()
    {
        _run.Destinations.Add(new FakeDestination("sentinel", IndicatorForm.Single));
        await HoldAsync(100);
        _run.Destinations[1].Held.Clear();
        Keep(40);

        var report = await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(50, IsPercent: true) });

        Assert.All(report.Destinations, destination => Assert.Equal(RunStatus.Refused, destination.Status));
    }

    [Theory]
    [InlineData("50%", 50, true)]
    [InlineData("0", 0, false)]
    [InlineData("1000", 1000, false)]
    public void A_limit_is_a_number_or_a_share(string text, int amount, bool isPercent) =>
        Assert.Equal(new DeletionLimit(amount, isPercent), DeletionLimit.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("101%")]
    [InlineData("half")]
    [InlineData("5.5%")]
    public void Anything_else_is_no_limit(string text) => Assert.Null(DeletionLimit.Parse(text));

    private async Task HoldAsync(int count)
    {
        Keep(count);
        await _run.PushAsync();
        Assert.Equal(count, _run.Destination.Held.Count);
    }

    // One event each, so that removing some withdraws them.
    private void Keep(int count)
    {
        _run.Source.Events.Clear();
        for (var i = 1; i <= count; i++) _run.Source.Put(Some.Event(i), Some.Domain(i));
    }
}
