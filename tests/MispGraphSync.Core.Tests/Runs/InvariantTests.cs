using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>What would break an invariant is not sent: the run ends with exit 1 and says why.</summary>
public sealed class InvariantTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Indicator_above_maxTlp_is_not_sent_and_the_run_is_a_bug()
    {
        Lower(_run.Destination);

        var report = await _run.PushAsync();

        Assert.Equal(RunOutcome.Bug, report.Outcome);
        Assert.Equal(1, ExitCodes.Of(report.Outcome));
        Assert.StartsWith("This is a bug of misp-graph. An indicator above maxTlp was planned (TLP Amber).", report.Destinations[0].Error);
        Assert.Empty(_run.Destination.Sent);
        Assert.Empty(report.Imbalances);
        Assert.Equal(new StepTally(0, 0, 0, NotAttempted: 1), report.Destinations[0].Tally);
    }

    [Fact]
    public async Task Bug_at_one_destination_leaves_the_others_alone()
    {
        _run.Destinations.Add(new FakeDestination("sentinel", IndicatorShape.Single));
        Lower(_run.Destination);

        var report = await _run.PushAsync();

        Assert.Equal(RunOutcome.Bug, report.Outcome);
        Assert.Empty(_run.Destinations[0].Held);
        Assert.Single(_run.Destinations[1].Held);
    }

    [Fact]
    public void Key_that_is_planned_twice_is_a_bug()
    {
        var state = new DestinationState(1, _run.Destination.Info, IndicatorShape.Combined, IsNew: false, PlansEverything: true, Held: 0);
        var plan = new PlanWriter(null!, null!, state, Some.Now);
        var key = new PlanKey { Observables = Hash128.Of("a"), Sources = [] };
        plan.Write(key, PlanDecision.Nothing.Instance, mayDelete: true);

        var bug = Assert.Throws<RunFailedException>(() => plan.Write(key, PlanDecision.Nothing.Instance, mayDelete: true));

        Assert.Equal(new Failure.BrokenInvariant("graph", "A key was planned twice."), bug.Failure);
    }

    [Fact]
    public async Task Plan_that_is_not_what_was_decided_is_a_bug_when_it_is_written()
    {
        await _run.PushAsync();
        using var file = _run.OpenLedger();
        var ledger = new DestinationLedger(file, 1);
        var state = ledger.OpenDestination(_run.Destination.Info, IndicatorShape.Combined, "");

        var bug = Assert.Throws<RunFailedException>(
            () => new PlanWriter(null!, ledger, state, Some.Now).Check(new PlanCounts(1, 0, 0, 0)));

        Assert.Equal(
            new Failure.BrokenInvariant("graph", "0 steps were decided, and the plan has 1 or other ones."), bug.Failure);
    }

    [Fact]
    public async Task Damaged_number_of_held_indicators_stops_no_run()
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, 3));
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run("UPDATE destination SET held = 0");
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow().AddSeconds(1)), Some.Domains(1, 2));

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 1L, 2L), (report.Outcome, report.Destinations[0].Deleted, report.Destinations[0].Held));
    }

    [Theory]
    [InlineData(2, 1, 9, "5 steps were decided, and the plan has 6 or other ones.")]
    [InlineData(1, 1, 3, "The plan changes or deletes 4 indicators, and only 3 are held.")]
    public void Plan_that_differs_from_what_was_decided_or_held_is_a_bug(int planned, int decided, int held, string what)
    {
        var (one, other) = (new PlanCounts(1, decided, 1, 2), new PlanCounts(1, planned, 1, 2));

        var bug = Assert.Throws<RunFailedException>(() => Invariants.CheckPlan(_run.Destination.Info, one, other, held));
        Assert.Equal(new Failure.BrokenInvariant("graph", what), bug.Failure);
    }

    [Fact]
    public void Plan_that_changes_all_that_is_held_is_none() =>
        Invariants.CheckPlan(_run.Destination.Info, new PlanCounts(9, 1, 1, 2), new PlanCounts(9, 1, 1, 2), held: 4);

    [Fact]
    public async Task Indicator_that_has_expired_is_not_sent_and_the_run_is_a_bug()
    {
        _run.Destination.Policy = new DestinationPolicy { DaysToExpire = 0 };
        _run.Source.Put(Some.Event(1), Some.Attribute(1, "domain", "a.example"));

        var report = await _run.PushAsync();

        Assert.StartsWith(
            "This is a bug of misp-graph. An indicator was planned that has expired already.", report.Destinations[0].Error);
        Assert.Equal(RunOutcome.Bug, report.Outcome);
        Assert.Empty(_run.Destination.Sent);
    }

    [Fact]
    public void Attribute_or_step_that_is_not_accounted_for_is_a_bug()
    {
        var read = new SourceReport { Name = "misp", Kind = "misp", Complete = true, Attributes = 3, Mapped = 1, Context = 1 };
        var steps = new DestinationReport
        {
            Name = "graph",
            Kind = "graph",
            Status = RunStatus.Completed,
            Planned = new PlanCounts(2, 0, 0, 0),
            Tally = new StepTally(1, 0, 0, 0),
        };

        var report = RunReport.Of(1, read, [steps], TimeSpan.Zero, RunControl.None);

        Assert.Equal(RunOutcome.Bug, report.Outcome);
        Assert.Equal(
            ["3 attributes were read, but 1 mapped, 1 context and 0 skipped make 2.",
                "2 steps were planned for 'graph', but 1 are accounted for."],
            report.Imbalances);
    }

    [Fact]
    public async Task Forgotten_indicators_are_not_counted_as_unchanged_or_twice()
    {
        _run.Source.Put(Some.Event(1), Some.Attribute(1, "domain", "a.example"));
        await _run.PushAsync();
        var aged = Some.Event(1);
        _run.Source.Remove(aged);
        _run.Source.Aged.Add(aged.Uuid);
        _run.Time.Advance(TimeSpan.FromDays(20));
        _run.Source.Put(Some.Event(2), Some.Attribute(2, "domain", "b.example"));
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromDays(11));

        // A full read is due, and lists the destination.
        var report = await _run.PushAsync();

        Assert.Equal(1, report.Destinations[0].Unchanged);
        Assert.Equal(0, report.Destinations[0].Planned.Total);
    }

    // The ceiling falls after the sources were chosen.
    private void Lower(FakeDestination destination)
    {
        _run.Source.Put(Some.Event(1, tags: "tlp:amber"), Some.Attribute(1, "domain", "a.example"));
        _run.Source.AfterEvent = _ => destination.Policy = new DestinationPolicy { MaxTlp = Tlp.Green };
    }
}
