using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>Relationships from indicators to the actors and techniques that they indicate.</summary>
public sealed class ContextIndicationTests : ContextRuns
{
    public ContextIndicationTests() => Context.Policy = Context.Policy with { MostIndications = 100, Relations = false };

    private IEnumerable<string> Indications =>
        Names.Where(name => name.Contains(" indicates ", StringComparison.Ordinal)).Select(name => name["relationship ".Length..]);

    [Fact]
    public async Task Each_indicator_indicates_what_its_event_and_its_own_tags_say()
    {
        Run.Source.Put(Event(1, "tlp:green", Moth), Some.Domain(1), Some.Domain(2, "tlp:amber", Scripts));

        await PushAsync();

        Assert.Equal(
            ["d1.example indicates Grey Moth", "d2.example indicates Grey Moth", "d2.example indicates Scripts"], Indications);
        Assert.Equal("amber", Context.One("relationship d2.example indicates Grey Moth").Text("tlp"));
        Assert.Equal("green", Context.One("relationship d1.example indicates Grey Moth").Text("tlp"));
        var one = Context.One("relationship d1.example indicates Grey Moth");
        Assert.Equal(
            ("indicates", $"indicator--{Service.Held.Single(held => held.Value.Contains("d1.", StringComparison.Ordinal)).Key:D}"),
            (one.Text("relation"), one.Text("source")));
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Plan_shows_the_relationships_that_a_push_sends()
    {
        Put(1, Moth);

        var plan = Of(await Run.PlanAsync())!;

        Assert.Equal(new PlanCounts(3, 0, 0, 0), plan.Planned);
        Assert.Equal(plan.Planned, (await PushAsync()).Planned);
    }

    [Fact]
    public async Task Indicator_of_several_events_has_each_target_once_with_the_strictest_TLP()
    {
        Run.Source.Put(Event(1, "tlp:amber", Moth), Some.Domain(1));
        Run.Source.Put(Event(2, "tlp:green", Moth), Some.Domain(1));
        Run.Source.Put(Event(3, "tlp:amber+strict"), Some.Domain(1));

        await PushAsync();

        Assert.Equal("amber", Context.One($"relationship {Assert.Single(Indications)}").Text("tlp"));
    }

    [Fact]
    public async Task Source_that_is_not_sent_indicates_nothing()
    {
        Run.Source.Put(Event(1, "tlp:red", Heron), Some.Domain(1));
        Run.Source.Put(Event(2, "tlp:green", Moth), Some.Domain(1));

        await PushAsync();

        Assert.Equal(["d1.example indicates Grey Moth"], Indications);
    }

    [Fact]
    public async Task Actors_come_first_where_an_indicator_indicates_more_than_the_limit()
    {
        Context.Policy = Context.Policy with { MostOfIndicator = 2 };
        Run.Source.Put(Event(1, Phishing, Scripts, Moth), Some.Domain(1));

        await PushAsync();

        Assert.Equal(["d1.example indicates Grey Moth", "d1.example indicates Scripts"], Indications);
    }

    [Fact]
    public async Task No_more_are_sent_than_the_settings_allow_and_none_by_default()
    {
        Context.Policy = Context.Policy with { MostIndications = 2 };
        Run.Source.Put(Event(1, Moth), Some.Domains(1, 4));
        await PushAsync();
        Assert.Equal(2, Indications.Count());
        Context.Policy = Context.Policy with { MostIndications = 0 };

        await PushLaterAsync(Hours(1));

        Assert.Empty(Indications);
        Assert.Equal(["identity First CERT", "threat-actor Grey Moth"], Names);
    }

    [Fact]
    public async Task They_need_no_other_relationships_and_those_need_none_of_them()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Assert.Equal(["d1.example indicates Grey Moth", "d1.example indicates Phishing"], Indications);
        Context.Policy = Context.Policy with { MostIndications = 0, Relations = true };

        await PushLaterAsync(Hours(1));

        Assert.Equal(MothPhishes, Names);
    }

    [Fact]
    public async Task Relationship_of_a_rejected_target_waits_for_it()
    {
        Put(1, Moth);
        AnswerFor("Grey Moth");

        Assert.Equal(new StepTally(1, 1, 0, 1), (await PushAsync()).Tally);
        Put(2);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
        AnswerFor(null);
        await Run.RetryAsync();
        await PushLaterAsync(Hours(1));

        Assert.Equal(["d1.example indicates Grey Moth"], Indications);
    }

    [Fact]
    public async Task Relationship_of_a_deleted_indicator_has_no_grace()
    {
        Put(1, Moth);
        Put(2, Moth);
        await PushAsync();
        Run.Source.Remove(Some.Event(2));

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal(new PlanCounts(0, 0, 0, 1), report.Planned);
        Assert.Equal(["d1.example indicates Grey Moth"], Indications);
        Assert.Equal(StepReasons.Withdrawn, Run.Steps.Single(step => step.Label?.Type == "relationship").Reason);
    }

    [Fact]
    public async Task Relationship_of_an_indicator_that_is_there_has_a_grace()
    {
        Run.Source.Put(Event(1, Moth), Some.Domain(1), Some.Domain(2));
        await PushAsync();
        Run.Source.Put(Event(1, Moth), Some.Domain(1));
        Run.Source.Put(Event(2), Some.Domain(2));

        await PushLaterAsync(Hours(1));
        Assert.Equal(2, Indications.Count());
        await PushLaterAsync(Hours(48));

        Assert.Equal(["d1.example indicates Grey Moth"], Indications);
    }

    [Fact]
    public async Task Partial_read_revokes_no_relationship_although_its_indicator_has_expired()
    {
        Run.Source.Put(Event(1, Moth), Some.Domain(1));
        Put(2, Moth);
        await PushAsync();
        Run.Time.Advance(TimeSpan.FromDays(31));
        Run.Source.Gap = "Some events cannot be read.";

        await Run.PushAsync();

        Assert.Equal(2, Indications.Count());
    }

    [Fact]
    public async Task Target_that_leaves_takes_its_relationships_with_it()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Context.Policy = Context.Policy with { Techniques = false };

        Assert.Equal(new PlanCounts(0, 0, 0, 2), (await PushLaterAsync(Hours(1))).Planned);
        Assert.Equal(["d1.example indicates Grey Moth"], Indications);
    }

    [Fact]
    public async Task Repaired_indicator_under_a_new_id_gets_its_relationship_in_the_same_repair()
    {
        Put(1, Moth);
        await PushAsync();
        Run.Time.Advance(Hours(1));
        Service.ListsRevoked = true;
        Service.Revoke(Service.Held[0]);

        await Run.VerifyAllAsync(repairs: true);

        Assert.Contains(Context.Live, one => one.Text("source") == $"indicator--{Assert.Single(Service.Held).Key:D}");
    }
}
