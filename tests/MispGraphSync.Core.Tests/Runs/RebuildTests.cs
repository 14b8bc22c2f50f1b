using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>A new ledger, or an old copy, learns from the destination's list what this installation owns.</summary>
public sealed class RebuildTests : LostLedgerRuns
{
    [Fact]
    public async Task Withdrawal_during_the_loss_is_found_and_unchanged_indicators_cost_no_request()
    {
        Put(1, 2, 3, 4);
        await PushAsync();
        LoseLedger();
        Put(1, 2, 3);

        var report = await PushAsync();

        Assert.Equal((new PlanCounts(0, 0, 0, 1), 3L), (report.Planned, report.Unchanged));
        Assert.Equal(["d1.example", "d2.example", "d3.example"], Values());
        Assert.Equal(
            [
                "The ledger is new, so 'graph' was listed: 4 indicators there are ours (instance 'misp-graph'). "
                + "They are in the ledger now.",
                "'graph': 1 indicators of the instance 'misp-graph' are not wanted any more (fake DomainName { Value = d4.example }): "
                + "MISP does not have them, or the settings exclude them. They are to be deleted.",
            ],
            Run.Warnings);
        Run.Warnings.Clear();
        var listed = Service.Listed;
        Assert.Equal(0, (await PushAsync()).Planned.Total);
        Assert.Equal((listed, 0), (Service.Listed, Run.Warnings.Count));
    }

    [Fact]
    public async Task Full_read_that_was_asked_for_finds_what_another_ledger_sent()
    {
        Put(1, 2, 3);
        await PushAsync();
        var sent = Service.Held.Single(one => one.Value.Contains("d2", StringComparison.Ordinal));
        Service.Held.Remove(sent);
        Service.Held.Add(sent with { Body = sent.Body.Replace("Amber", "Red", StringComparison.Ordinal) });
        Run.Time.Advance(TimeSpan.FromDays(7));
        Assert.Equal(PlanCounts.None, (await PushAsync()).Planned);

        var report = await PushAsync(TestRun.InFull);

        Assert.Equal((new PlanCounts(0, 1, 0, 0), 2L), (report.Planned, report.Unchanged));
        Assert.Contains(sent.Body, Service.Held.Select(one => one.Body));
        Assert.Equal([StepReasons.Adopted], Run.Steps.Select(step => step.Reason));
        Assert.Equal(PlanCounts.None, (await PushAsync(TestRun.InFull)).Planned);
    }

    [Fact]
    public async Task Full_read_that_was_asked_for_sends_nothing_where_another_ledger_made_the_same_change()
    {
        Put(1, 2);
        await PushAsync();
        var other = Run.LedgerPath + ".other";
        File.Copy(Run.LedgerPath, other);
        Run.Source.Put(Some.Event(1, Run.Time.GetUtcNow(), tags: "tlp:green"), Some.Domain(1));
        Assert.Equal(1, (await PushAsync()).Planned.Update);
        File.Move(other, Run.LedgerPath, overwrite: true);

        Assert.Equal(PlanCounts.None, (await PushAsync(TestRun.InFull)).Planned);
        Assert.Equal(PlanCounts.None, (await PushAsync()).Planned);
    }

    [Fact]
    public async Task Indicators_of_another_instance_are_left_alone()
    {
        Run.Instance = "other";
        Put(1, 2);
        await PushAsync();
        LoseLedger();
        Run.Instance = "misp-graph";
        Put(3);

        var report = await PushAsync();

        Assert.Equal(new PlanCounts(1, 0, 0, 0), report.Planned);
        Assert.Equal(["d1.example", "d2.example", "d3.example"], Values());
        Assert.Equal(["'graph' has 2 indicators of others. They are left alone."], Run.Warnings);
    }

    [Fact]
    public async Task Indicator_of_an_unread_event_is_kept_until_everything_was_read()
    {
        Put(1, 2, 3);
        await PushAsync();
        LoseLedger();
        Run.Source.Remove(Some.Event(3));
        Run.Source.Unreadable.Add(Some.Uuid(2));

        Assert.Equal(0, (await PushAsync()).Planned.Delete);
        Assert.Equal(3, Service.Held.Count);

        Run.Source.Unreadable.Clear();
        // The list shows that the other one is as MISP says.
        Assert.Equal(new PlanCounts(0, 0, 0, 1), (await PushAsync()).Planned);
        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    [Fact]
    public async Task Run_that_does_not_read_every_source_deletes_nothing_without_a_known_source()
    {
        Assert.Equal(0, (await HoldOneWithoutSourceAsync()).Planned.Delete);
        Assert.Equal(3, Service.Held.Count);
        Assert.Equal(
            "'graph': 1 indicators of the instance 'misp-graph' have no known source (fake DomainName { Value = d3.example }). "
            + "They are kept until a run has read every source to its end.", Run.Warnings[^1]);

        Assert.Equal(1, (await PushAsync()).Planned.Delete);
        Assert.Equal(2, Service.Held.Count);
    }

    [Fact]
    public async Task Indicator_without_a_known_source_is_not_created_again_when_MISP_has_it()
    {
        await HoldOneWithoutSourceAsync();
        Put(1, 2, 3);

        var report = await PushAsync();

        Assert.Equal(PlanCounts.None, report.Planned);
        Assert.Equal(["d1.example", "d2.example", "d3.example"], Values());
        Put(1, 2);
        await PushAsync();
        Assert.Equal(2, Service.Held.Count);
    }

    [Fact]
    public async Task Claimed_indicator_is_updated_in_place_where_nothing_is_immutable()
    {
        (Service.Upserts, Service.IdsNotReusable) = (true, true);
        Put(1, 2);
        await PushAsync();
        LoseLedger();
        Put(1);
        await PushAsync(options => options with { ReadsAllSources = false });
        Put(1, 2);
        Service.Sent.Clear();
        Service.ListObstacle = "its name";

        await PushAsync();

        Assert.DoesNotContain(Service.Sent, request => request.Operation == Operation.Delete);
        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deletion_of_what_only_the_list_knows_carries_the_listed_item_and_a_later_time(bool writesAgain)
    {
        (Service.Upserts, Service.IdsNotReusable, Service.WritesAgain) = (true, true, writesAgain);
        Put(1, 2);
        await PushAsync();
        var ahead = Run.Time.GetUtcNow().AddHours(3);
        for (var i = 0; i < 2; i++) Service.Held[i] = Service.Held[i] with { Modified = ahead };
        var withdrawn = Service.Held.Single(one => Domain(one.Value) == "d2.example");
        LoseLedger();
        Put(1);
        var deletions = new List<PlanStep>();
        Service.OnRequest = (operation, steps) => deletions.AddRange(operation == Operation.Delete ? steps : []);

        await PushAsync();

        var deletion = Assert.Single(deletions);
        Assert.Equal(writesAgain ? withdrawn.Body : "null", Encoding.UTF8.GetString(deletion.Body.Span));
        Assert.Equal((withdrawn.Key, ahead.AddMilliseconds(1)), (deletion.Key, deletion.Modified));
    }

    [Theory]
    [InlineData("WatchList", Operation.Update)]
    [InlineData("Botnet", Operation.Create)]
    public async Task Claimed_indicator_is_replaced_only_where_the_listed_immutable_part_is_another(string part, Operation expected)
    {
        Put(1, 2);
        await PushAsync();
        for (var i = 0; i < 2; i++) Service.Held[i] = Service.Held[i] with { ImmutableHash = Hash128.Of(part) };
        LoseLedger();
        Put(1);
        await PushAsync(options => options with { ReadsAllSources = false });
        Put(1, 2);
        Service.Sent.Clear();
        Service.ListObstacle = "its name";

        await PushAsync();

        Assert.Equal(expected, Service.Sent[^1].Operation);
        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    [Fact]
    public async Task Indicator_without_a_known_source_is_forgotten_when_it_has_expired()
    {
        Put(1, 2);
        await PushAsync();
        LoseLedger();
        Put();
        Assert.Equal(2, (await PushAsync(options => options with { ReadsAllSources = false })).Held);
        Run.Time.Advance(TimeSpan.FromDays(31));
        Service.Held.Clear();
        Service.Sent.Clear();

        Assert.Equal(0, (await PushAsync()).Held);
        Assert.Empty(Service.Sent);
    }

    [Fact]
    public async Task Creation_that_exists_although_it_is_not_listed_yet_is_held_and_not_sent_again()
    {
        Put(1, 2, 3);
        await PushAsync();
        var ids = Service.Held.Select(one => one.Id).ToList();
        LoseLedger();
        Service.NotYetListed = 1;
        Service.Reconcile = keys => new ReconcileResult(
            Service.Held.Where(one => keys.Contains(one.Key)).ToDictionary(one => one.Key, one => one.Id));
        Service.Sent.Clear();

        Assert.Equal(3, (await PushAsync()).Held);

        Assert.Empty(Service.Sent);
        Assert.Equal(ids, Service.Held.Select(one => one.Id));
    }

    [Fact]
    public async Task Empty_MISP_after_a_loss_deletes_nothing()
    {
        Put(1, 2, 3);
        await PushAsync();
        for (var i = 0; i < 3; i++) Service.Held[i] = Service.Held[i] with { Events = [Some.Uuid(i + 1)] };
        LoseLedger();
        Put();

        var report = await PushAsync();

        Assert.Equal((RunOutcome.DeletionsWithheld, DeletionVerdict.EmptyRead), (report.Outcome, report.WithheldDeletions?.Verdict));
        Assert.Equal(3, Service.Held.Count);
    }

    [Fact]
    public async Task Allowance_of_few_deletions_does_not_count_while_sources_are_unknown()
    {
        Put(1, 2, 3, 4, 5);
        await PushAsync();
        LoseLedger();
        Put(1, 2);

        Assert.Equal(DeletionVerdict.TooMany, (await PushAsync()).WithheldDeletions?.Verdict);
        Assert.Equal(DeletionVerdict.TooMany, (await PushAsync()).WithheldDeletions?.Verdict);
        Assert.Equal(5, Service.Held.Count);

        await PushAsync(options => options with { MaxDelete = new DeletionLimit(3, IsPercent: false) });
        Assert.Equal(2, Service.Held.Count);
    }

    [Fact]
    public async Task Aged_event_keeps_its_indicators_after_a_loss()
    {
        Put(1, 2);
        await PushAsync();
        Service.Held[1] = Service.Held[1] with { Events = [Some.Uuid(2)] };
        LoseLedger();
        Run.Source.Aged.Add(Some.Uuid(2));
        Run.Source.AgedAndChanged[Some.Uuid(2)] = Run.Source.Events[Some.Uuid(2)];
        Put(1);

        Assert.Equal(PlanCounts.None, (await PushAsync()).Planned);
        Assert.Equal(2, Service.Held.Count);
    }

    [Fact]
    public async Task Aged_event_that_could_not_be_read_after_a_loss_keeps_its_indicators_in_later_runs_too()
    {
        Put(1, 2);
        await PushAsync();
        Service.Held[1] = Service.Held[1] with { Events = [Some.Uuid(2)] };
        LoseLedger();
        Run.Source.Aged.Add(Some.Uuid(2));
        Run.Source.AgedAndChanged[Some.Uuid(2)] = Run.Source.Events[Some.Uuid(2)];
        Run.Source.Unreadable.Add(Some.Uuid(2));
        Put(1);
        Assert.Equal(PlanCounts.None, (await PushAsync()).Planned);
        Run.Source.Unreadable.Clear();
        Service.ListFailsAfter = 0;

        Assert.Equal(PlanCounts.None, (await PushAsync()).Planned);

        Service.ListFailsAfter = null;
        Assert.Equal(0, (await PushAsync()).Planned.Delete);
        Assert.Equal(2, Service.Held.Count);
    }

    [Fact]
    public async Task What_has_no_known_source_costs_a_list_only_in_runs_that_may_delete_it()
    {
        await HoldOneWithoutSourceAsync();
        var listed = Service.Listed;
        await PushAsync(options => options with { ReadsAllSources = false });
        await PushAsync(options => options with { SharesPlace = _ => true });
        await PushAsync(options => options with { Stage = options.Stage with { OnlyEvents = new HashSet<Guid> { Some.Uuid(1) } } });
        Assert.Equal(listed, Service.Listed);

        Service.ListFailsAfter = 0;
        Assert.Equal(RunOutcome.Incomplete, (await PushAsync()).Outcome);
        Assert.Equal(
            "'graph' could not be listed: The list was cut off. The next run tries again: some indicators have no known source.",
            Run.Warnings[^1]);
        Service.ListFailsAfter = null;
        listed = Service.Listed;
        Assert.Equal(1, (await PushAsync()).Planned.Delete);
        Assert.Equal(listed + 1, Service.Listed);
    }

    [Fact]
    public async Task Full_read_that_was_interrupted_does_not_forget_what_it_found()
    {
        Put(1, 2, 3);
        await PushAsync();
        var sent = Service.Held[1];
        Service.Held[1] = sent with { Body = sent.Body.Replace("Amber", "Red", StringComparison.Ordinal) };
        using (var stop = new CancellationTokenSource())
        {
            using var control = new RunControl(stop.Token, CancellationToken.None, CancellationToken.None);
            Run.OnStep = _ => stop.Cancel();
            await Run.PushAsync(TestRun.InFull, control);
            Run.OnStep = null;
        }

        Assert.DoesNotContain(sent.Body, Service.Held.Select(one => one.Body));

        await PushAsync();

        Assert.Contains(sent.Body, Service.Held.Select(one => one.Body));
    }

    [Fact]
    public async Task Plain_create_is_not_doubled_by_an_indicator_that_the_list_does_not_show_yet()
    {
        Put(1, 2, 3);
        await PushAsync();
        LoseLedger();
        Service.NotYetListed = 1;

        await PushAsync();

        Assert.Equal(3, Service.Held.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revoked_key_gets_the_next_generation_whether_it_is_listed_or_not(bool isListed)
    {
        (Service.Upserts, Service.IdsNotReusable, Service.ListsRevoked) = (true, true, isListed);
        await LoseLedgerAfterRevocationAsync();
        var listed = Service.Listed;

        var report = await WithTimeAsync(PushAsync(options => options with { MayHaveLostRecords = true }));

        Assert.Equal(RunOutcome.Done, report.Outcome);
        Assert.Equal(["d1.example", "d2.example"], Values());
        Assert.Equal(isListed, Service.Listed == listed + 1);
        Assert.Equal(0, (await PushAsync()).Planned.Total);
    }

    [Fact]
    public async Task Full_read_finds_what_another_host_changed()
    {
        Put(1, 2);
        await PushAsync();
        Run.Time.Advance(TimeSpan.FromHours(1));
        // The other host's ledger: it deleted one and created another.
        Service.Held.RemoveAt(1);
        Service.Others.Add("theirs");

        Assert.Equal(0, (await PushAsync()).Planned.Total);
        Assert.Equal(new PlanCounts(1, 0, 0, 0), (await PushAsync(options => options with
        {
            Stage = options.Stage with { Full = true },
        })).Planned);
        Assert.Equal(2, Service.Held.Count);
        const string Compared =
            "'graph' was listed and compared with the ledger: 1 indicators there are ours, 1 that the ledger held are gone.";
        Assert.Equal([Compared], Run.Warnings);

        Run.Time.Advance(TimeSpan.FromHours(1));
        await PushAsync(TestRun.InFull);
        Assert.Equal([Compared], Run.Warnings);
    }

    [Fact]
    public async Task Comparison_with_an_outdated_ledger_is_reported_although_nothing_is_gone()
    {
        Put(1, 2);
        await PushAsync();
        Outdate();

        Assert.Equal(2, (await PushAsync()).Unchanged);

        Assert.Equal(
            ["'graph' was listed and compared with the ledger: 2 indicators there are ours, 0 that the ledger held are gone."],
            Run.Warnings);
    }

    [Fact]
    public async Task Run_that_keeps_no_ledger_says_nothing_about_a_new_one()
    {
        Put(1, 2);
        await PushAsync();
        LoseLedger();
        Service.Others.Add("theirs");

        Assert.Equal(2, (await PushAsync(options => options with { HasNoLedger = true })).Unchanged);

        Assert.Empty(Run.Warnings);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task List_that_fails_at_a_full_read_is_a_warning(bool upserts, bool isAskedFor)
    {
        Service.Upserts = upserts;
        Put(1, 2, 3);
        await PushAsync();
        Service.ListFailsAfter = 1;
        if (!isAskedFor) Run.Time.Advance(TimeSpan.FromDays(7));
        Put(1, 2);

        var report = await PushAsync(options => options with { Stage = options.Stage with { Full = isAskedFor } });

        // Somebody who asked for it wants to know that not everything was compared.
        var outcome = isAskedFor ? RunOutcome.Incomplete : RunOutcome.Done;
        Assert.Equal((outcome, new PlanCounts(0, 0, 0, 1)), (report.Outcome, report.Planned));
        Assert.Contains("'graph' could not be listed: The list was cut off. The next full read lists it.", Run.Warnings);
    }

    [Fact]
    public async Task Plan_with_an_outdated_ledger_and_no_list_assumes_what_the_ledger_knows()
    {
        Put(1, 2, 3);
        await PushAsync();
        Outdate();
        Service.ListFailsAfter = 1;

        var plan = (await Run.PlanAsync()).Destinations[0];

        Assert.Equal((0L, 3L), (plan.Planned.Total, plan.Unchanged));
        Assert.Contains(
            "'graph' could not be listed: The list was cut off. The plan assumes that it is as the ledger knows it.", Run.Warnings);
    }

    [Fact]
    public async Task Destination_that_cannot_be_listed_gets_everything_again_when_the_ledger_is_not_the_latest()
    {
        Service.Upserts = true;
        Put(1, 2);
        await PushAsync();
        Outdate();
        Service.ListObstacle = "its name";

        Assert.Equal(new PlanCounts(0, 2, 0, 0), (await PushAsync()).Planned);

        Assert.Equal(
            "'graph' cannot be listed without its name, and the ledger is not the latest. What an earlier ledger sent there is not "
            + "known: it is sent again where MISP still has it, and ends at its own expiry where not.", Assert.Single(Run.Warnings));
    }

    [Fact]
    public async Task Full_read_that_was_asked_for_sends_nothing_without_a_list_where_a_creation_may_be_the_second()
    {
        Put(1, 2);
        await PushAsync();
        Service.ListFailsAfter = 1;
        Put(1, 2, 3);

        var report = await PushAsync(TestRun.InFull);

        Assert.Equal((RunOutcome.Unreachable, 0L, 2), (report.Outcome, report.Planned.Total, Service.Held.Count));
    }

    [Fact]
    public async Task List_that_fails_with_a_new_ledger_sends_nothing()
    {
        Put(1, 2, 3);
        await PushAsync();
        LoseLedger();
        Service.ListFailsAfter = 1;

        Assert.Equal((RunOutcome.Unreachable, 0L), ((await PushAsync()).Outcome, (await PushAsync()).Planned.Total));

        Service.ListFailsAfter = null;
        Assert.Equal(3L, (await PushAsync()).Unchanged);
    }

    [Fact]
    public async Task Destination_that_cannot_be_listed_gets_everything_again_after_a_loss()
    {
        Service.Upserts = true;
        Put(1, 2);
        await PushAsync();
        LoseLedger();
        Service.ListObstacle = "its name";
        Put(1);

        Assert.Equal(new PlanCounts(1, 0, 0, 0), (await PushAsync()).Planned);
        Assert.Equal(["d1.example", "d2.example"], Values());
        Assert.StartsWith("'graph' cannot be listed without its name, and the ledger is new. ", Assert.Single(Run.Warnings));
        Run.Warnings.Clear();
        Assert.Equal((0L, 0), ((await PushAsync()).Planned.Total, Run.Warnings.Count));
    }

    [Fact]
    public async Task Upserting_destination_whose_list_fails_after_a_loss_is_listed_by_the_next_run()
    {
        Service.Upserts = true;
        Put(1, 2, 3);
        await PushAsync();
        LoseLedger();
        Service.ListFailsAfter = 1;
        Put(1, 2);

        Assert.Equal((RunOutcome.Done, new PlanCounts(2, 0, 0, 0)), await OutcomeAsync());
        Assert.Equal(3, Service.Held.Count);
        Assert.StartsWith("'graph' could not be listed: The list was cut off, and the ledger is new. ", Assert.Single(Run.Warnings));

        Service.ListFailsAfter = null;
        Assert.Equal(1, (await PushAsync()).Planned.Delete);
        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    // As an old copy of it.
    [Fact]
    public async Task Verification_repairs_nothing_with_an_old_copy_of_the_ledger()
    {
        Put(1, 2);
        await PushAsync();
        var old = Run.LedgerPath + ".old";
        File.Copy(Run.LedgerPath, old);
        Put(1);
        await PushAsync();
        File.Move(old, Run.LedgerPath, overwrite: true);
        Outdate();

        var result = await Run.VerifyAsync(repairs: true);

        Assert.Equal((RunOutcome.Incomplete, null), (result.Outcome, result.Repair));
        Assert.Equal(["d1.example"], Values());
        Assert.Equal(
            ["'graph' may hold something else than the ledger knows. Nothing is repaired there; push first."], Run.Warnings);

        await PushAsync();
        Assert.Equal(RunOutcome.Done, (await Run.VerifyAsync(repairs: true)).Outcome);
    }

    [Fact]
    public async Task Nothing_is_sent_again_with_an_old_copy_of_the_ledger()
    {
        Put(1, 2);
        Service.Answer = (_, step) => step.Value!.Contains("d2", StringComparison.Ordinal) ? new StepOutcome.Rejected("no") : null;
        await PushAsync();
        Service.Answer = null;
        Outdate();

        var report = (await Run.RetryAsync()).Destinations[0];

        Assert.Equal(
            (RunOutcome.Incomplete, "'graph' may hold something else than the ledger knows. Nothing is sent again.", "Push first."),
            (report.Outcome, report.Failure?.Message, report.Failure?.Remedy));
        Assert.Equal(["d1.example"], Values());
        await PushAsync();
        Assert.Equal(1, (await Run.RetryAsync()).Destinations[0].Tally.Accepted);
    }

    /// <summary>The ledger is lost, and d3.example, which MISP does not have any more, is held without a known source.</summary>
    private async Task<DestinationReport> HoldOneWithoutSourceAsync()
    {
        Put(1, 2, 3);
        await PushAsync();
        LoseLedger();
        Put(1, 2);
        return await PushAsync(options => options with { ReadsAllSources = false });
    }

    private void Outdate()
    {
        using var ledger = Run.OpenLedger();
        ledger.Run("UPDATE destination SET in_doubt = 1, plans_everything = 1");
    }

    private async Task<(RunOutcome, PlanCounts)> OutcomeAsync()
    {
        var report = await PushAsync();
        return (report.Outcome, report.Planned);
    }

    [Fact]
    public async Task Indicators_that_a_disabled_destination_of_the_same_place_may_want_are_kept()
    {
        Put(1, 2, 3);
        await PushAsync();
        LoseLedger();
        Put(1, 2);

        Assert.Equal(0, (await PushAsync(options => options with { SharesPlace = _ => true })).Planned.Delete);
        Assert.Equal(3, Service.Held.Count);

        Assert.Equal(1, (await PushAsync()).Planned.Delete);
    }

    [Fact]
    public async Task Single_event_after_a_loss_does_not_change_an_indicator_that_other_events_support_too()
    {
        Run.Source.Put(Some.Event(1), Some.Domain(1));
        Run.Source.Put(Some.Event(2) with { Tags = [new MispTag("tlp:amber+strict")] }, Some.Domain(1));
        await PushAsync();
        LoseLedger();

        var report = await PushAsync(options => options with
        {
            Stage = options.Stage with { OnlyEvents = new HashSet<Guid> { Some.Uuid(1) } },
        });

        Assert.Equal((0L, 1L), (report.Planned.Total, report.Unchanged));
        Assert.Equal(0, (await PushAsync()).Planned.Total);
    }

    [Fact]
    public async Task More_unclaimed_indicators_than_one_page_of_the_ledger_are_each_held_once()
    {
        const int Count = 700;
        Run.Source.Put(Some.Event(1), Some.Domains(1, Count));
        await PushAsync();
        LoseLedger();
        Run.Source.Put(Some.Event(1), Some.Domain(1));

        var report = await PushAsync(options => options with { MaxDelete = new DeletionLimit(100, IsPercent: true) });

        Assert.Equal((Count - 1L, 1), (report.Deleted, Service.Held.Count));
    }

    [Fact]
    public async Task Second_copy_under_one_key_is_named()
    {
        Put(1, 2);
        await PushAsync();
        Service.Held.Add(Service.Held[0] with { Id = "copy" });
        LoseLedger();

        await PushAsync();

        Assert.Contains(Run.Warnings, text => text.Contains("1 second copies", StringComparison.Ordinal));
        await Run.VerifyAsync(repairs: true);
        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    [Fact]
    public async Task Plan_with_a_new_ledger_shows_what_a_push_would_do()
    {
        Put(1, 2, 3);
        await PushAsync();
        LoseLedger();
        Put(1, 2, 4);

        var plan = (await Run.PlanAsync()).Destinations[0];

        Assert.Equal((new PlanCounts(1, 0, 0, 1), 2L), (plan.Planned, plan.Unchanged));
        Assert.Equal(
            "The ledger is new, so 'graph' was listed: 3 indicators there are ours (instance 'misp-graph'). "
            + "A push puts them into the ledger.", Run.Warnings[0]);
        Assert.Equal(plan.Planned, (await PushAsync()).Planned);
    }

    [Fact]
    public async Task Purge_with_a_new_ledger_deletes_what_is_ours_and_nothing_else()
    {
        Run.Instance = "other";
        Put(3);
        await PushAsync();
        Run.Instance = "misp-graph";
        LoseLedger();
        Put(1, 2);
        await PushAsync();
        LoseLedger();

        var report = await Run.PurgeAsync();

        Assert.Equal(2, report.Destinations[0].Deleted);
        Assert.Equal(["d3.example"], Values());
        Assert.DoesNotContain(Run.Warnings, text => text.Contains("earlier app", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Retry_deletes_an_unclaimed_indicator_whose_deletion_was_rejected()
    {
        Put(1, 2, 3, 4);
        await PushAsync();
        LoseLedger();
        Put(1, 2, 3);
        Service.Answer = (operation, _) => operation == Operation.Delete ? new StepOutcome.Rejected("no") : null;
        await PushAsync();
        Service.Answer = null;

        await Run.RetryAsync();

        Assert.Equal(["d1.example", "d2.example", "d3.example"], Values());
    }
}
