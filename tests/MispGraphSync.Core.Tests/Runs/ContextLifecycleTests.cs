using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>A context object from its creation to its revocation, as MISP changes.</summary>
public sealed class ContextLifecycleTests : ContextRuns
{
    [Fact]
    public async Task Objects_follow_the_indicators_type_by_type_and_are_sent_once()
    {
        Put(1, Moth, Phishing);
        Service.Retries = 7;

        var report = await PushAsync();

        Assert.Equal(MothPhishes, Names);
        Assert.Equal(
            ["create indicator", "create identity", "create threat-actor", "create attack-pattern", "create relationship"],
            Service.Requested);
        Assert.Equal(("sentinel/context", RunOutcome.Done, RunStatus.Completed), (report.Name, report.Outcome, report.Status));
        Assert.Equal((new PlanCounts(4, 0, 0, 0), 4L, 4L), (report.Planned, report.Held, report.Tally.Accepted));
        Assert.Equal((0L, 0L, 0L), (report.Unchanged, report.Deleted, report.Suppressed));
        Assert.Equal(new RequestCounts(4, 0, 0), report.Requests);
        Assert.Equal(("sentinel/context", report.Planned), Run.Plans[^1]);
        Assert.All(Run.Steps.Where(step => step.Label?.Type != "domain"), step => Assert.Equal(StepReasons.New, step.Reason));

        Run.Plans.Clear();
        var second = await PushLaterAsync(Hours(1));

        Assert.Equal((PlanCounts.None, 4L, 4L), (second.Planned, second.Unchanged, second.Held));
        Assert.Equal((new RequestCounts(0, 0, 0), 5), (second.Requests, Service.Requested.Count));
        Assert.DoesNotContain(Run.Plans, plan => plan.Destination == "sentinel/context");
        Assert.Equal(1, Context.Listed);
    }

    [Fact]
    public async Task Objects_of_one_type_are_sent_in_the_order_of_their_keys()
    {
        Put(1, "misp-galaxy:mitre-attack-pattern=\"C - T1003\"", Phishing, Scripts);

        await PushAsync();

        Assert.Equal(
            ["C", "Scripts", "Phishing"],
            Run.Steps.Where(step => step.Label?.Type == "attack-pattern").Select(step => step.Label!.Value.Value));
    }

    [Theory]
    [InlineData("unread")]
    [InlineData("down")]
    [InlineData("not asked")]
    public async Task Without_a_ledger_nothing_is_revoked_by_a_run_that_does_not_read_everything(string what)
    {
        Put(1, Moth);
        var other = new FakeSource(Run.Time, "other");
        if (what == "down")
        {
            Run.Sources.Add(other);
            other.Put(Event(2, "tlp:green", Heron), Some.Domain(2));
        }

        await PushAsync();
        var before = Names.ToList();
        LoseLedger();
        if (what == "unread") Run.Source.Unreadable.Add(Some.Uuid(1));
        if (what == "not asked") Put(1);
        other.Outage = new RunFailedException(RunOutcome.Unreachable, "The server is down.", "Start it.");

        var report = await PushAsync(options => options with { HasNoLedger = true, ReadsAllSources = what != "not asked" });

        Assert.Equal(0, report.Planned.Delete);
        Assert.Equal(before, Names);
    }

    [Fact]
    public async Task Event_with_nothing_new_in_it_plans_nothing()
    {
        Put(1, Moth);
        await PushAsync();
        Put(1, Moth);
        Run.Plans.Clear();

        Assert.Equal((PlanCounts.None, 2L), ((await PushLaterAsync(Hours(1))).Planned, Context.Live.LongCount()));
        Assert.DoesNotContain(Run.Plans, plan => plan.Destination == "sentinel/context");
    }

    [Fact]
    public async Task Changed_object_is_one_update_under_the_same_id()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        var before = Context.One("threat-actor Grey Moth");
        Put(2, "tlp:amber", Moth);

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal((new PlanCounts(0, 2, 0, 0), 2L), (report.Planned, report.Unchanged));
        var after = Context.One("threat-actor Grey Moth");
        Assert.Equal(("green", "amber"), (before.Text("tlp"), after.Text("tlp")));
        Assert.Equal((before.Id, before.Created), (after.Id, after.Created));
        Assert.Equal(Run.Time.GetUtcNow(), after.Modified);
        Assert.All(Run.Steps.Where(step => step.Label?.Type == "threat-actor"), step => Assert.Equal(StepReasons.Changed, step.Reason));
    }

    [Fact]
    public async Task Relationship_has_the_TLP_of_the_stricter_end()
    {
        Run.Source.Put(
            Event(1, "tlp:green"), Some.Domain(1, "tlp:amber", Moth), Some.Domain(2, Phishing));

        await PushAsync();

        Assert.Equal(
            ["green", "amber", "amber", "amber"],
            new[] { "attack-pattern Phishing", "identity First CERT", "relationship Grey Moth uses Phishing", "threat-actor Grey Moth" }
                .Select(label => Context.One(label).Text("tlp")));
        Assert.Equal("uses", Context.One("relationship Grey Moth uses Phishing").Text("relation"));
    }

    [Fact]
    public async Task Unsupported_object_stays_for_its_grace_and_is_revoked_at_its_end()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Put(1, Phishing);

        var report = await PushLaterAsync(Hours(1));
        Assert.Equal((PlanCounts.None, 4L), (report.Planned, report.Unchanged));
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(47))).Planned);
        Assert.Equal(MothPhishes, Names);

        report = await PushLaterAsync(Hours(1));

        Assert.Equal((new PlanCounts(0, 0, 0, 2), 2L, 2L, 2L), (report.Planned, report.Deleted, report.Unchanged, report.Held));
        Assert.Equal(["attack-pattern Phishing", "identity First CERT"], Names);
        Assert.Equal(["delete relationship", "delete threat-actor"], Service.Requested.TakeLast(2));
        Assert.All(Run.Steps.Where(step => step.Action == StepAction.Delete), step => Assert.Equal(StepReasons.Withdrawn, step.Reason));
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Object_of_an_indicator_that_is_no_longer_sent_is_revoked_though_its_event_is_the_same()
    {
        Put(1, Moth);
        Run.Source.Put(Event(2, "tlp:amber", Heron), Some.Domain(2));
        await PushAsync();
        Service.Policy = new DestinationPolicy { MaxTlp = Tlp.Green };
        Run.Time.Advance(Hours(1));
        await PushAsync(options => options with { AcceptChanges = true });

        await PushLaterAsync(Hours(48));

        Assert.Equal(["identity First CERT", "threat-actor Grey Moth"], Names);
    }

    [Fact]
    public async Task Support_within_the_grace_ends_it_and_the_next_grace_is_a_whole_one()
    {
        Put(1, Moth);
        Put(2, Heron);
        await PushAsync();
        Put(1);
        await PushLaterAsync(Hours(1));
        Put(1, Moth);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(40))).Planned);
        Put(1);
        await PushLaterAsync(Hours(1));

        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(47))).Planned);
        Assert.Equal(new PlanCounts(0, 0, 0, 1), (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Revoked_object_comes_back_under_a_new_id()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        var first = Context.One("threat-actor Grey Moth").Id;
        Put(1, Phishing);
        await PushLaterAsync(Hours(1));
        await PushLaterAsync(Hours(48));
        Put(1, Moth, Phishing);

        await PushLaterAsync(Hours(1));

        Assert.Equal(MothPhishes, Names);
        Assert.NotEqual(first, Context.One("threat-actor Grey Moth").Id);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Withheld_deletions_withhold_revocations_too(bool namesCreators)
    {
        Context.Policy = Context.Policy with { CreatedBy = namesCreators };
        Put(1, Moth);
        Put(2);
        Run.Source.Put(Event(3) with { OrganisationUuid = Some.Uuid(72), Organisation = "Second CERT" }, Some.Domain(3));
        await PushAsync();
        Put(1);
        Run.Source.Remove(Some.Event(3));
        await PushLaterAsync(Hours(1));
        Run.Source.Remove(Some.Event(2));
        Run.Settings = "other filters";
        Run.Time.Advance(Hours(49));

        var report = await Run.PushAsync();

        Assert.NotNull(report.Destinations[0].WithheldDeletions);
        Assert.Equal(["identity First CERT", "identity Second CERT", "threat-actor Grey Moth"], Names);
        await PushAsync(options => options with { AcceptChanges = true });
        Assert.Equal(["identity First CERT"], Names);
    }

    [Fact]
    public async Task Grace_begins_only_when_everything_was_read()
    {
        Put(1, Moth);
        Put(2);
        await PushAsync();
        Put(1);
        Run.Source.Gap = "Some events cannot be read.";
        await PushLaterAsync(Hours(1));
        Run.Source.Gap = null;
        await PushLaterAsync(Hours(48));
        Assert.Equal(["identity First CERT", "threat-actor Grey Moth"], Names);

        await PushLaterAsync(Hours(48));

        Assert.Equal(["identity First CERT"], Names);
    }

    [Fact]
    public async Task Push_of_one_event_adds_its_objects_and_revokes_none()
    {
        Put(1, Moth);
        Put(2);
        await PushAsync();
        Put(1);
        Put(2, Heron);
        Context.Policy = Context.Policy with { Identities = false };
        Run.Time.Advance(Hours(1));
        await PushEventAsync(1);
        Run.Time.Advance(Hours(49));

        var report = await PushEventAsync(2);

        Assert.Equal(new PlanCounts(1, 0, 0, 0), report.Planned);
        Assert.Equal(["identity First CERT", "threat-actor Grey Moth", "threat-actor Velvet Heron"], Names);
    }

    [Fact]
    public async Task Without_a_ledger_there_is_no_grace()
    {
        Put(1, Moth);
        await PushAsync();
        LoseLedger();
        Put(1);
        Run.Time.Advance(Hours(1));

        var report = await PushAsync(options => options with { HasNoLedger = true });

        Assert.Equal((new PlanCounts(0, 0, 0, 1), 1), (report.Planned, Context.Live.Count()));
    }

    [Fact]
    public async Task Run_without_changes_reads_nothing_of_what_is_there()
    {
        Put(1);
        await PushAsync();
        await PushLaterAsync(Hours(1));
        await PushLaterAsync(Hours(1));
        var few = Run.InstructionsRun;
        Put(1, [.. Enumerable.Range(1000, 100).Select(number => $"misp-galaxy:mitre-attack-pattern=\"Way - T{number}\"")]);
        await PushLaterAsync(Hours(1));
        await PushLaterAsync(Hours(1));

        Assert.Equal((PlanCounts.None, 101), ((await PushLaterAsync(Hours(1))).Planned, Context.Live.Count()));

        Assert.InRange(Run.InstructionsRun - few, -100, 100);
    }
}
