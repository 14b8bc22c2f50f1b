using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class GuardTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Deletions_above_the_limit_are_withheld_until_allowed_for_one_run()
    {
        await HoldAsync(100);
        Keep(40);
        _run.Source.Put(Some.Event(200), Some.Domain(200));

        var refused = await _run.PushAsync();
        Assert.Equal((RunOutcome.DeletionsWithheld, RunStatus.Refused), (refused.Outcome, refused.Status));
        var there = refused.Destinations[0];
        Assert.Equal((60L, 60L, 1L, 60L), (there.Planned.Delete, there.Withheld, there.Tally.Accepted, there.Tally.NotAttempted));
        Assert.Equal(101, _run.Destination.Held.Count);
        Assert.Contains("--max-delete 60", refused.Destinations[0].Remedy, StringComparison.Ordinal);

        Assert.Equal(RunOutcome.DeletionsWithheld, (await _run.PushAsync()).Outcome);
        await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(60, IsPercent: false) });
        Assert.Equal(41, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Twenty_deletions_pass_under_any_share()
    {
        await HoldAsync(25);
        Keep(5);

        var report = await _run.PushAsync();
        Assert.Equal((RunOutcome.Done, 0L, 20L), (report.Outcome, report.Destinations[0].Withheld, report.Destinations[0].Deleted));
        Assert.Equal(5, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Half_of_the_held_indicators_may_be_deleted()
    {
        await HoldAsync(100);
        Keep(50);

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(50, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Empty_read_deletes_nothing_while_anything_is_held()
    {
        await HoldAsync(3);
        _run.Source.Events.Clear();

        var refused = await _run.PushAsync();
        Assert.Equal((RunOutcome.DeletionsWithheld, RunStatus.Refused), (refused.Outcome, refused.Destinations[0].Status));
        Assert.Contains("--accept-changes --max-delete 100%", refused.Destinations[0].Remedy, StringComparison.Ordinal);
        Assert.Equal(3, _run.Destination.Held.Count);

        // The allowance of twenty does not count here.
        Assert.Equal(RunOutcome.DeletionsWithheld, (await _run.PushAsync(options => options with { AcceptChanges = true })).Outcome);
        Assert.Equal(3, _run.Destination.Held.Count);

        await _run.PushAsync(options => options with { AcceptChanges = true, MaxDelete = new DeletionLimit(100, IsPercent: true) });
        Assert.Empty(_run.Destination.Held);
    }

    [Fact]
    public async Task Empty_read_does_not_stop_renewals()
    {
        await HoldAsync(1);
        _run.Source.Events.Clear();
        _run.Time.Advance(TimeSpan.FromDays(29));

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.DeletionsWithheld, 1L), (report.Outcome, report.Destinations[0].Planned.Renew));
        Assert.Equal(_run.Time.GetUtcNow().AddDays(30), _run.Destination.Held.Single().Expires);
    }

    [Fact]
    public async Task Aged_events_are_no_empty_read()
    {
        await HoldAsync(3);
        foreach (var uuid in _run.Source.Events.Keys) _run.Source.Aged.Add(uuid);
        _run.Source.Events.Clear();

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(3, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Empty_read_is_no_failure_where_nothing_was_ever_held() =>
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);

    [Fact]
    public async Task Filter_change_withholds_deletions_until_accepted()
    {
        await HoldAsync(10);
        Keep(9);
        _run.Source.Put(Some.Event(200), Some.Domain(200));
        _run.Filters = "only some";

        var refused = (await _run.PushAsync()).Destinations[0].WithheldDeletions!;
        Assert.Equal((DeletionVerdict.NewSelection, false), (refused.Verdict, refused.IsAlsoTooMany));
        Assert.Equal(RunOutcome.DeletionsWithheld, (await _run.PushAsync()).Outcome);
        Assert.Equal(11, _run.Destination.Held.Count);

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync(options => options with { AcceptChanges = true })).Outcome);
        Assert.Equal(10, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Restored_settings_allow_deletions_again()
    {
        await HoldAsync(10);
        Keep(9);
        _run.Filters = "only some";
        Assert.Equal(RunOutcome.DeletionsWithheld, (await _run.PushAsync()).Outcome);

        _run.Filters = "all";

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(9, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task New_warninglist_version_withholds_nothing()
    {
        _run.Source.Selection = "user 1";
        await HoldAsync(10);
        Keep(9);
        _run.Source.Fingerprint = "warninglist 3, version 7";

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(9, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Settings_change_and_deletion_limit_are_allowed_together()
    {
        await HoldAsync(100);
        Keep(40);
        _run.Filters = "only some";

        var refused = await _run.PushAsync();

        Assert.Contains("--accept-changes --max-delete 60", refused.Destinations[0].Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_at_one_destination_withholds_nothing_at_another()
    {
        _run.Destinations.Add(new FakeDestination("sentinel", IndicatorShape.Single));
        await HoldAsync(10);
        Keep(9);
        _run.Destinations[0].Policy = new DestinationPolicy { MaxTlp = Core.Domain.Tlp.Red };

        var report = await _run.PushAsync();

        Assert.Equal([RunOutcome.DeletionsWithheld, RunOutcome.Done], report.Destinations.Select(one => one.Outcome));
    }

    [Fact]
    public async Task MISP_key_with_fewer_rights_withdraws_nothing()
    {
        await HoldAsync(10);
        Keep(9);
        _run.Source.Fingerprint = "role 6";

        Assert.Equal(RunOutcome.DeletionsWithheld, (await _run.PushAsync()).Outcome);
        Assert.Equal(10, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Dry_run_accepts_no_change()
    {
        await HoldAsync(10);
        Keep(9);
        _run.Filters = "only some";

        await _run.PlanAsync(options => options with { AcceptChanges = true });

        Assert.Equal(RunOutcome.DeletionsWithheld, (await _run.PushAsync()).Outcome);
    }

    [Fact]
    public async Task Widened_filter_without_deletions_is_accepted()
    {
        await HoldAsync(10);
        _run.Filters = "more";
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);

        Keep(9);

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
    }

    [Fact]
    public async Task Tightened_destination_setting_withholds_deletions()
    {
        _run.Source.Put(Some.Event(1, tags: "tlp:amber"), Some.Domain(1));
        await _run.PushAsync();
        _run.Destination.Policy = new DestinationPolicy { MaxTlp = Core.Domain.Tlp.Green };

        Assert.Equal(RunOutcome.DeletionsWithheld, (await _run.PushAsync()).Outcome);
        Assert.Single(_run.Destination.Held);
        await _run.PushAsync(options => options with { AcceptChanges = true });
        Assert.Empty(_run.Destination.Held);
    }

    [Fact]
    public async Task Refusal_at_one_destination_does_not_affect_another()
    {
        _run.Destinations.Add(new FakeDestination("sentinel", IndicatorShape.Single));
        await HoldAsync(100);
        _run.Destinations[1].Held.Clear();
        Keep(40);

        var report = await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(50, IsPercent: true) });

        Assert.All(report.Destinations, destination => Assert.Equal(RunStatus.Refused, destination.Status));
    }

    [Theory]
    [InlineData("0", 1, 1000, false)]
    [InlineData("0%", 1, 1000, false)]
    [InlineData("5", 5, 1000, true)]
    [InlineData("5", 6, 1000, false)]
    [InlineData("1%", 20, 20, true)]
    [InlineData("1%", 21, 100, false)]
    [InlineData("50%", 50, 100, true)]
    [InlineData("50%", 51, 100, false)]
    public void Number_is_exact_and_share_allows_twenty(string limit, long deletions, long held, bool allowed) =>
        Assert.Equal(allowed, DeletionLimit.Parse(limit)!.Allows(deletions, held));

    [Theory]
    [InlineData("50%", 11, 20, false)]
    [InlineData("50%", 10, 20, true)]
    public void Allowance_of_twenty_can_be_disabled(string limit, long deletions, long held, bool allowed) =>
        Assert.Equal(allowed, DeletionLimit.Parse(limit)!.Allows(deletions, held, isStrict: true));

    [Theory]
    [InlineData("50%", 50, true)]
    [InlineData("100%", 100, true)]
    [InlineData("0", 0, false)]
    [InlineData("1000", 1000, false)]
    public void Limit_parses_a_number_or_a_share_and_is_printed_as_it_was_written(string text, int amount, bool isPercent)
    {
        Assert.Equal(new DeletionLimit(amount, isPercent), DeletionLimit.Parse(text));
        Assert.Equal(text, new DeletionLimit(amount, isPercent).ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" 5")]
    [InlineData("-1")]
    [InlineData("101%")]
    [InlineData("half")]
    [InlineData("5.5%")]
    public void Limit_rejects_other_text(string text) => Assert.Null(DeletionLimit.Parse(text));

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
