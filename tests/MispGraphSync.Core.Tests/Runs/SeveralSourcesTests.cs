using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>A run that reads several sources: one that fails makes only itself partial.</summary>
public sealed class SeveralSourcesTests : IDisposable
{
    private static readonly RunFailedException Down = new(RunOutcome.Unreachable, "The server is down.", "Start it.");

    private readonly TestRun _run = new();

    public SeveralSourcesTests() => _run.Sources.Add(new FakeSource(_run.Time, "osint"));

    private FakeSource First => _run.Sources[0];

    private FakeSource Second => _run.Sources[1];

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Value_of_two_sources_goes_when_both_no_longer_have_it()
    {
        First.Put(Some.Event(1), Both(1), Some.Domain(1));
        Second.Put(Some.Event(2), Both(2), Some.Domain(2));
        await _run.PushAsync();
        Assert.Equal(["both.example", "d1.example", "d2.example"], Names());

        First.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1));
        await _run.PushAsync();
        Assert.Equal(["both.example", "d1.example", "d2.example"], Names());

        Second.Put(Some.Event(2, _run.Time.GetUtcNow()), Some.Domain(2));
        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 1L), (report.Outcome, report.Destinations[0].Planned.Delete));
        Assert.Equal(["d1.example", "d2.example"], Names());
        Assert.Equal(["misp", "osint"], report.Sources.Select(one => one.Name));
        Assert.Equal((2L, 2L), (report.Source.Events, report.Sources.Sum(one => one.Events)));
    }

    [Fact]
    public async Task Value_that_a_source_may_have_which_was_not_read_since_a_loss_is_kept()
    {
        First.Put(Some.Event(1), Both(1), Some.Domain(1));
        Second.Put(Some.Event(2), Both(2), Some.Domain(2));
        await _run.PushAsync();
        File.Delete(_run.LedgerPath);
        Second.Outage = Down;
        await _run.PushAsync();
        First.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1));

        _run.Warnings.Clear();

        await _run.PushAsync();

        Assert.Equal(["both.example", "d1.example", "d2.example"], Names());
        Assert.Contains(
            "'graph': 1 deletions wait for 'osint', not read to the end since the ledger was lost: these indicators may come from there "
            + "too. Remove a source that is gone from the settings.", _run.Warnings);
        Second.Outage = null;
        Second.Put(Some.Event(2, _run.Time.GetUtcNow()), Some.Domain(2));
        await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(100, IsPercent: true) });
        Assert.Equal(["d1.example", "d2.example"], Names());
    }

    [Fact]
    public async Task Source_that_was_not_read_since_a_loss_keeps_its_stricter_TLP_in_runs_of_the_other_one()
    {
        First.Put(Some.Event(1, tags: "tlp:green"), Both(1));
        Second.Put(Some.Event(2, tags: "tlp:amber+strict"), Both(2));
        await _run.PushAsync();
        File.Delete(_run.LedgerPath);

        for (var i = 0; i < 3; i++)
        {
            var report = await _run.PushFromAsync(First, options => options with { ReadsAllSources = false, OtherSources = ["osint"] });
            Assert.Equal(0, report.Destinations[0].Planned.Update);
        }
    }

    [Fact]
    public async Task After_a_loss_an_unreadable_event_of_one_source_keeps_its_indicators()
    {
        First.Put(Some.Event(1), Some.Domain(1));
        Second.Put(Some.Event(2), Some.Domain(2));
        Second.Put(Some.Event(3), Some.Domain(3));
        await _run.PushAsync();
        File.Delete(_run.LedgerPath);
        Second.Unreadable.Add(Some.Uuid(3));

        await _run.PushAsync();

        Assert.Equal(["d1.example", "d2.example", "d3.example"], Names());
    }

    [Fact]
    public async Task Source_that_the_ledger_has_read_holds_nothing_back_where_the_destination_cannot_be_listed()
    {
        var service = _run.Destinations[0] = new FakeDestination("sentinel", IndicatorShape.Single) { Upserts = true };
        First.Put(Some.Event(1), Some.Domain(1));
        First.Put(Some.Event(3), Some.Domain(3));
        Second.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        File.Delete(_run.LedgerPath);
        service.ListFailsAfter = 0;
        await _run.PushAsync();
        First.Remove(Some.Event(1));

        var report = await _run.PushFromAsync(First, options => options with { ReadsAllSources = false, OtherSources = ["osint"] });

        Assert.Equal(1, report.Destinations[0].Planned.Delete);
    }

    [Fact]
    public async Task Source_that_was_never_read_holds_no_lost_creation_back()
    {
        var service = _run.Destinations[0] = new FakeDestination("sentinel", IndicatorShape.Single) { Upserts = true };
        Second.Outage = Down;
        First.Put(Some.Event(1), Some.Domain(1));
        service.Answer = (_, _) => new StepOutcome.Unknown("lost before it arrived");
        await _run.PushAsync();
        service.Answer = null;

        await _run.PushAsync();

        Assert.Single(service.Held);
    }

    [Fact]
    public async Task Repair_after_a_loss_leaves_a_stricter_TLP_of_an_unread_source()
    {
        First.Put(Some.Event(1, tags: "tlp:green"), Both(1));
        Second.Put(Some.Event(2, tags: "tlp:amber+strict"), Both(2));
        await _run.PushAsync();
        var sent = _run.Destination.Held.Single().Body;
        File.Delete(_run.LedgerPath);
        Second.Outage = Down;
        await _run.PushAsync();

        await _run.VerifyAsync(repairs: true);

        Assert.Equal(sent, _run.Destination.Held.Single().Body);
    }

    [Fact]
    public async Task Changed_selection_is_not_accepted_while_its_deletions_wait_for_a_lost_source()
    {
        for (var i = 1; i <= 4; i++) First.Put(Some.Event(i), Some.Domain(i));
        Second.Put(Some.Event(8), Some.Domain(8));
        await _run.PushAsync();
        File.Delete(_run.LedgerPath);
        Second.Outage = Down;
        await _run.PushAsync();
        _run.Settings = "narrower";
        First.Remove(Some.Event(1));
        await _run.PushAsync();
        Second.Outage = null;

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal((RunOutcome.DeletionsWithheld, 5), (report.Outcome, _run.Destination.Held.Count));
    }

    [Fact]
    public async Task Source_that_was_not_read_since_a_loss_is_not_forgotten_by_a_run_of_a_file()
    {
        First.Put(Some.Event(1, tags: "tlp:green"), Both(1));
        Second.Put(Some.Event(2, tags: "tlp:amber+strict"), Both(2));
        await _run.PushAsync();
        File.Delete(_run.LedgerPath);
        var file = new FakeSource(_run.Time, "input:x.json");
        file.Put(Some.Event(7), Some.Domain(7));
        await _run.PushFromAsync(file, options => options with { ReadsAllSources = false, OtherSources = ["misp", "osint"] });
        Second.Outage = Down;

        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Update);
        First.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1));
        await _run.PushAsync();

        Assert.Contains("both.example", Names());
    }

    [Fact]
    public async Task Same_event_at_two_servers_is_withdrawn_with_the_second_one()
    {
        First.Put(Some.Event(1), Some.Domain(1));
        First.Put(Some.Event(9), Some.Domain(9));
        Second.Put(Some.Event(1), Some.Domain(1));
        Second.Put(Some.Event(8), Some.Domain(8));
        await _run.PushAsync();

        First.Remove(Some.Event(1));
        await _run.PushAsync();
        Assert.Contains("d1.example", Names());
        Second.Remove(Some.Event(1));
        await _run.PushAsync();
        Assert.Equal(["d8.example", "d9.example"], Names());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Source_that_is_down_makes_only_itself_partial(int down)
    {
        First.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        Second.Put(Some.Event(2), Some.Domain(3), Some.Domain(4));
        await _run.PushAsync();
        var (lost, other) = (_run.Sources[down], _run.Sources[1 - down]);
        lost.Outage = Down;
        lost.Events.Clear();
        var (kept, goes) = down == 0 ? (1, 3) : (3, 1);
        var @event = other.Events.Values.Single().Event;
        other.Put(@event with { Timestamp = _run.Time.GetUtcNow() }, Some.Domain(goes), Some.Domain(7));

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Incomplete, RunStatus.Partial), (report.Outcome, report.Status));
        Assert.Equal((1L, 1L), (report.Destinations[0].Planned.Create, report.Destinations[0].Planned.Delete));
        Assert.Equal(Sorted(kept, kept + 1, goes, 7), Names());
        Assert.Equal(["The server is down."], report.Sources.Select(one => one.Error).OfType<string>());
        Assert.Equal($"{lost.Info.Name}: The server is down.", Assert.Single(report.Source.Gaps));
        Assert.Null(report.Source.Error);
    }

    [Fact]
    public async Task Indicators_of_a_source_that_is_down_are_not_renewed()
    {
        First.Put(Some.Event(1), Some.Domain(1));
        Second.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        Second.Outage = Down;
        _run.Time.Advance(TimeSpan.FromDays(28));

        Assert.Equal((1L, 0L), await RenewedAndDeletedAsync());
        _run.Time.Advance(TimeSpan.FromDays(5));
        await _run.PushAsync();
        Second.Outage = null;
        var back = await _run.PushAsync();

        // It had expired there.
        Assert.Equal((1L, 0L), (back.Destinations[0].Planned.Create, back.Destinations[0].Planned.Delete));
    }

    [Fact]
    public async Task Value_that_an_unread_source_may_still_have_is_not_deleted()
    {
        First.Put(Some.Event(1), Both(1));
        First.Put(Some.Event(3), Some.Domain(3));
        // Not taken there, and yet a reference: its tag may be gone by now.
        Second.Put(Some.Event(2, tags: "tlp:red"), Both(2));
        await _run.PushAsync();
        First.Remove(Some.Event(1));
        Second.Outage = Down;

        await _run.PushAsync();
        Assert.Contains("both.example", Names());
        await _run.PushAsync();
        Second.Outage = null;
        await _run.PushAsync();

        Assert.Equal(["d3.example"], Names());
    }

    [Fact]
    public async Task Incomplete_list_of_one_source_keeps_what_it_had_and_deletes_what_the_other_lost()
    {
        First.Put(Some.Event(1), Some.Domain(1));
        First.Put(Some.Event(3), Some.Domain(3));
        Second.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        First.Remove(Some.Event(1));
        Second.Events.Clear();
        Second.Gap = "A page is missing.";

        var report = await _run.PushAsync();

        Assert.Equal(RunOutcome.Incomplete, report.Outcome);
        Assert.Equal(Sorted(2, 3), Names());
        Assert.Equal("osint: A page is missing.", Assert.Single(report.Source.Gaps));
    }

    [Theory]
    [InlineData(RunOutcome.Unreachable, RunOutcome.Unreachable)]
    [InlineData(RunOutcome.SignInFailed, RunOutcome.SignInFailed)]
    public async Task Run_fails_when_all_sources_do(RunOutcome second, RunOutcome outcome)
    {
        First.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        First.Outage = Down;
        Second.Outage = new RunFailedException(second, "No.");

        var report = await _run.PushAsync();

        Assert.Equal((outcome, RunStatus.Failed), (report.Outcome, report.Status));
        Assert.Equal(Sorted(1), Names());
    }

    [Fact]
    public async Task Wrong_settings_of_one_source_end_the_run_before_anything_is_read()
    {
        First.Put(Some.Event(1), Some.Domain(1));
        Second.Outage = new RunFailedException(RunOutcome.InvalidInput, "There is no such model.");

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.InvalidInput, 0), (report.Outcome, First.EventsRead));
        Assert.Equal("It was not read, since the run ended before.", report.Sources[0].Error);
        Assert.Empty(Names());
    }

    [Fact]
    public async Task Run_of_one_source_withdraws_nothing_of_the_others()
    {
        First.Put(Some.Event(1), Both(1), Some.Domain(1));
        First.Put(Some.Event(3), Some.Domain(3));
        Second.Put(Some.Event(2), Both(2), Some.Domain(2));
        await _run.PushAsync();
        First.Remove(Some.Event(1));
        Second.Events.Clear();
        var osint = Second;
        _run.Sources.Remove(osint);

        var report = await _run.PushAsync(options => options with { ReadsAllSources = false, OtherSources = ["osint"] });

        Assert.Equal(RunOutcome.Done, report.Outcome);
        Assert.Equal(["both.example", "d2.example", "d3.example"], Names());
    }

    [Fact]
    public async Task Indicators_without_a_known_source_wait_for_all_sources()
    {
        First.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        Second.Put(Some.Event(2), Some.Domain(3));
        await _run.PushAsync();
        File.Delete(_run.LedgerPath);
        First.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domain(1));
        Second.Outage = Down;

        await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(9, IsPercent: false) });
        Assert.Equal(Sorted(1, 2, 3), Names());
        Second.Outage = null;
        await _run.PushAsync(options => options with { MaxDelete = new DeletionLimit(9, IsPercent: false) });

        Assert.Equal(Sorted(1, 3), Names());
    }

    [Fact]
    public async Task Indicators_without_a_known_source_stay_while_a_source_has_no_event()
    {
        First.Put(Some.Event(1), Some.Domain(1));
        Second.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        File.Delete(_run.LedgerPath);
        Second.Events.Clear();

        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(Sorted(1, 2), Names());
        var listed = _run.Destination.Listed;
        for (var i = 0; i < 3; i++) await _run.PushAsync();
        Assert.Equal((listed + 1, 2), (_run.Destination.Listed, _run.Destination.Held.Count));
        _run.Time.Advance(TimeSpan.FromHours(6));
        await _run.PushAsync();
        Assert.Equal(listed + 2, _run.Destination.Listed);
        await _run.PushAsync(options => options with { AcceptChanges = true });
        Assert.Equal(Sorted(1), Names());
    }

    [Fact]
    public async Task Empty_source_withholds_the_deletions_and_is_named()
    {
        First.Put(Some.Event(1), Some.Domain(1));
        Second.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        Second.Events.Clear();

        var report = await _run.PushAsync();

        Assert.Equal(RunOutcome.DeletionsWithheld, report.Outcome);
        var withheld = report.Destinations[0].WithheldDeletions!;
        Assert.Equal(("osint", 1L), (withheld.Source, withheld.EventsKnown));
        Assert.Equal(Sorted(1, 2), Names());
    }

    [Fact]
    public async Task New_selection_of_one_source_withholds_deletions_until_it_is_accepted()
    {
        First.Put(Some.Event(1), Some.Domain(1));
        Second.Put(Some.Event(2), Some.Domain(2));
        Second.Put(Some.Event(3), Some.Domain(3));
        await _run.PushAsync();
        Second.Selection = "another user";
        Second.Remove(Some.Event(3));

        Assert.Equal(RunOutcome.DeletionsWithheld, (await _run.PushAsync()).Outcome);
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync(options => options with { AcceptChanges = true })).Outcome);

        Assert.Equal(Sorted(1, 2), Names());
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Order_of_the_sources_does_not_matter()
    {
        First.Put(Some.Event(1, level: ThreatLevel.Low, tags: "tlp:green"), Both(1));
        Second.Put(Some.Event(2, level: ThreatLevel.High, tags: "tlp:amber"), Both(2));
        await _run.PushAsync();
        _run.Sources.Reverse();

        Assert.Equal(0, (await _run.PushAsync(TestRun.InFull))
            .Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Asked_event_needs_to_be_at_one_source_only()
    {
        First.Put(Some.Event(1), Some.Domain(1));
        Second.Put(Some.Event(2), Some.Domain(2));
        var asked = new HashSet<Guid> { Some.Uuid(2) };

        var found = await _run.PushAsync(options => options with { Stage = options.Stage with { OnlyEvents = asked } });
        asked.Add(Some.Uuid(7));
        var missing = await _run.PushAsync(options => options with { Stage = options.Stage with { OnlyEvents = asked } });

        Assert.Equal((RunOutcome.Done, RunOutcome.Incomplete), (found.Outcome, missing.Outcome));
        Assert.Contains(Some.Uuid(7).ToString(), Assert.Single(missing.Source.Gaps), StringComparison.Ordinal);
        Assert.Equal(Sorted(2), Names());
    }

    private static EventItem Both(int number) => Some.Attribute(100 + number, "domain", "both.example");

    private static string[] Sorted(params int[] domains) =>
        [.. domains.Select(number => $"d{number}.example").Order(StringComparer.Ordinal)];

    private async Task<(long Renewed, long Deleted)> RenewedAndDeletedAsync()
    {
        var planned = (await _run.PushAsync()).Destinations[0].Planned;
        return (planned.Renew, planned.Delete);
    }

    private string[] Names() =>
        [.. _run.Destination.Held.Select(one => one.Value.Split("Value = ")[1].TrimEnd('}', ' ')).Order(StringComparer.Ordinal)];
}
