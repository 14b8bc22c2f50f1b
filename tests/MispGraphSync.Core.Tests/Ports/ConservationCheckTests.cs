using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Ports;

public sealed class ConservationCheckTests
{
    private static readonly SourceReport Read = new()
    {
        Name = "misp",
        Kind = "misp",
        Complete = true,
        Attributes = 10,
        Mapped = 4,
        Context = 3,
        Skipped = new Dictionary<SkipReason, long> { [SkipReason.NotForDetection] = 2, [SkipReason.Warninglist] = 1 },
    };

    private static readonly DestinationReport Sent = new()
    {
        Name = "graph",
        Kind = "graph",
        Status = RunStatus.Completed,
        Planned = new PlanCounts(1, 2, 3, 4),
        Tally = new StepTally(4, 3, 2, 1),
    };

    [Fact]
    public void Attributes_and_steps_that_are_all_accounted_for_are_no_fault() =>
        Assert.Empty(ConservationCheck.Check(Read, [Sent]));

    [Theory]
    [InlineData(11)]
    [InlineData(9)]
    public void Attribute_that_is_lost_or_counted_twice_is_a_fault(int attributes) => Assert.Equal(
        [$"{attributes} attributes were read, but 4 mapped, 3 context and 3 skipped make 10."],
        ConservationCheck.Check(Read with { Attributes = attributes }, [Sent]));

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Step_that_is_lost_or_counted_twice_is_a_fault_of_its_destination(int notAttempted) => Assert.Equal(
        [$"10 steps were planned for 'graph', but {9 + notAttempted} are accounted for."],
        ConservationCheck.Check(
            Read, [Sent with { Name = "sentinel" }, Sent with { Tally = Sent.Tally with { NotAttempted = notAttempted } }]));

    [Fact]
    public void Run_whose_counts_do_not_add_up_ends_as_a_bug()
    {
        var report = RunReport.Of(1, Read with { Mapped = 3 }, [Sent], TimeSpan.Zero, RunControl.None);

        Assert.Equal((RunOutcome.Bug, RunStatus.Failed), (report.Outcome, report.Status));
        Assert.Single(report.Imbalances);
    }

    [Fact]
    public void Run_whose_counts_add_up_is_done() =>
        Assert.Equal(RunOutcome.Done, RunReport.Of(1, Read, [Sent], TimeSpan.Zero, RunControl.None).Outcome);
}
