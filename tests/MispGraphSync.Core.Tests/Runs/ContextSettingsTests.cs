using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>What the settings of context objects choose, and what happens to the rest.</summary>
public sealed class ContextSettingsTests : ContextRuns
{
    private const string Custom = "misp-galaxy:threat-actor=\"5cf6a4a0-0000-4000-8000-0000000000aa\"";

    [Fact]
    public async Task Destination_that_gets_none_is_not_listed_and_has_no_report()
    {
        Context.Policy = new ContextPolicy();
        Put(1, Moth);

        var report = await Run.PushAsync();

        Assert.Null(Of(report));
        Assert.Equal((0, 0), (Context.Listed, Context.Objects.Count));
        using var ledger = Run.OpenLedger();
        Assert.Equal(1, ledger.Scalar("SELECT COUNT(*) FROM destination"));
    }

    [Theory]
    [InlineData("identities", "identity First CERT")]
    [InlineData("actors", "threat-actor Grey Moth")]
    [InlineData("techniques", "attack-pattern Phishing")]
    public async Task Each_type_can_be_sent_alone(string type, string name)
    {
        Context.Policy = new ContextPolicy
        {
            Identities = type == "identities",
            Actors = type == "actors",
            Techniques = type == "techniques",
            Relations = true,
        };
        Put(1, Moth, Phishing);

        await PushAsync();

        Assert.Equal([name], Names);
    }

    [Fact]
    public async Task Type_that_is_no_longer_wanted_and_its_relationships_are_revoked_without_a_grace()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Context.Policy = Context.Policy with { Techniques = false };

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal(new PlanCounts(0, 0, 0, 2), report.Planned);
        Assert.Equal(["identity First CERT", "threat-actor Grey Moth"], Names);
        Assert.All(Run.Steps, step => Assert.Equal(StepReasons.Excluded, step.Reason));
    }

    [Fact]
    public async Task Relationships_alone_can_be_switched_off()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Context.Policy = Context.Policy with { Relations = false };

        await PushLaterAsync(Hours(1));

        Assert.Equal(["attack-pattern Phishing", "identity First CERT", "threat-actor Grey Moth"], Names);
    }

    [Fact]
    public async Task What_is_no_longer_wanted_goes_after_the_indicators()
    {
        Context.Policy = Context.Policy with { CreatedBy = true };
        Put(1, Moth);
        await PushAsync();
        Context.Policy = Context.Policy with { Actors = false };
        Service.Requested.Clear();
        Put(2);

        await PushLaterAsync(Hours(1));

        Assert.Equal(["create indicator", "delete threat-actor"], Service.Requested);
    }

    [Fact]
    public async Task Switched_off_context_is_revoked_reported_once_and_then_forgotten()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Context.Policy = new ContextPolicy();

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal((new PlanCounts(0, 0, 0, 4), 0L, 4L), (report.Planned, report.Held, report.Deleted));
        Assert.Empty(Names);
        Run.Time.Advance(Hours(1));
        Assert.Null(Of(await Run.PushAsync()));
        Assert.Equal(1, Context.Listed);
    }

    [Fact]
    public async Task Switched_off_context_is_reported_as_long_as_something_of_it_is_there()
    {
        Put(1, Moth);
        await PushAsync();
        Context.Policy = new ContextPolicy();
        AnswerFor("Grey Moth");

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal((RunOutcome.Incomplete, 1L, 1L), (report.Outcome, report.Held, report.Tally.Rejected));
        AnswerFor(null);
        Assert.Equal((RunOutcome.Done, 0L), ((await PushLaterAsync(Hours(1))).Outcome, Context.Live.LongCount()));
    }

    [Fact]
    public async Task Switched_on_again_everything_comes_back()
    {
        var on = Context.Policy;
        Put(1, Moth, Phishing);
        await PushAsync();
        Context.Policy = new ContextPolicy();
        await PushLaterAsync(Hours(1));
        Context.Policy = on;

        await PushLaterAsync(Hours(1));

        Assert.Equal(MothPhishes, Names);
    }

    [Fact]
    public async Task Cluster_that_the_settings_name_is_sent_although_no_event_changed()
    {
        var cluster = new ClusterDetail { Tag = Custom, Value = "Our actor", IsCustom = true };
        Run.Source.Put(Event(1, "tlp:green", Custom, Moth) with { Clusters = [cluster] }, Some.Domain(1));
        await PushAsync();
        Assert.Equal(["identity First CERT", "threat-actor Grey Moth"], Names);
        Context.Policy = Context.Policy with { Clusters = ["Our actor", "another"] };

        Assert.Equal(new PlanCounts(1, 0, 0, 0), (await PushLaterAsync(Hours(1))).Planned);
        Assert.Equal(["identity First CERT", "threat-actor Grey Moth", "threat-actor Our actor"], Names);
        Context.Policy = Context.Policy with { Clusters = ["another", "Our actor"] };
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Runs_without_the_destination_read_clusters_for_it_and_no_event_twice()
    {
        var cluster = new ClusterDetail { Tag = Custom, Value = "Our actor", IsCustom = true };
        var other = new FakeDestination("defender", IndicatorShape.Single, "defender");
        Context.Policy = Context.Policy with { Clusters = ["Our actor"] };
        Put(1, Moth);
        await PushAsync();
        var service = Service;
        Run.Destinations[0] = other;
        Run.Source.Put(Event(2, "tlp:green", Custom) with { Clusters = [cluster] }, Some.Domain(2));
        await Run.PushAsync();
        Run.Destinations[0] = service;

        await PushAsync();

        Assert.Equal(2, Run.Source.EventsRead);
        Assert.Contains("threat-actor Our actor", Names);
    }

    [Fact]
    public async Task Renamed_cluster_changes_the_object_of_events_that_did_not_change()
    {
        var cluster = new ClusterDetail { Tag = Moth, Value = "Grey Moth" };
        Run.Source.Put(Event(1, "tlp:green", Moth) with { Clusters = [cluster] }, Some.Domain(1));
        await PushAsync();
        Run.Source.Put(
            Event(2, "tlp:green") with { Clusters = [cluster with { Value = "Red Moth" }] }, Some.Attribute(2, "comment", "none"));

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal(new PlanCounts(0, 1, 0, 0), report.Planned);
        Assert.Equal(["identity First CERT", "threat-actor Red Moth"], Names);
    }

    [Fact]
    public async Task More_objects_than_a_run_may_send_wait_for_the_next_one()
    {
        Context.Policy = Context.Policy with { MostObjects = 2 };
        Put(1, Moth, Phishing);

        var report = await PushAsync();

        Assert.Equal((new PlanCounts(2, 0, 0, 0), RunOutcome.Done), (report.Planned, report.Outcome));
        Assert.Equal(
            "'sentinel/context': 1 objects wait for the next run; a run creates and changes 2 at most.", Assert.Single(Run.Warnings));
        Run.Warnings.Clear();
        Assert.Equal(new PlanCounts(2, 0, 0, 0), (await PushLaterAsync(Hours(1))).Planned);
        Assert.Equal(MothPhishes, Names);
        Assert.Empty(Run.Warnings);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Relationships_that_are_there_stay_where_there_are_more_than_the_limit()
    {
        Context.Policy = Context.Policy with { MostRelations = 2 };
        Put(1, Moth, Phishing, Scripts);
        await PushAsync();
        string[] first = [.. Names];
        Put(2, Heron, Phishing, Scripts, "misp-galaxy:mitre-attack-pattern=\"C - T1003\"");

        await PushLaterAsync(Hours(1));

        Assert.Equal(2, Names.Count(name => name.StartsWith("relationship", StringComparison.Ordinal)));
        Assert.Equal(first, first.Intersect(Names));

        Put(1, Moth, Phishing);
        await PushLaterAsync(Hours(1));
        await PushLaterAsync(Hours(48));

        Assert.Equal(2, Names.Count(name => name.StartsWith("relationship", StringComparison.Ordinal)));
        Assert.Contains("relationship Grey Moth uses Phishing", Names);
        Assert.DoesNotContain("relationship Grey Moth uses Scripts", Names);
    }
}
