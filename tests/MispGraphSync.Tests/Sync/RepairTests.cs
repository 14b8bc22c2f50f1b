using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Sync;

public sealed class RepairTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    /// <summary>Graph's manners, Defender's, Sentinel's.</summary>
    public static TheoryData<bool, bool> Services => new() { { false, false }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Missing_edited_and_untracked_are_put_right_and_the_next_look_is_clean(bool upserts, bool keysLiveOnce)
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
        Assert.Equal((RunOutcome.Done, 1L, 1L, 2L), (repaired.Outcome, repaired.Found[FindingKind.Missing], repaired.Found[FindingKind.Edited], repaired.Found[FindingKind.Untracked]));
        Assert.Equal(bodies, Bodies());
        Assert.Equal(keys, Keys());

        await AssertCleanAsync(6);
    }

    [Fact]
    public async Task Copies_of_ours_are_removed_and_the_other_stays_in_the_ledger()
    {
        await PushAsync(upserts: false, keysLiveOnce: false, domains: 2);
        var kept = _run.Destination.Held.Select(one => one.Id).Order().ToList();
        _run.Destination.Held.Add(_run.Destination.Held[0] with { Id = "copy-1" });
        _run.Destination.Held.Add(_run.Destination.Held[0] with { Id = "copy-2" });

        var repaired = await _run.VerifyAsync(repairs: true);

        Assert.Equal(new PlanCounts(0, 0, 0, 2), repaired.Repair!.Planned);
        Assert.Equal(kept, _run.Destination.Held.Select(one => one.Id).Order());
        await AssertCleanAsync(2);
    }

    [Fact]
    public async Task A_copy_whose_removal_was_lost_is_not_taken_for_the_one_that_is_held()
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
    public async Task What_is_foreign_is_neither_touched_nor_looked_at_twice()
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
    public async Task A_missing_one_that_only_did_not_show_does_not_become_two()
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
    public async Task What_was_revoked_there_lives_again_under_a_new_key()
    {
        await PushAsync(upserts: true, keysLiveOnce: true, domains: 2);
        var old = _run.Destination.Held[0];
        _run.Destination.Held[0] = old with { Revoked = true };

        var repaired = await _run.VerifyAsync(repairs: true);

        Assert.Equal((RunOutcome.Done, new PlanCounts(1, 0, 0, 0)), (repaired.Outcome, repaired.Repair!.Planned));
        Assert.DoesNotContain(_run.Destination.Held, one => one.Key == old.Key && !one.Revoked);
        await AssertCleanAsync(2);
    }

    [Fact]
    public async Task What_no_update_can_change_is_made_anew()
    {
        await PushAsync(upserts: true, keysLiveOnce: false, domains: 1);
        _run.Destination.Held[0] = _run.Destination.Held[0] with { Body = """{"fixed":"Botnet"}""" };
        _run.Destination.Sent.Clear();

        await _run.VerifyAsync(repairs: true);

        Assert.Equal([(Operation.Delete, 1), (Operation.Create, 1)], _run.Destination.Sent);
        await AssertCleanAsync(1);
    }

    [Fact]
    public async Task A_value_that_somebody_else_holds_by_now_is_let_go()
    {
        await PushAsync(upserts: true, keysLiveOnce: false, domains: 2);
        _run.Destination.HasSharedNamespace = true;
        var lost = _run.Destination.Held[0];
        _run.Destination.Held.Remove(lost);
        _run.Destination.Others.Add(lost.Value);
        _run.Destination.Sent.Clear();

        var repaired = await _run.VerifyAsync(repairs: true);
        Assert.Equal((RunOutcome.Done, RepairKind.LetGo, 1L), (repaired.Outcome, _run.Findings.Single(finding => finding.Kind == FindingKind.Missing).Repair, repaired.Repair!.Held));
        Assert.Empty(_run.Destination.Sent);

        await AssertCleanAsync(1, there: 2);
    }

    [Fact]
    public async Task Repair_leaves_to_push_what_else_has_changed()
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
    public async Task A_repair_that_is_turned_down_ends_with_3_and_is_tried_by_the_next_push_when_it_may_pass()
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
    public async Task A_repair_that_died_on_the_way_is_settled_by_the_next_run()
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
    public async Task A_destination_that_fails_while_it_is_listed_is_not_repaired()
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
        _run.Destinations[0] = new FakeDestination(upserts ? "sentinel" : "graph", upserts ? IndicatorShape.Single : IndicatorShape.Combined) { Upserts = upserts, IdsNotReusable = keysLiveOnce };
        _run.Source.Put(Some.Event(1), [.. Enumerable.Range(1, domains).Select(number => Some.Domain(number))]);
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
