using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>Rejected objects, answers that do not come, and runs that end early.</summary>
public sealed class ContextFailureTests : ContextRuns
{
    private static readonly RunFailedException Down = new(RunOutcome.Unreachable, "The service is down.");

    [Theory]
    [InlineData("Grey Moth")]
    [InlineData("Phishing")]
    public async Task Rejected_object_keeps_only_its_relationships_back(string name)
    {
        Put(1, Moth, Phishing);
        AnswerFor(name);

        var report = await PushAsync();

        Assert.Equal(2, Context.Live.Count());
        Assert.Equal((new PlanCounts(4, 0, 0, 0), new StepTally(2, 1, 0, 1)), (report.Planned, report.Tally));
        Assert.Equal((RunOutcome.Incomplete, RunStatus.CompletedWithErrors, 2L), (report.Outcome, report.Status, report.Held));
    }

    [Fact]
    public async Task Rejected_object_is_not_sent_again_until_it_changes()
    {
        Put(1, Moth, Phishing);
        AnswerFor("Grey Moth");
        await PushAsync();
        Put(2, Phishing);

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal((PlanCounts.None, 1L, RunOutcome.Done), (report.Planned, report.Suppressed, report.Outcome));

        AnswerFor(null);
        Put(2, "tlp:amber", Moth);
        Assert.Equal(new PlanCounts(2, 1, 0, 0), (await PushLaterAsync(Hours(1))).Planned);
        Assert.Equal(MothPhishes, Names);
        Assert.Equal(0, (await PushLaterAsync(Hours(1))).Suppressed);
    }

    [Fact]
    public async Task Rejected_object_is_not_sent_again_where_indicators_name_their_creators()
    {
        Context.Policy = Context.Policy with { CreatedBy = true };
        Put(1, Moth);
        AnswerFor("Grey Moth");
        await PushAsync();
        Put(2);

        var report = await PushLaterAsync(Hours(1));

        Assert.Equal((PlanCounts.None, 1L), (report.Planned, report.Suppressed));
    }

    [Fact]
    public async Task Change_that_is_rejected_leaves_the_object_as_it_was()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Put(2, "tlp:amber", Moth);
        AnswerFor("Grey Moth");

        Assert.Equal(new PlanCounts(0, 2, 0, 0), (await PushLaterAsync(Hours(1))).Planned);
        Assert.Equal(MothPhishes, Names);
        Put(3);
        var report = await PushLaterAsync(Hours(1));

        Assert.Equal((PlanCounts.None, 1L, 4L), (report.Planned, report.Suppressed, report.Unchanged));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rejection_that_may_pass_is_tried_by_the_next_run_and_not_for_ever(bool isUpdate)
    {
        if (isUpdate)
        {
            Put(1, Moth);
            await PushAsync();
        }

        Put(1, "tlp:amber", Moth);
        AnswerFor("Grey Moth", () => new StepOutcome.Rejected("Busy.", IsTransient: true));
        for (var i = 0; i < 5; i++) Assert.Equal(1, (await PushLaterAsync(Hours(1))).Tally.Rejected);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
        AnswerFor(null);

        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
        Assert.Equal(1, Of(await Run.RetryAsync())!.Tally.Accepted);
        Assert.Equal("amber", Context.One("threat-actor Grey Moth").Text("tlp"));
    }

    [Fact]
    public async Task Rejection_is_forgotten_when_nothing_supports_the_object_any_more()
    {
        Put(1, Moth);
        AnswerFor("Grey Moth");
        await PushAsync();
        Put(1);

        Assert.Equal(0, (await PushLaterAsync(Hours(1))).Suppressed);
        Put(1, Moth);
        Assert.Equal(1, (await PushLaterAsync(Hours(1))).Tally.Rejected);
    }

    [Fact]
    public async Task Retry_sends_what_was_rejected_and_nothing_else()
    {
        Put(1, Moth, Phishing);
        Put(2, Heron);
        AnswerFor("Grey Moth");
        await PushAsync();
        AnswerFor(null);
        Put(2, Scripts);
        Context.Policy = Context.Policy with { Identities = false };
        Service.Requested.Clear();

        var report = Of(await Run.RetryAsync())!;

        Assert.Equal((new PlanCounts(1, 0, 0, 0), 1L), (report.Planned, report.Tally.Accepted));
        Assert.Equal(["create threat-actor"], Service.Requested);
        Assert.Contains("identity First CERT", Names);
        await PushLaterAsync(Hours(1));
        Assert.Contains("relationship Grey Moth uses Phishing", Names);
        Assert.DoesNotContain("identity First CERT", Names);
    }

    [Fact]
    public async Task Retry_with_nothing_rejected_sends_nothing()
    {
        Put(1, Moth);
        await PushAsync();

        var report = Of(await Run.RetryAsync())!;

        Assert.Equal((PlanCounts.None, 2L, 2L), (report.Planned, report.Held, report.Unchanged));
    }

    [Fact]
    public async Task Retry_that_is_not_let_in_sends_no_object()
    {
        Put(1, Moth);
        AnswerFor("Grey Moth");
        await PushAsync();
        AnswerFor(null);
        Service.Refusal = new RunFailedException(RunOutcome.SignInFailed, "The secret is wrong.");

        var report = Of(await Run.RetryAsync())!;

        Assert.Equal((RunOutcome.SignInFailed, 1L), (report.Outcome, report.Tally.NotAttempted));
        Assert.Same(Service.Refusal, report.Failure);
        Assert.Equal(["identity First CERT"], Names);
    }

    [Fact]
    public async Task Rejected_identity_supports_no_more_than_before_and_rejected_indicators_support_nothing()
    {
        Put(1, Moth);
        AnswerFor("d1.example");

        Assert.Equal((PlanCounts.None, 0), ((await PushAsync()).Planned, Context.Objects.Count));
    }

    [Fact]
    public async Task Revocation_that_is_rejected_is_tried_again_by_each_run()
    {
        Put(1, Moth);
        await PushAsync();
        Context.Policy = Context.Policy with { Actors = false };
        AnswerFor("Grey Moth");
        for (var i = 0; i < 7; i++) Assert.Equal(1, (await PushLaterAsync(Hours(1))).Tally.Rejected);
        AnswerFor(null);

        Assert.Equal(1, (await PushLaterAsync(Hours(1))).Deleted);
        Assert.Equal(["identity First CERT"], Names);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Service_that_fails_after_the_indicators_leaves_context_incomplete_to_the_next_run()
    {
        Put(1, Moth, Phishing);
        Service.OnRequest = (_, steps) =>
        {
            if (steps[0].Label?.Type == "attack-pattern") throw Down;
        };

        var report = await Run.PushAsync();

        Assert.Equal(RunOutcome.Incomplete, report.Outcome);
        var context = Of(report)!;
        Assert.Equal((RunOutcome.Incomplete, RunStatus.CompletedWithErrors, 2L), (context.Outcome, context.Status, context.Held));
        Assert.Equal((RunOutcome.Done, 4L), (report.Destinations[0].Outcome, context.Tally.Total));
        Service.OnRequest = null;
        Assert.Equal(2, (await PushLaterAsync(Hours(1))).Tally.Accepted);
        Assert.Equal(MothPhishes, Names);
    }

    [Fact]
    public async Task Answer_that_does_not_come_is_reconciled_by_the_next_run()
    {
        Put(1, Moth, Phishing);
        AnswerFor("Phishing", () => new StepOutcome.Unknown("no answer"));

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Incomplete, 1L), (report.Outcome, report.Tally.Unknown));
        AnswerFor(null);
        Assert.Equal(2, (await PushLaterAsync(Hours(1))).Tally.Accepted);
        Assert.Equal(MothPhishes, Names);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Run_that_is_out_of_time_leaves_the_rest_to_the_next_one()
    {
        Put(1, Moth, Phishing);
        using var deadline = new CancellationTokenSource();
        using var control = new RunControl(default, deadline.Token, default);
        Service.OnRequest = (_, steps) =>
        {
            if (steps[0].Label?.Type == "identity") deadline.Cancel();
        };

        var report = await Run.PushAsync(control: control);

        Assert.Equal((RunOutcome.OutOfTime, RunOutcome.OutOfTime), (report.Outcome, Of(report)!.Outcome));
        Assert.Equal(new StepTally(1, 0, 0, 3), Of(report)!.Tally);
        Assert.Equal(["identity First CERT"], Names);
        Service.OnRequest = null;
        await PushLaterAsync(Hours(1));
        Assert.Equal(MothPhishes, Names);
    }

    [Fact]
    public async Task Run_whose_indicators_end_early_leaves_context_alone_and_shows_what_is_there()
    {
        Put(1, Moth);
        await PushAsync();
        Put(2, Heron);
        Service.OnRequest = (_, _) => throw Down;

        var report = await Run.PushAsync();

        var context = Of(report)!;
        Assert.Equal((RunOutcome.Unreachable, RunOutcome.Done), (report.Outcome, context.Outcome));
        Assert.Equal((PlanCounts.None, 2L, 2L, default), (context.Planned, context.Held, context.Unchanged, context.Requests));
    }

    [Fact]
    public async Task Run_that_reads_nothing_shows_context_only_where_there_is_some()
    {
        Put(1, Moth);
        Run.Source.Outage = new RunFailedException(RunOutcome.Unreachable, "MISP is down.");

        Assert.Null(Of(await Run.PushAsync()));
        Run.Source.Outage = null;
        await PushAsync();
        Run.Source.Outage = new RunFailedException(RunOutcome.Unreachable, "MISP is down.");

        var report = Of(await Run.PushAsync())!;

        Assert.Equal((PlanCounts.None, 2L, 2L, default), (report.Planned, report.Held, report.Unchanged, report.Requests));
    }

    [Fact]
    public async Task Run_that_is_killed_after_a_creation_leaves_one_object()
    {
        Put(1, Moth, Phishing);
        await KillAsync("create threat-actor");

        await PushLaterAsync(Hours(1));

        Assert.Equal(MothPhishes, Names);
        Assert.Equal(4, Context.Objects.Count);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Change_of_a_killed_run_that_MISP_took_back_is_taken_back()
    {
        await KillDuringChangeThatIsTakenBackAsync();

        await PushLaterAsync(Hours(1));

        Assert.Equal("green", Context.One("threat-actor Grey Moth").Text("tlp"));
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }

    [Fact]
    public async Task Object_that_a_killed_run_revoked_comes_back_under_a_new_id()
    {
        Put(1, Moth, Phishing);
        await PushAsync();
        Put(1, Phishing);
        await PushLaterAsync(Hours(1));
        Run.Time.Advance(Hours(48));
        await KillAsync("delete threat-actor");
        Put(1, Moth, Phishing);
        Run.Warnings.Clear();

        var first = await PushLaterAsync(Hours(1));
        var second = await PushLaterAsync(Hours(1));

        Assert.Equal((new PlanCounts(0, 0, 0, 1), new PlanCounts(2, 0, 0, 0)), (first.Planned, second.Planned));
        Assert.Equal(
            "'sentinel/context': 1 objects wait for the next run; a run creates and changes 2,000 at most.", Assert.Single(Run.Warnings));
        Assert.Equal(MothPhishes, Names);
        Assert.Equal(PlanCounts.None, (await PushLaterAsync(Hours(1))).Planned);
    }
}
