using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Planning;

/// <summary>A destination that holds too little: who gets in, who has to go, and when.</summary>
public sealed class CapacityTests : IDisposable
{
    private readonly TestRun _run = new();

    public CapacityTests() => _run.Destinations[0] = new FakeDestination("defender", IndicatorShape.Single)
    {
        Upserts = true,
        HasSharedNamespace = true,
        Capacity = 4,
        CapacityForAll = 15_000,
        BatchSize = 2,
    };

    private FakeDestination Defender => _run.Destination;

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Over_capacity_indicators_are_counted_and_a_second_push_sends_nothing()
    {
        Put(1, ThreatLevel.Medium, 1, 2, 3, 4, 5, 6);

        var first = await PushAsync();
        Assert.Equal((RunOutcome.Done, 4L, 2L), (first.Outcome, first.Planned.Create, first.Skipped[SkipReason.OverCapacity]));
        Assert.Equal(4, Defender.Held.Count);
        Assert.Contains(_run.Warnings, warning =>
            warning.Contains("2 indicators", StringComparison.Ordinal) && warning.Contains("full", StringComparison.Ordinal));

        var sent = Defender.Sent.Count;
        var second = await PushAsync();
        Assert.Equal((0L, sent, 1), (second.Planned.Total, Defender.Sent.Count, Defender.Listed));
    }

    [Fact]
    public async Task Highest_ranked_indicators_are_created()
    {
        Put(1, ThreatLevel.Low, 1, 2, 3);
        Put(2, ThreatLevel.High, 4, 5);
        Put(3, ThreatLevel.Medium, 6, 7);

        await PushAsync();

        Assert.Equal(["d4.example", "d5.example", "d6.example", "d7.example"], Names());
    }

    [Fact]
    public async Task Eviction_requires_strictly_higher_rank()
    {
        Put(1, ThreatLevel.Medium, 1, 2, 3, 4);
        await PushAsync();
        Put(2, ThreatLevel.Medium, 5, 6);

        var report = await PushAsync();

        Assert.Equal((0L, 2L), (report.Planned.Total, report.Skipped[SkipReason.OverCapacity]));
        Assert.Equal(["d1.example", "d2.example", "d3.example", "d4.example"], Names());
    }

    [Fact]
    public async Task Lowest_ranked_indicator_is_evicted_before_a_higher_one_is_created()
    {
        Put(1, ThreatLevel.Medium, 1, 2, 3);
        Put(2, ThreatLevel.Low, 4);
        await PushAsync();
        Defender.Sent.Clear();
        Put(3, ThreatLevel.High, 5);

        var report = await PushAsync();

        Assert.Equal(["d1.example", "d2.example", "d3.example", "d5.example"], Names());
        Assert.Equal([(Operation.Delete, 1), (Operation.Create, 1)], Defender.Sent);
        Assert.Equal(StepReasons.Evicted, _run.Steps.Single(step => step.Action == StepAction.Delete).Reason);
        Assert.Equal((1L, 1L, 2L), (report.Planned.Create, report.Planned.Delete, report.Tally.Accepted));
        Assert.Equal(0, (await PushAsync()).Planned.Total);
    }

    [Fact]
    public async Task Higher_confidence_of_the_same_severity_evicts()
    {
        Put(1, ThreatLevel.Medium, 1, 2, 3, 4);
        await PushAsync();
        _run.Source.Put(
            Some.Event(2, _run.Time.GetUtcNow(), ThreatLevel.Medium, "misp:confidence-level=\"completely-confident\""), Some.Domain(5));

        await PushAsync();

        Assert.Contains("d5.example", Names());
        Assert.Equal(4, Defender.Held.Count);
    }

    [Fact]
    public async Task Evictions_and_creations_alternate_batch_by_batch()
    {
        Put(1, ThreatLevel.Low, 1, 2, 3, 4);
        await PushAsync();
        Defender.Sent.Clear();
        Put(2, ThreatLevel.High, 5, 6, 7, 8);

        await PushAsync();

        Assert.Equal([(Operation.Delete, 2), (Operation.Create, 2), (Operation.Delete, 2), (Operation.Create, 2)], Defender.Sent);
        Assert.Equal(["d5.example", "d6.example", "d7.example", "d8.example"], Names());
    }

    [Fact]
    public async Task Deletions_that_make_room_for_nobody_are_sent_after_the_creations()
    {
        Put(1, ThreatLevel.Low, 1, 2, 3, 4);
        await PushAsync();
        Defender.Sent.Clear();
        _run.Source.Remove(Some.Event(1));
        Put(2, ThreatLevel.High, 5);

        await PushAsync();

        Assert.Equal([(Operation.Delete, 2), (Operation.Create, 1), (Operation.Delete, 2)], Defender.Sent);
        Assert.Equal(["d5.example"], Names());
    }

    [Fact]
    public async Task Indicator_that_could_not_be_removed_keeps_its_place()
    {
        Put(1, ThreatLevel.Low, 1, 2, 3, 4);
        await PushAsync();
        var first = true;
        Defender.Answer = (operation, _) =>
        {
            if (operation != Operation.Delete || !first) return null;
            first = false;
            return new StepOutcome.Rejected("no");
        };
        Put(2, ThreatLevel.High, 5, 6, 7, 8);

        var report = await PushAsync();

        Assert.Equal((8L, 6L, 1L, 1L), (report.Planned.Total, report.Tally.Accepted, report.Tally.Rejected, report.Tally.NotAttempted));
        Assert.Equal(4, Defender.Held.Count);
        Defender.Answer = null;
        await PushAsync();
        Assert.Equal(["d5.example", "d6.example", "d7.example", "d8.example"], Names());
    }

    [Fact]
    public async Task Partial_read_evicts_nothing()
    {
        Put(1, ThreatLevel.Low, 1, 2, 3, 4);
        await PushAsync();
        Put(2, ThreatLevel.High, 5);
        _run.Source.Gap = "a page is missing";

        var partial = await PushAsync();
        Assert.Equal((0L, 1L), (partial.Planned.Total, partial.Skipped[SkipReason.OverCapacity]));
        Assert.Equal(["d1.example", "d2.example", "d3.example", "d4.example"], Names());

        _run.Source.Gap = null;
        await PushAsync();
        Assert.Contains("d5.example", Names());
    }

    [Fact]
    public async Task Freed_place_is_used_in_the_same_run()
    {
        Put(1, ThreatLevel.Medium, 1, 2, 3);
        var leaving = Some.Event(2);
        _run.Source.Put(leaving, Some.Domain(4));
        await PushAsync();
        Put(3, ThreatLevel.Low, 5, 6);
        await PushAsync();
        _run.Source.Remove(leaving);
        Defender.Sent.Clear();

        var report = await PushAsync();

        Assert.Equal((1L, 1L, 1L), (report.Planned.Delete, report.Planned.Create, report.Skipped[SkipReason.OverCapacity]));
        Assert.Equal([(Operation.Delete, 1), (Operation.Create, 1)], Defender.Sent);
        Assert.Equal(0, (await PushAsync()).Planned.Total);
    }

    [Fact]
    public async Task Expiry_makes_room_at_the_time_that_the_run_reported()
    {
        var old = Some.Event(1);
        _run.Source.Put(old, Some.Domain(1), Some.Domain(2), Some.Domain(3), Some.Domain(4));
        await PushAsync();
        _run.Source.Remove(old);
        _run.Source.Aged.Add(old.Uuid);
        await PushAsync();
        Put(2, ThreatLevel.Medium, 5, 6);
        await PushAsync();
        Assert.Contains(_run.Warnings, warning => warning.Contains("2026-02-14", StringComparison.Ordinal));

        await PassAsync(TimeSpan.FromDays(31));
        var report = await PushAsync();

        Assert.Equal(2, report.Planned.Create);
        Assert.Equal(["d5.example", "d6.example"], Names());
        Assert.Equal(2, report.Held);
    }

    [Fact]
    public async Task Expired_indicator_competes_again_for_room()
    {
        Put(1, ThreatLevel.Low, 1, 2, 3, 4);
        await PushAsync();
        await PassAsync(TimeSpan.FromDays(40));
        Put(2, ThreatLevel.High, 5, 6);

        var report = await PushAsync();

        Assert.Equal((4L, 2L, 4L), (report.Planned.Create, report.Skipped[SkipReason.OverCapacity], report.Held));
        Assert.Contains("d5.example", Names());
        Assert.Equal(4, Defender.Held.Count);
        Assert.Equal(0, (await PushAsync()).Planned.Total);
    }

    [Fact]
    public async Task Larger_capacity_is_used_in_the_next_run_and_a_smaller_one_evicts_nothing()
    {
        Put(1, ThreatLevel.Medium, 1, 2, 3, 4, 5, 6);
        await PushAsync();

        Defender.Capacity = 5;
        await PushAsync();
        Assert.Equal(5, Defender.Held.Count);
        Assert.Equal(1, WaitingDestinations());

        Defender.Capacity = 2;
        Assert.Equal(0, (await PushAsync()).Planned.Total);
        Assert.Equal(5, Defender.Held.Count);
    }

    [Fact]
    public async Task Nothing_is_planned_for_lack_of_room_once_everything_has_room()
    {
        Put(1, ThreatLevel.Medium, 1, 2, 3, 4, 5, 6);
        await PushAsync();
        Assert.Equal(1, WaitingDestinations());

        Defender.Capacity = 6;
        Assert.Equal(2, (await PushAsync()).Planned.Create);

        Assert.Equal(0, WaitingDestinations());
    }

    [Fact]
    public async Task Nothing_is_planned_for_lack_of_room_once_MISP_has_no_more_than_there_is_room_for()
    {
        Put(1, ThreatLevel.Medium, 1, 2, 3, 4);
        Put(2, ThreatLevel.Low, 5, 6);
        await PushAsync();
        Assert.Equal(1, WaitingDestinations());

        _run.Source.Remove(Some.Event(2));
        await PassAsync(TimeSpan.FromDays(1));
        Assert.Equal(0, (await PushAsync()).Planned.Total);

        Assert.Equal(0, WaitingDestinations());
    }

    [Fact]
    public async Task Place_freed_by_an_expiry_is_used_within_the_day()
    {
        var old = Some.Event(1);
        _run.Source.Put(old, Some.Domain(1), Some.Domain(2), Some.Domain(3), Some.Domain(4));
        await PushAsync();
        _run.Source.Remove(old);
        _run.Source.Aged.Add(old.Uuid);
        await PushAsync();
        await PassAsync(TimeSpan.FromDays(30) - TimeSpan.FromHours(2));
        Put(2, ThreatLevel.Medium, 5);
        Assert.Equal(1, (await PushAsync()).Skipped[SkipReason.OverCapacity]);

        await PassAsync(TimeSpan.FromHours(3));

        Assert.Equal(1, (await PushAsync()).Planned.Create);
    }

    [Fact]
    public async Task Indicators_of_others_count_toward_the_capacity_of_the_service()
    {
        Defender.CapacityForAll = 6;
        Defender.Others.AddRange(["one", "two", "three"]);
        Put(1, ThreatLevel.Medium, 1, 2, 3, 4);

        var report = await PushAsync();

        Assert.Equal((3L, 1L), (report.Planned.Create, report.Skipped[SkipReason.OverCapacity]));
    }

    [Fact]
    public async Task Raised_confidence_protects_from_eviction_without_an_update()
    {
        Defender.HasConfidence = false;
        _run.Destinations.Add(new FakeDestination { HasConfidence = false });
        _run.Source.Put(Some.Event(1) with { Organisation = "CERT-A" }, Some.Domain(1));
        Put(2, ThreatLevel.Medium, 2, 3, 4);
        await PushAsync();
        var rule = new Rule
        {
            Name = "rules[0]",
            Text = "organisation CERT-A",
            When = [new RuleCondition(RuleKey.All.Single(key => key.Name == "organisation")) { Names = ["CERT-A"] }],
            Then = new RuleEffect { Confidence = 100 },
        };
        foreach (var one in _run.Destinations) one.Policy = new DestinationPolicy { Rules = [rule], DefaultConfidence = 51 };
        Assert.Equal(0, (await PushAsync()).Planned.Total);
        // Where room is not limited, a rank is recorded with each send, and not lost without one.
        using (var ledger = _run.OpenLedger()) Assert.Equal(0, ledger.Scalar("SELECT COUNT(*) FROM held WHERE rank = 0"));

        _run.Source.Put(Some.Event(3, _run.Time.GetUtcNow(), ThreatLevel.Medium),
            [.. Enumerable.Range(5, 4).Select(n => Some.Domain(n, "misp:confidence-level=\"usually-confident\""))]);
        await PushAsync();

        Assert.Contains("d1.example", Names());
        Assert.Equal(4, Defender.Held.Count);
    }

    [Fact]
    public async Task Deletion_limit_counts_evictions()
    {
        Defender.Capacity = 30;
        Put(1, ThreatLevel.Low, [.. Enumerable.Range(1, 30)]);
        await PushAsync();
        Put(2, ThreatLevel.High, [.. Enumerable.Range(101, 30)]);

        var refused = await PushAsync();
        Assert.Equal((RunOutcome.DeletionsWithheld, 30), (refused.Outcome, Defender.Held.Count));
        Assert.Contains("to make room", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--max-delete 30", refused.Remedy, StringComparison.Ordinal);

        await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(30, IsPercent: false) });
        Assert.All(Names(), name => Assert.StartsWith("d1", name, StringComparison.Ordinal));
        Assert.Equal(30, Defender.Held.Count);
    }

    [Fact]
    public async Task Eviction_after_a_filter_change_is_no_withdrawal()
    {
        Put(1, ThreatLevel.Low, 1, 2, 3, 4);
        await PushAsync();
        _run.Filters = "more";
        Put(2, ThreatLevel.High, 5);

        Assert.Equal(RunOutcome.Done, (await PushAsync()).Outcome);
        Assert.Contains("d5.example", Names());
    }

    [Fact]
    public async Task Dry_run_plans_the_same_evictions_without_a_request()
    {
        Put(1, ThreatLevel.Low, 1, 2, 3, 4);
        await PushAsync();
        Put(2, ThreatLevel.Medium, 5, 6);
        var listed = Defender.Listed;

        var dry = (await _run.PlanAsync()).Destinations[0];

        Assert.Equal((2L, 2L, listed), (dry.Planned.Create, dry.Planned.Delete, Defender.Listed));
    }

    [Fact]
    public async Task New_ledger_counts_indicators_that_it_takes_over()
    {
        Put(1, ThreatLevel.Medium, 1, 2, 3);
        await PushAsync();
        File.Delete(_run.LedgerPath);
        Put(2, ThreatLevel.Medium, 4, 5);

        var report = await PushAsync();

        Assert.Equal((1L, 0L, 1L), (report.Planned.Create, report.Planned.Update, report.Skipped[SkipReason.OverCapacity]));
        Assert.Equal((4, 4L), (Defender.Held.Count, report.Held));
    }

    [Fact]
    public async Task Creations_behind_rejected_deletions_are_planned_again()
    {
        for (var i = 1; i <= 4; i++) Put(i, ThreatLevel.Medium, i);
        await PushAsync();
        for (var i = 3; i <= 4; i++) _run.Source.Remove(Some.Event(i));
        for (var i = 5; i <= 6; i++) Put(i, ThreatLevel.Medium, i);
        Defender.Policy = new DestinationPolicy { DefaultConfidence = 60 };
        Defender.Answer = (operation, _) =>
            operation == Operation.Delete ? new StepOutcome.Rejected("try again later", IsTransient: true) : null;

        var blocked = await PushAsync(acceptsChanges: true);
        Assert.Equal((RunOutcome.Incomplete, 2L, 2L), (blocked.Outcome, blocked.Tally.Rejected, blocked.Tally.NotAttempted));

        Defender.Answer = null;
        var free = await PushAsync(acceptsChanges: true);
        Assert.Equal((RunOutcome.Done, 2L, 2L), (free.Outcome, free.Planned.Create, free.Planned.Delete));
        Assert.Equal(["d1.example", "d2.example", "d5.example", "d6.example"], Names());
    }

    private async Task<DestinationReport> PushAsync(bool acceptsChanges = false)
    {
        var report = await _run.PushAsync(options => options with { AcceptChanges = acceptsChanges });
        Assert.Empty(report.Imbalances);
        return report.Destinations[0];
    }

    private void Put(int number, ThreatLevel level, params int[] domains) =>
        _run.Source.Put(Some.Event(number, _run.Time.GetUtcNow().AddDays(-2), level), [.. domains.Select(n => Some.Domain(n))]);

    /// <summary>Time passes, and the service forgets what has run out.</summary>
    private Task PassAsync(TimeSpan time)
    {
        _run.Time.Advance(time);
        Defender.Held.RemoveAll(one => one.Expires <= _run.Time.GetUtcNow());
        return Task.CompletedTask;
    }

    /// <summary>How many destinations plan everything again, as soon as there may be room.</summary>
    private long WaitingDestinations()
    {
        using var ledger = _run.OpenLedger();
        return ledger.Scalar("SELECT COUNT(*) FROM destination WHERE look_again_at IS NOT NULL");
    }

    private List<string> Names() =>
        [.. Defender.Held.Select(one => one.Value.Split("Value = ")[1].TrimEnd('}', ' ')).Order(StringComparer.Ordinal)];
}
