using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>Comparing, repairing, planning and purging context objects.</summary>
public sealed class ContextVerificationTests : ContextRuns
{
    private static readonly RunFailedException Refused = new(RunOutcome.SignInFailed, "The secret is wrong.");

    [Fact]
    public async Task Objects_that_are_there_as_they_were_sent_are_no_finding()
    {
        await PushMothAsync();

        var result = (await VerifyAsync())!;

        Assert.Equal(("sentinel/context", "sentinel", RunOutcome.Done), (result.Name, result.Kind, result.Outcome));
        Assert.Equal((4L, 4L, 4L), (result.Held, result.There, result.AsSent));
        Assert.Empty(result.Found);
        Assert.Empty(Run.Findings);
        Assert.Null(result.Repair);
    }

    [Fact]
    public async Task Dates_of_the_service_are_no_difference()
    {
        await PushMothAsync();
        Context.ListedDate = Some.Now.AddDays(-100);

        Assert.Equal((4L, 0L), ((await VerifyAsync())!.AsSent, (long)Run.Findings.Count));
    }

    [Fact]
    public async Task Each_difference_is_shown_with_its_name_and_repair()
    {
        await PushMothAsync();
        Context.Rename(Context.One("identity First CERT"), "Somebody else");
        Context.Revoke(Context.One("threat-actor Grey Moth"));
        Context.Objects.Remove(Context.One("attack-pattern Phishing"));
        Context.Others.Add(new FakeObject("theirs", Guid.NewGuid(), """
            {"type":"identity","key":"x","name":"Theirs","created":"2026-01-01T00:00:00Z","modified":"2026-01-01T00:00:00Z"}
            """));

        var result = (await VerifyAsync())!;

        Assert.Equal((RunOutcome.Incomplete, 4L, 3L, 1L), (result.Outcome, result.Held, result.There, result.AsSent));
        Assert.Equal(
            [
                "Edited identity First CERT: Update name First CERT > Somebody else",
                "Foreign identity Theirs: None",
                "Missing attack-pattern Phishing: Create",
                "Missing threat-actor Grey Moth: CreateUnderNextKey revoked false > true",
            ],
            Run.Findings.Select(Text).Order(StringComparer.Ordinal));
        Assert.Equal(
            (1L, 2L, 1L), (result.Found[FindingKind.Edited], result.Found[FindingKind.Missing], result.Found[FindingKind.Foreign]));
        Assert.Empty(Service.Requested);
    }

    [Fact]
    public async Task Object_that_was_sent_just_now_may_not_be_listed_yet()
    {
        Service.VisibilityLag = TimeSpan.FromMinutes(10);
        Put(1, Moth);
        await PushAsync();
        Context.Objects.RemoveAt(0);
        Run.Time.Advance(TimeSpan.FromMinutes(9));

        Assert.Equal(RunOutcome.Done, (await VerifyAsync())!.Outcome);
        Assert.Equal((FindingKind.NotYetVisible, RepairKind.None), (Run.Findings.Single().Kind, Run.Findings.Single().Repair));
        Run.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(RunOutcome.Incomplete, (await VerifyAsync())!.Outcome);
        Assert.Equal((FindingKind.Missing, RepairKind.Create), (Run.Findings.Single().Kind, Run.Findings.Single().Repair));
    }

    [Fact]
    public async Task Repair_makes_everything_as_it_was_sent()
    {
        await PushMothAsync();
        var moth = Context.One("threat-actor Grey Moth");
        Context.Rename(Context.One("identity First CERT"), "Somebody else");
        Context.Revoke(moth);
        Context.Objects.Remove(Context.One("attack-pattern Phishing"));

        var result = (await VerifyAsync(repairs: true))!;

        Assert.Equal((RunOutcome.Done, 4L, 1L), (result.Outcome, result.Held, result.AsSent));
        // The relationship of the revoked actor goes, and that of the new one comes.
        Assert.Equal(new PlanCounts(2, 2, 0, 1), result.Repair!.Planned);
        Assert.Equal((5L, 4L), (result.Repair.Tally.Accepted, result.Repair.Held));
        Assert.Equal(MothPhishes, Names);
        Assert.NotEqual(moth.Id, Context.One("threat-actor Grey Moth").Id);
        Assert.Equal((RunOutcome.Done, 4L), ((await VerifyAsync())!.Outcome, (await VerifyAsync())!.AsSent));
        Assert.Equal(PlanCounts.None, (await PushAsync()).Planned);
    }

    [Fact]
    public async Task Repair_that_is_rejected_is_incomplete()
    {
        await PushMothAsync();
        Context.Rename(Context.One("identity First CERT"), "Somebody else");
        AnswerFor("First CERT");

        var result = (await VerifyAsync(repairs: true))!;

        Assert.Equal((RunOutcome.Incomplete, 1L), (result.Outcome, result.Repair!.Tally.Rejected));
    }

    [Fact]
    public async Task Repair_of_more_than_a_run_may_send_leaves_the_rest_to_the_next_push()
    {
        await PushMothAsync();
        Context.Rename(Context.One("identity First CERT"), "Somebody else");
        Context.Rename(Context.One("threat-actor Grey Moth"), "Somebody else");
        Context.Policy = Context.Policy with { MostObjects = 1 };
        Run.Warnings.Clear();

        await VerifyAsync(repairs: true);

        Assert.Equal(
            "'sentinel/context': 1 objects wait for the next run; a run creates and changes 1 at most.", Assert.Single(Run.Warnings));
        await PushLaterAsync(Hours(1));
        Assert.Equal(MothPhishes, Names);
    }

    [Fact]
    public async Task Repair_of_nothing_sends_nothing()
    {
        await PushMothAsync();

        var result = (await VerifyAsync(repairs: true))!;

        Assert.Equal((RunOutcome.Done, PlanCounts.None, 4L), (result.Outcome, result.Repair!.Planned, result.Repair.Held));
        Assert.Empty(Service.Requested);
    }

    [Fact]
    public async Task Repair_of_a_killed_run_leaves_nothing_for_the_next_push()
    {
        await PushMothAsync();
        Put(1, "tlp:amber", Moth, Phishing);
        await KillAsync("create threat-actor");
        Run.Time.Advance(Hours(1));

        await VerifyAsync(repairs: true);

        Assert.Equal("amber", Context.One("relationship Grey Moth uses Phishing").Text("tlp"));
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Object_in_its_grace_is_not_repaired()
    {
        await PushMothAsync();
        Put(1, Phishing);
        await PushLaterAsync(Hours(1));
        Context.Objects.RemoveAll(one => one.Text("type") is "relationship" or "threat-actor");
        Run.Time.Advance(Hours(1));

        await VerifyAsync();
        Assert.Equal(2, Run.Findings.Count(one => one is { Kind: FindingKind.Missing, Repair: RepairKind.None }));
        await VerifyAsync(repairs: true);

        Assert.Equal(["attack-pattern Phishing", "identity First CERT"], Names);
        await PushLaterAsync(Hours(47));
        Assert.Equal(RunOutcome.Done, (await VerifyAsync())!.Outcome);
    }

    [Fact]
    public async Task Without_the_right_to_list_there_is_nothing_to_compare()
    {
        await PushMothAsync();
        Service.ListObstacle = "its name";

        Assert.Null(await VerifyAsync());
        Assert.Null(await VerifyAsync(repairs: true));
    }

    [Fact]
    public async Task List_that_breaks_off_is_a_warning_and_no_result()
    {
        await PushMothAsync();
        Context.ListFailsAfter = 2;
        Run.Warnings.Clear();

        Assert.Null(await VerifyAsync());
        Assert.Equal("'sentinel/context' could not be listed: The list was cut off.", Assert.Single(Run.Warnings));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Verification_that_is_interrupted_shows_what_is_held_and_nothing_else(bool repairs)
    {
        await PushMothAsync();
        using var interrupt = new CancellationTokenSource();
        using var control = new RunControl(interrupt.Token, default, default);
        Context.OnList = listed =>
        {
            if (listed == 2) interrupt.Cancel();
        };

        var result = (await Run.VerifyAllAsync(repairs, control)).Single(one => one.Name == "sentinel/context");

        Assert.Equal((RunOutcome.Interrupted, 4L, null, 0L), (result.Outcome, result.Held, result.There, result.AsSent));
        Assert.Null(result.Repair);
        Assert.Empty(result.Found);
        Assert.Empty(Run.Findings);
    }

    [Fact]
    public async Task Plan_shows_the_objects_and_sends_nothing()
    {
        Put(1, Moth, Phishing);

        var plan = Of(await Run.PlanAsync())!;

        Assert.Equal((new PlanCounts(4, 0, 0, 0), new StepTally(0, 0, 0, 4), 0L), (plan.Planned, plan.Tally, plan.Held));
        Assert.Equal(
            ["domain", "identity", "threat-actor", "attack-pattern", "relationship"], Run.Steps.Select(step => step.Label?.Type));
        Assert.Empty(Context.Objects);
        await PushAsync();
        Assert.Equal(MothPhishes, Names);
    }

    [Fact]
    public async Task Plan_counts_support_by_what_is_held_after_it()
    {
        Put(1, Moth);
        Put(2, Heron);
        await PushAsync();
        LoseLedger();
        Run.Source.Remove(Some.Event(2));
        Run.Time.Advance(Hours(1));

        var plan = Of(await Run.PlanAsync(options => options with { HasNoLedger = true }))!;

        Assert.Equal(new PlanCounts(0, 0, 0, 1), plan.Planned);
    }

    [Fact]
    public async Task Plan_after_a_killed_run_needs_no_sign_in()
    {
        Put(1, Moth);
        await KillAsync("create threat-actor");
        Service.Refusal = Refused;

        var plan = Of(await Run.PlanAsync())!;

        Assert.Equal((RunOutcome.Done, new PlanCounts(1, 0, 0, 0)), (plan.Outcome, plan.Planned));
        Service.Refusal = null;
        Assert.Equal(1, (await PushAsync()).Tally.Accepted);
    }

    [Fact]
    public async Task Purge_revokes_all_objects_and_the_next_push_creates_them_again()
    {
        await PushMothAsync();

        var report = await Run.PurgeAsync();

        var context = Of(report)!;
        Assert.Equal((new PlanCounts(0, 0, 0, 4), 4L, 0L), (context.Planned, context.Deleted, context.Held));
        Assert.Equal((4L, 0L), (context.Requests.Sent, context.Unchanged));
        Assert.Equal(
            ["delete indicator", "delete relationship", "delete attack-pattern", "delete threat-actor", "delete identity"],
            Service.Requested);
        Assert.All(Run.Steps, step => Assert.Equal(StepReasons.Purged, step.Reason));
        Assert.Empty(Names);
        await PushLaterAsync(Hours(1));
        Assert.Equal(MothPhishes, Names);
    }

    [Fact]
    public async Task Purge_counts_several_objects_of_a_type()
    {
        await PushMothAsync();
        Put(1, Moth, Heron, Phishing);
        await PushLaterAsync(Hours(1));

        Assert.Equal(new PlanCounts(0, 0, 0, 6), Of(await Run.PurgeAsync())!.Planned);
    }

    [Fact]
    public async Task Plan_of_a_purge_sends_nothing_and_needs_no_sign_in()
    {
        Put(1, Moth, Phishing);
        await KillAsync("create attack-pattern");
        Service.Requested.Clear();
        Service.Refusal = Refused;

        var report = await Run.PurgeAsync(isDryRun: true);

        Assert.Equal((RunOutcome.Done, new PlanCounts(0, 0, 0, 2)), (Of(report)!.Outcome, Of(report)!.Planned));
        Assert.Empty(Service.Requested);
    }

    [Fact]
    public async Task Purge_revokes_what_a_killed_run_created()
    {
        Put(1, Moth, Phishing);
        await KillAsync("create attack-pattern");

        await Run.PurgeAsync();

        Assert.Empty(Names);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Purge_with_a_new_ledger_revokes_what_is_ours_whatever_the_settings_ask_for(bool isOn)
    {
        Run.Instance = "other";
        Put(1, Moth);
        await PushAsync();
        LoseLedger();
        Run.Instance = "misp-graph";
        Put(1, Phishing);
        await PushAsync();
        LoseLedger();
        if (!isOn) Context.Policy = new ContextPolicy();

        await Run.PurgeAsync();

        Assert.Equal(["identity First CERT", "threat-actor Grey Moth"], Names);
    }

    [Fact]
    public async Task Purge_that_is_not_confirmed_touches_nothing_and_asks_with_the_number_of_all()
    {
        await PushMothAsync();
        var asked = 0L;

        var report = await Run.PurgeAsync(confirm: (_, count) => (asked = count) < 0);

        Assert.Equal((5L, PlanCounts.None, 4L), (asked, Of(report)!.Planned, Of(report)!.Held));
        Assert.Equal(MothPhishes, Names);
    }

    [Fact]
    public async Task Purge_without_context_reports_none()
    {
        Context.Policy = new ContextPolicy();
        Put(1, Moth);
        await PushAsync();
        LoseLedger();

        Assert.Null(Of(await Run.PurgeAsync()));
    }

    private async Task PushMothAsync()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Service.Requested.Clear();
        Run.Time.Advance(Hours(1));
    }

    private async Task<VerifiedDestination?> VerifyAsync(bool repairs = false) =>
        (await Run.VerifyAllAsync(repairs)).SingleOrDefault(one => one.Name == "sentinel/context");

    private static string Text(Finding one) =>
        $"{one.Kind} {one.Type} {one.Value}: {one.Repair}"
        + string.Concat(one.Differences.Select(two => $" {two.Property} {two.Sent} > {two.There}"));
}
