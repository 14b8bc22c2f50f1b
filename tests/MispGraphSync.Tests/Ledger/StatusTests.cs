using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class StatusTests : IDisposable
{
    private readonly TestRun _run = new();

    public StatusTests() => _run.Source.Put(Some.Event(1), Some.Domains(1, 20));

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Expiry_summary_counts_by_period()
    {
        await _run.PushAsync();
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        var status = new LedgerStatus(ledger);

        Assert.Equal(new ExpirySummary(0, 0, 0, 20, _run.Destination.Held[0].Expires), status.Expiries(1, Some.Now));
        Assert.Equal((0L, 20L), (status.Expiries(1, Some.Now.AddDays(29)).Past, status.Expiries(1, Some.Now.AddDays(29.9)).Within7Days));
        Assert.Equal(new ExpirySummary(20, 0, 0, 0, null), status.Expiries(1, Some.Now.AddDays(31)));
        var renewals = status.Renewals(1, Some.Now);
        Assert.Equal((0L, 20L), (renewals.Past, renewals.Within30Days));
        Assert.Equal(20, status.Renewals(1, Some.Now.AddDays(23)).Past);
    }

    [Fact]
    public async Task Backlog_counts_pending_rejected_and_unconfirmed()
    {
        _run.Destination.Answer = (_, step) =>
            step.Value!.Contains("d7.", StringComparison.Ordinal) ? new StepOutcome.Rejected("no") : null;
        await _run.PushAsync();
        _run.Destination.Answer = null;
        using (var ledger = _run.OpenLedger())
        {
            ledger.Run("INSERT INTO intent (destination, run, operation, steps) VALUES (1, 7, 'Create', zeroblob(1))");
            ledger.Run("INSERT INTO dirty SELECT destination, observables FROM held LIMIT 4");
        }

        using var read = LedgerFile.OpenToRead(_run.LedgerPath);
        var backlog = new LedgerStatus(read);
        Assert.Equal((4L, 1L), (backlog.Pending(1), backlog.Rejected(1)));
        Assert.Equal(new UnconfirmedRequests(7, 1), Assert.Single(backlog.Unconfirmed(1)));
    }

    [Fact]
    public async Task Sources_have_the_times_of_their_last_reads()
    {
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromHours(5));
        await _run.PushAsync();
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);

        Assert.Equal(new SourceRow("misp", Some.Now.AddHours(5), Some.Now, 1, 0), Assert.Single(new LedgerStatus(ledger).Sources()));
    }

    [Fact]
    public void Missing_ledger_reads_as_empty_and_is_not_created()
    {
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);

        Assert.Empty(DestinationRow.All(ledger));
        Assert.False(File.Exists(_run.LedgerPath));
    }

    [Fact]
    public async Task Ledger_can_be_read_while_a_run_writes_to_it()
    {
        await _run.PushAsync();
        using var writer = _run.OpenLedger();
        writer.Begin();
        writer.Run("DELETE FROM held");

        using var reader = LedgerFile.OpenToRead(_run.LedgerPath);

        Assert.Equal(20, reader.Scalar("SELECT COUNT(*) FROM held"));
        Assert.Throws<RunFailedException>(() => reader.Run("DELETE FROM held"));
        writer.Rollback();
    }

    [Fact]
    public async Task Newer_or_damaged_ledger_is_reported_and_not_changed()
    {
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run("PRAGMA user_version = 99");
        Assert.Equal(RunOutcome.InvalidInput, Assert.Throws<RunFailedException>(() => LedgerFile.OpenToRead(_run.LedgerPath)).Outcome);

        await File.WriteAllTextAsync(_run.LedgerPath, new string('x', 10_000), TestContext.Current.CancellationToken);
        Assert.Equal(RunOutcome.InvalidInput, Assert.Throws<RunFailedException>(() => LedgerFile.OpenToRead(_run.LedgerPath)).Outcome);
    }

    [Theory]
    [InlineData("UPDATE held SET expires = 'x'")]
    [InlineData("UPDATE destination SET form = 7")]
    [InlineData("UPDATE run SET started = 9223372036854775807")]
    public async Task Wrong_value_in_a_column_is_reported_as_damage(string damage)
    {
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run(damage);
        using var read = LedgerFile.OpenToRead(_run.LedgerPath);

        var failure = Assert.Throws<RunFailedException>(() =>
        {
            DestinationRow.All(read);
            new LedgerStatus(read).ExpiriesByDay(Some.Now, 7);
            new LedgerStatus(read).RunDays(new DateOnly(2026, 1, 1));
        });

        Assert.True(failure.IsOfLedger);
    }

    [Theory]
    [InlineData("{\"destinations\":[\"x\",1,null]}")]
    [InlineData("{\"destinations\":\"x\"}")]
    [InlineData("[")]
    public async Task Report_of_a_run_that_cannot_be_read_adds_nothing(string text)
    {
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run("UPDATE run SET report = ?", text);
        using var read = LedgerFile.OpenToRead(_run.LedgerPath);

        Assert.Null(new LedgerStatus(read).DeletionsWithheld(_run.Destination.Info));
        var day = Assert.Single(new LedgerStatus(read).RunDays(new DateOnly(2026, 1, 1)));
        Assert.Equal((1L, 0L), (day.Runs, day.Sent));
        Assert.Empty(ReportedRun.Of(new RunHistory(read).Latest(1)[0]).Destinations);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Version_that_is_not_the_ledgers_is_reported_as_damage(int version)
    {
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run($"PRAGMA user_version = {version}");

        Assert.Contains("damaged", Assert.Throws<RunFailedException>(() => _run.OpenLedger()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_of_an_event_needs_no_valid_pattern()
    {
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run("UPDATE source SET link = '{0} {1} {'");
        using var read = LedgerFile.OpenToRead(_run.LedgerPath);

        Assert.Equal($"{Some.Uuid(1)} {{1}} {{", new IndicatorSourceSearch(read).Link(1).Link);
    }

    [Fact]
    public async Task Lock_owner_is_known_while_held_and_a_stale_note_is_ignored()
    {
        Assert.Null(RunLock.OwnerOf(_run.LedgerPath));
        using (await RunLock.TakeAsync(_run.LedgerPath, TimeSpan.Zero, _run.Time, TestContext.Current.CancellationToken))
        {
            Assert.Equal(Environment.ProcessId, RunLock.OwnerOf(_run.LedgerPath)?.Process);
        }

        Assert.Null(RunLock.OwnerOf(_run.LedgerPath));
        await File.WriteAllTextAsync(
            _run.LedgerPath + ".owner", """{"Host":"h","Process":1,"Started":"2026-01-01T00:00:00Z"}""",
            TestContext.Current.CancellationToken);
        Assert.Null(RunLock.OwnerOf(_run.LedgerPath));
    }
}
