using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>What a list of the context objects is for: a new ledger, an old copy, and what others did there.</summary>
public sealed class ContextRebuildTests : ContextRuns
{
    private const string Down = "'sentinel/context' could not be listed: The list was cut off.";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lost_ledger_takes_over_what_is_listed_and_sends_nothing_twice(bool listsTwice)
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        var before = Context.Objects.ToList();
        LoseLedger();
        Context.ListsTwice = listsTwice;

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal((PlanCounts.None, 4L, 4L), (report.Planned, report.Held, report.Unchanged));
        Assert.Equal(before, Context.Objects);
        Put(2, Heron);
        Assert.Equal(new PlanCounts(1, 0, 0, 0), (await PushLaterAsync(Hours(1))).Planned);
        Assert.Equal(2, Context.Listed);
    }

    [Fact]
    public async Task Object_that_changed_during_the_loss_is_changed_under_its_id_and_keeps_its_date()
    {
        Put(1, Moth);
        await PushAsync();
        var before = Context.One("threat-actor Grey Moth");
        LoseLedger();
        Put(1, "tlp:amber", Moth);

        Assert.Equal(new PlanCounts(0, 2, 0, 0), (await PushLaterAsync(Hours(1))).Planned);

        var after = Context.One("threat-actor Grey Moth");
        Assert.Equal((before.Id, before.Created, "amber"), (after.Id, after.Created, after.Text("tlp")));
    }

    [Fact]
    public async Task Full_read_that_was_asked_for_finds_what_another_ledger_sent()
    {
        Put(1, Moth);
        await PushAsync();
        var sent = Context.Objects.ToList();
        Context.Objects.Clear();
        Context.Objects.AddRange(sent.Select(one => one with { Json = one.Json.Replace("green", "red", StringComparison.Ordinal) }));
        Assert.Equal("red", Context.One("threat-actor Grey Moth").Text("tlp"));

        Assert.Equal(new PlanCounts(0, 2, 0, 0), (await PushInFullAsync()).Planned);

        Assert.Equal("green", Context.One("threat-actor Grey Moth").Text("tlp"));
        Assert.Equal(PlanCounts.None, (await PushInFullAsync()).Planned);
    }

    [Fact]
    public async Task Change_after_a_loss_is_later_than_what_is_listed()
    {
        Run.Time.Advance(TimeSpan.FromDays(30));
        Put(1, Moth);
        await PushAsync();
        LoseLedger();
        Run.Time.SetUtcNow(Some.Now.AddDays(30));
        Context.ListedDate = Some.Now.AddDays(40);
        Put(1, "tlp:amber", Moth);

        await PushAsync();

        Assert.True(Context.One("threat-actor Grey Moth").Modified > Some.Now.AddDays(40));
    }

    [Fact]
    public async Task Object_whose_support_went_during_the_loss_is_revoked_after_the_grace_as_it_was_sent()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        LoseLedger();
        Put(1, Phishing);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);

        await PushLaterAsync(Hours(48));

        Assert.Equal(["attack-pattern Phishing", "identity First CERT"], Names);
        var body = Run.Steps.Single(step => step.Action == StepAction.Delete && step.Label?.Type == "threat-actor").Body;
        Assert.Contains("Grey Moth", System.Text.Encoding.UTF8.GetString(body.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_ledger_does_not_use_an_id_that_was_revoked()
    {
        Put(1, Moth);
        await PushAsync();
        for (var i = 0; i < 2; i++)
        {
            Put(1);
            await PushLaterAsync(Hours(1));
            await PushLaterAsync(Hours(48));
            Put(1, Moth);
            if (i == 0) await PushLaterAsync(Hours(1));
        }

        Assert.Equal(2, Context.Objects.Count(one => one.IsRevoked));
        LoseLedger();

        await PushLaterAsync(Hours(1));

        Assert.Equal(["identity First CERT", "threat-actor Grey Moth"], Names);
    }

    [Fact]
    public async Task Objects_of_another_instance_are_left_alone()
    {
        Run.Instance = "other";
        Put(1, Moth);
        await PushAsync();
        LoseLedger();
        Run.Instance = "misp-graph";
        Put(1);

        var report = await PushLaterAsync(Hours(1));
        await PushLaterAsync(Hours(72));

        Assert.Equal((new PlanCounts(1, 0, 0, 0), 1L), (report.Planned, report.Held));
        Assert.Equal(["identity First CERT", "identity First CERT", "threat-actor Grey Moth"], Names);
    }

    [Fact]
    public async Task New_ledger_without_the_right_to_list_sends_everything_again_under_the_same_ids()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        LoseLedger();
        Service.ListObstacle = "its name";

        Assert.Equal(new PlanCounts(4, 0, 0, 0), (await PushLaterAsync(Hours(1))).Planned);
        Assert.Equal((4, 1), (Context.Objects.Count, Context.Listed));
        Service.ListObstacle = null;
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
        Assert.Equal((4, 2), (Context.Objects.Count, Context.Listed));
        await PushLaterAsync(Hours(1));
        Assert.Equal(2, Context.Listed);
    }

    [Fact]
    public async Task List_that_breaks_off_is_a_warning_and_the_next_run_lists()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        LoseLedger();
        Context.ListFailsAfter = 2;
        Run.Warnings.Clear();

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal((RunOutcome.Done, new PlanCounts(4, 0, 0, 0)), (report.Outcome, report.Planned));
        Assert.Contains(Down, Run.Warnings);
        Assert.Equal(4, Context.Objects.Count);
        Context.ListFailsAfter = null;
        await PushLaterAsync(Hours(1));
        Assert.Equal(3, Context.Listed);
    }

    [Fact]
    public async Task Full_read_creates_what_somebody_deleted_and_gives_a_new_id_to_what_somebody_revoked()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        var (moth, phishing) = (Context.One("threat-actor Grey Moth"), Context.One("attack-pattern Phishing"));
        Context.Objects.Remove(moth);
        Context.Revoke(phishing);
        Run.Time.Advance(Hours(1));

        await PushInFullAsync();

        Assert.Equal(moth.Id, Context.One("threat-actor Grey Moth").Id);
        Assert.NotEqual(phishing.Id, Context.One("attack-pattern Phishing").Id);
        Assert.Single(Context.Live, one => one.Text("target") == Context.One("attack-pattern Phishing").Id);
        Assert.Equal(PlanCounts.None, (await PushInFullAsync()).Planned);
    }

    [Fact]
    public async Task List_without_any_of_ours_is_not_believed()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Context.ListsNothing = true;
        Run.Time.Advance(Hours(1));

        var report = await PushInFullAsync();

        Assert.Equal((PlanCounts.None, 4L), (report.Planned, report.Held));
    }

    [Fact]
    public async Task Full_read_takes_over_what_another_host_created_and_revokes_it_after_the_grace()
    {
        Put(1, Moth);
        await PushAsync();
        var left = Context.One("threat-actor Grey Moth");
        Put(1);
        await PushLaterAsync(Hours(1));
        await PushLaterAsync(Hours(48));
        // The other host created it again, and its ledger is lost.
        Context.Objects[Context.Objects.FindIndex(one => one.Id == left.Id)] = left;

        Assert.Equal(2, (await PushInFullAsync()).Held);
        await PushLaterAsync(Hours(47));
        Assert.Contains("threat-actor Grey Moth", Names);

        await PushLaterAsync(Hours(1));

        Assert.Equal(["identity First CERT"], Names);
    }

    [Fact]
    public async Task Object_whose_next_id_is_revoked_too_gets_the_one_after_that()
    {
        Put(1, Moth);
        await PushAsync();
        var key = StableId.ForIndicator("misp-graph", Context.Info.Kind, "context", "threat-actor\ntag:" + Moth.ToLowerInvariant(), 1);
        var moth = Context.One("threat-actor Grey Moth");
        Context.Objects.Add(moth with { Id = $"threat-actor--{key:D}", Key = key, IsRevoked = true });

        Assert.Equal(new PlanCounts(0, 0, 0, 1), (await PushInFullAsync()).Planned);
        await PushLaterAsync(Hours(1));

        Assert.Equal(["identity First CERT", "threat-actor Grey Moth"], Names);
        Assert.Equal(2, Context.Objects.Count(one => one.IsRevoked));
        Assert.DoesNotContain(Context.Live, one => one.Key == moth.Key);
    }

    [Fact]
    public async Task Old_copy_of_the_ledger_is_listed_and_compared()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Run.Time.Advance(Hours(1));
        using (var ledger = Run.OpenLedger()) new DestinationLedger(ledger, 1).MarkOutdated();
        Context.Rename(Context.One("threat-actor Grey Moth"), "Red Moth");

        var report = await PushAsync();

        Assert.Equal((new PlanCounts(0, 1, 0, 0), 2), (report.Planned, Context.Listed));
        Assert.Equal(MothPhishes, Names);
        await PushLaterAsync(Hours(1));
        Assert.Equal(2, Context.Listed);
    }

    [Fact]
    public async Task List_after_a_killed_run_does_not_lose_what_it_changed()
    {
        await KillDuringChangeThatIsTakenBackAsync();
        Run.Time.Advance(Hours(1));

        await PushInFullAsync();

        Assert.Equal("green", Context.One("threat-actor Grey Moth").Text("tlp"));
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task List_without_dates_is_enough()
    {
        Put(1, Moth);
        await PushAsync();
        LoseLedger();
        Context.ListsDates = false;

        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
        Put(1, "tlp:amber", Moth);
        await PushLaterAsync(Hours(1));

        Assert.Equal(Run.Time.GetUtcNow().AddHours(-1), Context.One("threat-actor Grey Moth").Created);
    }
}
