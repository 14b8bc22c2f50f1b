using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Maintenance;

public sealed class RepairTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    /// <summary>Graph's manners, Defender's, Sentinel's.</summary>
    public static TheoryData<bool, bool> Services => new() { { false, false }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Missing_edited_and_untracked_are_repaired_and_the_next_verify_is_clean(bool upserts, bool keysLiveOnce)
    {
        await PushAsync(upserts, keysLiveOnce, domains: 6);
        var bodies = Bodies();
        var keys = Keys();
        _run.Destination.Held.RemoveAt(0);
        _run.Destination.Held[0] = _run.Destination.Held[0] with { Body = """{"content":"edited"}""" };
        using (var ledger = _run.OpenLedger())
        {
            ledger.Run("DELETE FROM held WHERE observables IN (SELECT observables FROM held ORDER BY id DESC LIMIT 2)");
            ledger.Run("UPDATE destination SET held = held - 2");
        }

        var repaired = await _run.VerifyAsync(repairs: true);
        Assert.Equal((RunOutcome.Done, 1L, 1L, 2L), (repaired.Outcome, repaired.Found[FindingKind.Missing],
            repaired.Found[FindingKind.Edited], repaired.Found[FindingKind.Untracked]));
        Assert.Equal(bodies, Bodies());
        Assert.Equal(keys, Keys());

        await AssertCleanAsync(6);
    }

    [Fact]
    public async Task Indicators_of_a_lost_ledger_are_left_to_a_push()
    {
        await PushAsync(upserts: true, keysLiveOnce: true, domains: 3);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_run.LedgerPath)!)) File.Delete(file);

        var verified = await _run.VerifyAsync();
        var repaired = await _run.VerifyAsync(repairs: true);

        Assert.Equal((RunOutcome.Incomplete, 3L), (verified.Outcome, verified.LeftToPush));
        Assert.Equal((RunOutcome.Incomplete, 3L), (repaired.Outcome, repaired.LeftToPush));
        await _run.PushAsync();
        await AssertCleanAsync(3);
    }

    [Fact]
    public async Task Duplicates_of_ours_are_removed_and_the_tracked_one_stays()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 2);
        var kept = _run.Destination.Held.Select(one => one.Id).Order().ToList();
        _run.Destination.Held.Add(_run.Destination.Held[0] with { Id = "copy-1" });
        _run.Destination.Held.Add(_run.Destination.Held[0] with { Id = "copy-2" });

        var repaired = await _run.VerifyAsync(repairs: true);

        Assert.Equal(new PlanCounts(0, 0, 0, 2), repaired.Repair!.Planned);
        Assert.Equal(("graph", new PlanCounts(0, 0, 0, 2)), _run.Plans[^1]);
        Assert.Equal(kept, _run.Destination.Held.Select(one => one.Id).Order());
        await AssertCleanAsync(2);
    }

    [Fact]
    public async Task Duplicate_with_an_unconfirmed_removal_is_not_taken_for_the_held_one()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 2);
        var kept = _run.Destination.Held.Select(one => one.Id).Order().ToList();
        _run.Destination.Held.Add(_run.Destination.Held[0] with { Id = "copy" });
        _run.Destination.Answer = (_, _) => new StepOutcome.Unknown("lost before it arrived");
        await _run.VerifyAsync(repairs: true);
        _run.Destination.Answer = null;

        await _run.PushAsync();
        Assert.Equal(["copy", .. kept], _run.Destination.Held.Select(one => one.Id).Order());

        await _run.VerifyAsync(repairs: true);
        Assert.Equal(kept, _run.Destination.Held.Select(one => one.Id).Order());
        await AssertCleanAsync(2);
    }

    [Fact]
    public void Repair_is_reported_with_its_steps_and_what_is_held_after_it()
    {
        var verified = new VerifiedDestination { Name = "graph", Kind = "graph", Held = 5, AsSent = 3 };
        var repaired = verified with { Repair = new RepairReport(new PlanCounts(1, 2, 0, 4), new StepTally(4, 1, 1, 1), 6, 8) };

        var (without, with) = (verified.ToReport(), repaired.ToReport());

        Assert.Equal((PlanCounts.None, default, 0L, 5L), (without.Planned, without.Tally, without.Suppressed, without.Held));
        Assert.Equal(
            (new PlanCounts(1, 2, 0, 4), new StepTally(4, 1, 1, 1), 6L, 8L), (with.Planned, with.Tally, with.Suppressed, with.Held));
    }

    [Fact]
    public void Faults_are_all_differences_and_nothing_else()
    {
        var found = Enum.GetValues<FindingKind>().Select((kind, i) => (kind, i)).ToDictionary(one => one.kind, one => 1L << one.i);

        var verified = new VerifiedDestination { Name = "graph", Kind = "graph", Found = found };

        var harmless = found[FindingKind.Expired] + found[FindingKind.NotYetVisible] + found[FindingKind.Foreign];
        Assert.Equal(found.Values.Sum() - harmless, verified.Faults);
    }

    [Fact]
    public async Task Repair_that_was_rejected_before_is_not_sent_again()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 2);
        _run.Destination.Held[0] = _run.Destination.Held[0] with { Body = """{"content":"edited"}""" };
        _run.Destination.Answer = (operation, _) => operation == Operation.Update ? new StepOutcome.Rejected("no") : null;
        Assert.Equal(1, (await _run.VerifyAsync(repairs: true)).Repair!.Tally.Rejected);
        _run.Destination.Sent.Clear();

        var repaired = await _run.VerifyAsync(repairs: true);

        Assert.Equal((RunOutcome.Incomplete, 1L, 0L), (repaired.Outcome, repaired.Repair!.Suppressed, repaired.Repair.Planned.Total));
        Assert.Empty(_run.Destination.Sent);
    }

    [Fact]
    public async Task Repair_of_an_edit_looks_for_no_creation()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 1);
        _run.Destination.Held[0] = _run.Destination.Held[0] with { Body = """{"content":"edited"}""" };

        await _run.VerifyAsync(repairs: true);

        Assert.Equal(0, _run.Destination.Reconciled);
    }

    [Fact]
    public async Task Foreign_indicators_are_not_changed()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 1);
        var theirs = new FakeIndicator("x-1", Guid.NewGuid(), "theirs", "{}", _run.Time.GetUtcNow().AddDays(9));
        _run.Destination.Held.Add(theirs);
        _run.Destination.Held.Add(theirs with { Id = "x-2" });
        _run.Destination.Sent.Clear();

        var repaired = await _run.VerifyAsync(repairs: true);

        Assert.Equal((RunOutcome.Done, 2L), (repaired.Outcome, repaired.Found[FindingKind.Foreign]));
        Assert.Empty(_run.Destination.Sent);
    }

    [Fact]
    public async Task Indicator_not_yet_visible_is_not_duplicated()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 3);
        var hidden = _run.Destination.Held[0];
        _run.Destination.Held.RemoveAt(0);
        // It shows again between the list and the repair.
        _run.Destination.BeforeSettling = () => _run.Destination.Held.Add(hidden);

        await _run.VerifyAsync(repairs: true);

        Assert.Equal(3, _run.Destination.Held.Count);
        await AssertCleanAsync(3);
    }

    [Fact]
    public async Task Indicator_revoked_at_the_destination_returns_under_a_new_key()
    {
        await PushAsync(upserts: true, keysLiveOnce: true, domains: 2);
        var old = _run.Destination.Held[0];
        _run.Destination.Held[0] = old with { Revoked = true };

        var repaired = await _run.VerifyAsync(repairs: true);

        Assert.Equal((RunOutcome.Done, new PlanCounts(1, 0, 0, 0)), (repaired.Outcome, repaired.Repair!.Planned));
        var finding = Assert.Single(_run.Findings);
        Assert.Equal((FindingKind.Missing, RepairKind.CreateUnderNextKey), (finding.Kind, finding.Repair));
        Assert.Equal([new Difference("revoked", "false", "true")], finding.Differences);
        Assert.DoesNotContain(_run.Destination.Held, one => one.Key == old.Key && !one.Revoked);
        await AssertCleanAsync(2);
    }

    [Fact]
    public async Task Immutable_difference_is_repaired_by_recreation()
    {
        await PushAsync(upserts: true, keysLiveOnce: false, domains: 1);
        _run.Destination.Held[0] = _run.Destination.Held[0] with { Body = """{"fixed":"Botnet"}""" };
        _run.Destination.Sent.Clear();

        await _run.VerifyAsync(repairs: true);

        Assert.Equal((FindingKind.Edited, RepairKind.Replace), (_run.Findings[0].Kind, _run.Findings[0].Repair));
        Assert.Equal([(Operation.Delete, 1), (Operation.Create, 1)], _run.Destination.Sent);
        await AssertCleanAsync(1);
    }

    [Fact]
    public async Task Value_held_by_others_now_is_released()
    {
        await PushAsync(upserts: true, keysLiveOnce: false, domains: 2);
        _run.Destination.HasSharedNamespace = true;
        var lost = _run.Destination.Held[0];
        _run.Destination.Held.Remove(lost);
        _run.Destination.Others.Add(lost.Value);
        _run.Destination.Sent.Clear();

        var repaired = await _run.VerifyAsync(repairs: true);
        var finding = _run.Findings.Single(finding => finding.Kind == FindingKind.Missing);
        Assert.Equal((RunOutcome.Done, RepairKind.LetGo, 1L), (repaired.Outcome, finding.Repair, repaired.Repair!.Held));
        Assert.Equal([new Difference("holder", "this installation", "somebody else")], finding.Differences);
        Assert.Empty(_run.Destination.Sent);

        await AssertCleanAsync(1, there: 2);
    }

    [Fact]
    public async Task Repair_leaves_other_changes_to_push()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 3);
        _run.Destination.Held.RemoveAt(0);
        _run.Source.Put(Some.Event(2), Some.Domain(8));
        _run.Destination.OnRequest = (_, _) => throw new RunFailedException(RunOutcome.Unreachable, "down");
        await _run.PushAsync();
        _run.Destination.OnRequest = null;

        var repaired = await _run.VerifyAsync(repairs: true);
        Assert.Equal(new PlanCounts(1, 0, 0, 0), repaired.Repair!.Planned);

        var push = await _run.PushAsync();
        Assert.Equal((new PlanCounts(1, 0, 0, 0), 4), (push.Destinations[0].Planned, _run.Destination.Held.Count));
    }

    [Fact]
    public async Task Rejected_repair_is_incomplete_and_tried_by_the_next_push()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 2);
        _run.Destination.Held.RemoveAt(0);
        _run.Destination.Answer = (_, _) => new StepOutcome.Rejected("not now", IsTransient: true);

        var repaired = await _run.VerifyAsync(repairs: true);
        Assert.Equal((RunOutcome.Incomplete, 1L), (repaired.Outcome, repaired.Repair!.Tally.Rejected));

        _run.Destination.Answer = null;
        await _run.PushAsync();
        Assert.Equal(2, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Interrupted_repair_is_reconciled_by_the_next_run()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 3);
        _run.Destination.Held.RemoveAt(0);
        _run.Destination.OnRequest = (operation, steps) =>
        {
            foreach (var step in steps) _run.Destination.Apply(operation, step);
            throw new InvalidOperationException("killed");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => _run.VerifyAsync(repairs: true));

        _run.Destination.OnRequest = null;
        await _run.PushAsync();

        Assert.Equal(3, _run.Destination.Held.Select(one => one.Key).Distinct().Count());
        await AssertCleanAsync(3);
    }

    [Fact]
    public async Task Destination_that_fails_during_the_list_is_not_repaired()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 3);
        _run.Destination.Sent.Clear();
        _run.Destination.ListFailsAfter = 1;

        var verified = await _run.VerifyAsync(repairs: true);

        Assert.Equal(RunOutcome.Unreachable, verified.Outcome);
        Assert.Null(verified.There);
        Assert.Empty(_run.Destination.Sent);
    }

    private async Task PushAsync(bool upserts, bool keysLiveOnce, int domains)
    {
        _run.Destinations[0] = new FakeDestination(upserts ? "sentinel" : "graph",
            upserts ? IndicatorShape.Single : IndicatorShape.Combined)
        { Upserts = upserts, IdsNotReusable = keysLiveOnce };
        _run.Source.Put(Some.Event(1), Some.Domains(1, domains));
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromMinutes(10));
    }

    private Task AssertCleanAsync(long held) => AssertCleanAsync(held, there: held);

    private async Task AssertCleanAsync(long held, long there)
    {
        _run.Time.Advance(TimeSpan.FromMinutes(10));
        var verified = await _run.VerifyAsync();
        Assert.Equal((RunOutcome.Done, held, there, held), (verified.Outcome, verified.Held, verified.There, verified.AsSent));
        _run.Destination.Sent.Clear();
        await _run.PushAsync();
        Assert.Empty(_run.Destination.Sent);
    }

    private List<string> Bodies() => [.. _run.Destination.Held.Select(one => one.Body).Order(StringComparer.Ordinal)];

    private List<Guid> Keys() => [.. _run.Destination.Held.Select(one => one.Key).Order()];
}
