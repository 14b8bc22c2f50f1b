using MispGraphSync.Core.Sync;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

public sealed class StatusTests : IDisposable
{
    private readonly TestRun _run = new();

    public StatusTests() => _run.Source.Put(Some.Event(1), [.. Enumerable.Range(1, 20).Select(number => Some.Domain(number))]);

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Terms_count_what_comes_up_when()
    {
        await _run.PushAsync();
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        var terms = new Terms(ledger);

        Assert.Equal(new Term(0, 0, 0, 20, _run.Destination.Held[0].Expires), terms.Expiries(1, Some.Now));
        Assert.Equal((0L, 20L), (terms.Expiries(1, Some.Now.AddDays(29)).Past, terms.Expiries(1, Some.Now.AddDays(29.9)).Within7Days));
        Assert.Equal((20L, 0L, null), (terms.Expiries(1, Some.Now.AddDays(31)).Past, terms.Expiries(1, Some.Now.AddDays(31)).Today, terms.Expiries(1, Some.Now.AddDays(31)).Next));
        var renewals = terms.Renewals(1, Some.Now);
        Assert.Equal((0L, 20L), (renewals.Past, renewals.Within30Days));
        Assert.Equal(20, terms.Renewals(1, Some.Now.AddDays(23)).Past);
    }

    [Fact]
    public async Task The_backlog_counts_what_is_left_to_do()
    {
        _run.Destination.Answer = (_, step) => step.Value!.Contains("d7.", StringComparison.Ordinal) ? new StepOutcome.Rejected("no") : null;
        await _run.PushAsync();
        _run.Destination.Answer = null;
        using (var ledger = _run.OpenLedger())
        {
            ledger.Run("INSERT INTO intent (destination, run, operation, steps) VALUES (1, 7, 'Create', zeroblob(1))");
            ledger.Run("INSERT INTO dirty SELECT destination, observables FROM held LIMIT 4");
        }

        using var read = LedgerFile.OpenToRead(_run.LedgerPath);
        var backlog = new Backlog(read);
        Assert.Equal((4L, 1L), (backlog.Pending(1), backlog.TurnedDown(1)));
        Assert.Equal(new OpenRequests(7, 1), Assert.Single(backlog.OpenRequests(1)));
    }

    [Fact]
    public async Task Sources_tell_their_last_reads()
    {
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromHours(5));
        await _run.PushAsync();
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);

        Assert.Equal(new SourceRow("misp", Some.Now.AddHours(5), Some.Now, 1, 0), Assert.Single(new SourceRows(ledger).List()));
    }

    [Fact]
    public void A_ledger_that_is_not_there_is_an_empty_one_and_is_not_made()
    {
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);

        Assert.Empty(new DestinationRows(ledger).List());
        Assert.False(File.Exists(_run.LedgerPath));
    }

    [Fact]
    public async Task A_ledger_can_be_looked_at_while_a_run_writes_to_it()
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
    public async Task A_newer_or_damaged_ledger_is_reported_and_left_alone()
    {
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run("PRAGMA user_version = 99");
        Assert.Equal(ExitCode.Usage, Assert.Throws<RunFailedException>(() => LedgerFile.OpenToRead(_run.LedgerPath)).Code);

        await File.WriteAllTextAsync(_run.LedgerPath, new string('x', 10_000), TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Usage, Assert.Throws<RunFailedException>(() => LedgerFile.OpenToRead(_run.LedgerPath)).Code);
    }

    [Fact]
    public async Task The_lock_tells_its_owner_while_it_is_held_and_a_note_left_behind_is_none()
    {
        Assert.Null(RunLock.OwnerOf(_run.LedgerPath));
        using (await RunLock.TakeAsync(_run.LedgerPath, TimeSpan.Zero, _run.Time, TestContext.Current.CancellationToken))
        {
            Assert.Equal(Environment.ProcessId, RunLock.OwnerOf(_run.LedgerPath)?.Process);
        }

        Assert.Null(RunLock.OwnerOf(_run.LedgerPath));
        await File.WriteAllTextAsync(_run.LedgerPath + ".owner", """{"Host":"h","Process":1,"Started":"2026-01-01T00:00:00Z"}""", TestContext.Current.CancellationToken);
        Assert.Null(RunLock.OwnerOf(_run.LedgerPath));
    }
}
