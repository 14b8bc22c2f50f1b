using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Ports;

public class RunReportTests
{
    private static readonly DestinationReport Report = new() { Name = "graph", Kind = "graph", Status = RunStatus.Completed };

    [Fact]
    public void Steps_of_two_plans_add_up_by_kind() => Assert.Equal(
        new PlanCounts(11, 22, 33, 44), new PlanCounts(1, 2, 3, 4) + new PlanCounts(10, 20, 30, 40));

    [Fact]
    public void Withheld_deletions_are_counted_only_where_a_guard_decided()
    {
        var withheld = new Failure.DeletionsWithheld("graph", DeletionVerdict.TooMany, 3, 0, 4)
        {
            Limit = new DeletionLimit(0, IsPercent: false),
        };

        Assert.Null(Report.DeletionsWithheld);
        Assert.Equal(0, (Report with { HasDecidedDeletions = true }).DeletionsWithheld);
        Assert.Equal(3, (Report with { HasDecidedDeletions = true, WithheldDeletions = withheld }).DeletionsWithheld);
    }

    [Theory]
    [InlineData("graph", "graph", "graph")]
    [InlineData("soc", "graph", "soc (graph)")]
    public void Destination_with_a_name_of_its_own_is_shown_with_its_kind(string name, string kind, string label) =>
        Assert.Equal(label, DestinationInfo.LabelOf(name, kind));

    [Fact]
    public void Sources_of_several_kinds_have_one_total()
    {
        var (misp, feed) = (new SourceReport { Name = "misp", Kind = "misp" }, new SourceReport { Name = "feed", Kind = "feed" });

        Assert.Equal(("misp, feed", "several"), NameAndKind(misp, feed));
        Assert.Equal(("misp, other", "misp"), NameAndKind(misp, misp with { Name = "other" }));
        Assert.Equal(("feed", "feed"), NameAndKind(feed));

        static (string, string) NameAndKind(params SourceReport[] all) => (SourceReport.Total(all).Name, SourceReport.Total(all).Kind);
    }
}
