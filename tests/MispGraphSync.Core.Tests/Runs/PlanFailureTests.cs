using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>What goes wrong while the plan is made, and what the plan says before anything is sent.</summary>
public sealed class PlanFailureTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bug_at_one_destination_leaves_the_others_alone_and_a_failing_ledger_ends_all(bool isOfLedger)
    {
        _run.Destinations.Add(new FakeDestination("second", kind: "other"));
        _run.Source.Put(Some.Event(1), Some.Domains(1, 3));
        await _run.PushAsync();
        ChangeAll();
        var failure = new RunFailedException(RunOutcome.Bug, "It cannot be written.") { IsOfLedger = isOfLedger };
        var asked = 0;
        _run.Destination.FixedPart = _ => asked++ >= 0 ? throw failure : "";

        var report = await _run.PushAsync();

        Assert.Same(failure, report.Destinations[0].Failure);
        Assert.Equal((0L, 1), (report.Destinations[0].Tally.Total, asked));
        Assert.Same(isOfLedger ? failure : null, report.Destinations[1].Failure);
        Assert.Equal(isOfLedger ? 0 : 3, report.Destinations[1].Tally.Accepted);
    }

    [Fact]
    public async Task Plan_is_announced_with_a_warning_of_new_alerts()
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, 3));
        await _run.PushAsync();
        Assert.Equal([("graph", new PlanCounts(3, 0, 0, 0))], _run.Plans);
        Assert.Empty(_run.Warnings);
        ChangeAll();
        _run.Destination.StartsAlerts = true;

        await _run.PushAsync();

        Assert.Equal(("graph", new PlanCounts(0, 3, 0, 0)), _run.Plans[^1]);
        Assert.Equal(["'graph': 3 held indicators start to raise alerts; graph.generateAlert keeps them silent."], _run.Warnings);
    }

    [Fact]
    public async Task Second_destination_of_a_place_leaves_alone_what_the_first_one_just_sent()
    {
        FakeDestination[] both =
        [
            .. new[] { "first", "second" }.Select(name => new FakeDestination(name, IndicatorShape.Single, "defender", scope: name)
            {
                Upserts = true,
                HasSharedNamespace = true,
            }),
        ];
        _run.Destinations.Clear();
        _run.Destinations.AddRange(both);
        both[0].OnRequest = (_, steps) => both[1].Others.AddRange(steps.Select(step => step.Value!));
        _run.Source.Put(Some.Event(1), Some.Domains(1, 2));

        var report = await _run.PushAsync();

        Assert.Equal([2L, 0L], report.Destinations.Select(one => one.Planned.Create));
        Assert.Equal(2, report.Destinations[1].Skipped[Core.Domain.SkipReason.HeldByOther]);
        Assert.Empty(both[1].Held);
    }

    private void ChangeAll() =>
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow().AddSeconds(1), tags: "tlp:green"), Some.Domains(1, 3));

    [Fact]
    public async Task Read_that_fails_is_the_reason_at_each_destination_that_has_none_of_its_own()
    {
        _run.Destinations.Add(new FakeDestination("second", kind: "other")
        {
            Refusal = new RunFailedException(RunOutcome.SignInFailed, "The secret is wrong.", "Correct it."),
        });
        _run.Source.Failure = new RunFailedException(RunOutcome.Unreachable, "MISP is down.", "Start it.");

        var report = await _run.PushAsync();

        Assert.Equal(
            [(RunOutcome.Unreachable, "MISP is down.", "Start it."), (RunOutcome.SignInFailed, "The secret is wrong.", "Correct it.")],
            report.Destinations.Select(one => (one.Outcome, one.Failure!.Message, one.Failure.Remedy!)));
        Assert.Empty(_run.Plans);
    }

    [Fact]
    public async Task Actors_and_families_that_attributes_name_are_those_of_their_event()
    {
        _run.Destination.FixedPart = indicator => string.Join(' ', indicator.Actors.Concat(indicator.Families));
        _run.Source.Put(
            Some.Event(1), Some.Domain(1), Some.Attribute(2, "threat-actor", "Made Up Bear", toIds: false),
            Some.Attribute(3, "malware-type", "Made Up RAT", toIds: false));

        await _run.PushAsync();

        Assert.Contains("\"Made Up Bear Made Up RAT\"", Assert.Single(_run.Destination.Held).Body, StringComparison.Ordinal);
    }
}
