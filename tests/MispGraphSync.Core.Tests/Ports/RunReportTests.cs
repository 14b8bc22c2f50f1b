using MispGraphSync.Core.Domain;
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

    [Fact]
    public void Total_adds_up_what_the_sources_gave()
    {
        var (one, other) = (Read("one", 1), Read("other", 100) with { MayDelete = false, IsEmptyRead = true, Complete = false });

        var total = SourceReport.Total([one, other]);

        Assert.Equal((101L, 202L, 303L, 404L), (total.Events, total.EventsUnchanged, total.EventsAged, total.EventsWithdrawn));
        Assert.Equal((505L, 606L, 707L, 808L), (total.EventsKnown, total.Attributes, total.Mapped, total.Context));
        Assert.Equal([(SkipReason.Ended, 909L)], total.Skipped.Select(skipped => (skipped.Key, skipped.Value)));
        Assert.Equal((true, true, false), (total.MayDelete, total.IsEmptyRead, total.Complete));
        Assert.Equal(["one: a page is missing", "other: a page is missing"], total.Gaps);

        static SourceReport Read(string name, long number) => new()
        {
            Name = name,
            Kind = "misp",
            Complete = true,
            Gaps = ["a page is missing"],
            Events = number,
            EventsUnchanged = 2 * number,
            EventsAged = 3 * number,
            EventsWithdrawn = 4 * number,
            EventsKnown = 5 * number,
            Attributes = 6 * number,
            Mapped = 7 * number,
            Context = 8 * number,
            Skipped = new Dictionary<SkipReason, long> { [SkipReason.Ended] = 9 * number },
            MayDelete = true,
        };
    }

    [Fact]
    public void Failure_of_one_source_is_a_gap_and_of_all_the_worst_is_the_cause()
    {
        var fine = new SourceReport { Name = "fine", Kind = "misp", Complete = true };
        var down = Failed("down", RunOutcome.Unreachable) with { Gaps = ["half a page"] };
        var closed = Failed("closed", RunOutcome.SignInFailed);

        var partial = SourceReport.Total([fine, down]);
        Assert.Equal((RunOutcome.Done, null, null), (partial.Outcome, partial.Error, partial.Remedy));
        Assert.Equal(["down: down failed", "down: half a page"], partial.Gaps);

        var failed = SourceReport.Total([down, closed]);
        Assert.Equal((RunOutcome.SignInFailed, "closed failed", "correct closed"), (failed.Outcome, failed.Error, failed.Remedy));

        var ended = SourceReport.Total([closed, down with { EndsRun = true }, fine]);
        Assert.Equal((RunOutcome.Unreachable, "down failed", "correct down"), (ended.Outcome, ended.Error, ended.Remedy));

        static SourceReport Failed(string name, RunOutcome outcome) => new()
        {
            Name = name,
            Kind = "misp",
            Error = $"{name} failed",
            Remedy = $"correct {name}",
            Outcome = outcome,
        };
    }

    [Fact]
    public void Event_has_changed_when_its_list_shows_something_else()
    {
        var listed = new MispEvent
        {
            Uuid = Some.Uuid(1),
            Info = "An event",
            Organisation = "CERT-A",
            OrganisationUuid = Some.Uuid(2),
            Distribution = 1,
            SharingGroupId = 3,
            Tags = [new MispTag("a"), new MispTag("b", IsLocal: true)],
        };
        var known = EventHeader.Of(listed);
        MispEvent[] changed =
        [
            listed with { Info = "Another" }, listed with { Organisation = "CERT-B" }, listed with { OrganisationUuid = Some.Uuid(3) },
            listed with { Distribution = 2 }, listed with { SharingGroupId = 4 }, listed with { Published = true },
            listed with { ThreatLevel = ThreatLevel.High }, listed with { Tags = [new MispTag("a"), new MispTag("b")] },
            listed with { Tags = [new MispTag("a"), new MispTag("c", IsLocal: true)] }, listed with { Timestamp = Some.Now },
        ];

        Assert.All(changed, one => Assert.True(EventHeader.Of(one).IsChangedSince(known)));
        Assert.False(EventHeader.Of(listed with { Tags = [.. listed.Tags.Reverse()] }).IsChangedSince(known));
        Assert.False((known with { Metadata = null }).IsChangedSince(known));
    }

    [Fact]
    public void Listed_indicator_has_the_words_of_MISP_where_there_are_some()
    {
        var there = new RemoteIndicator("id", null, default, "DomainName", "d.example", null, null, null);

        Assert.Equal("DomainName d.example", $"{there.Label}");
        Assert.Equal("domain d.example", $"{(there with { Label = new IndicatorLabel("domain", "d.example") }).Label}");
    }
}
