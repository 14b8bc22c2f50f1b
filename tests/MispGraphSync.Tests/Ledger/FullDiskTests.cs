using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

/// <summary>
/// A disk that becomes full at a chosen moment: SQLite may not let the file grow any further, and fails as on a full disk.
/// </summary>
public sealed class FullDiskTests : IDisposable
{
    private const int Items = 400;

    private readonly TestRun _run = new() { EndsRuns = false };

    public FullDiskTests() => _run.Source.Put(Some.Event(1), Some.Domains(1, Items));

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    public async Task Sent_but_unrecorded_indicators_are_reconciled_by_the_next_run(int request, bool upserts)
    {
        _run.Destination.Upserts = upserts;
        FillUpAt(request);

        var full = await _run.PushAsync();

        var tally = full.Destinations[0].Tally;
        Assert.Equal((RunOutcome.Unreachable, 0), (full.Outcome, full.Imbalances.Count));
        Assert.Contains("disk is full", full.Destinations[0].Error, StringComparison.Ordinal);
        Assert.Equal((100L * (request - 1), 100L, Items - (100L * request)), (tally.Accepted, tally.Unknown, tally.NotAttempted));
        Assert.Equal(request, _run.Destination.Sent.Count);
        await FinishAsync();
    }

    [Fact]
    public async Task Nothing_is_sent_when_the_intent_cannot_be_written()
    {
        _run.Destination.Upserts = true;
        _run.Destination.BatchSize = 10;
        // Recording frees the space of earlier intents; a larger intent does not fit.
        var sent = 0;
        _run.Destination.Answer = (operation, step) => ++sent == 20 ? FillUp() : null;

        var full = await _run.PushAsync();

        var tally = full.Destinations[0].Tally;
        Assert.Equal((RunOutcome.Unreachable, 0), (full.Outcome, full.Imbalances.Count));
        Assert.Equal(_run.Destination.Held.Count, tally.Accepted + tally.Unknown);
        Assert.True(tally.NotAttempted > 0);
        _run.Destination.Answer = null;
        await FinishAsync();
    }

    [Fact]
    public async Task Failed_dry_run_writes_nothing_permanently()
    {
        await _run.PushAsync();
        using (var dry = LedgerFile.Open(_run.LedgerPath, isDryRun: true))
        {
            // As SQLite does after a fault.
            dry.Run("ROLLBACK");

            var failure = Assert.Throws<RunFailedException>(() => dry.Run("DELETE FROM held"));
            Assert.Contains("disk failed", failure.Message, StringComparison.Ordinal);
            Assert.Throws<RunFailedException>(() => dry.Statement("DELETE FROM held"));
            Assert.Throws<RunFailedException>(() => dry.NewStatement("SELECT 1"));
        }

        using var ledger = LedgerFile.Open(_run.LedgerPath, isDryRun: true);
        Assert.Equal(Items, ledger.Scalar("SELECT COUNT(*) FROM held"));
    }

    [Fact]
    public void Statement_used_after_its_ledger_fails_without_a_crash()
    {
        Statement statement;
        using (var ledger = _run.OpenLedger()) statement = ledger.Statement("SELECT ?");

        Assert.Throws<ObjectDisposedException>(() => statement.Bind("x").Read());
    }

    [Fact]
    public async Task Full_disk_accounts_for_all_requests_in_flight()
    {
        _run.Destination.BatchSize = 10;
        _run.Destination.ParallelRequests = 4;
        FillUpAt(10);

        var full = await _run.PushAsync();

        Assert.Equal((RunOutcome.Unreachable, 0), (full.Outcome, full.Imbalances.Count));
        await FinishAsync();
    }

    [Fact]
    public async Task Full_disk_during_the_read_sends_nothing()
    {
        await _run.PushAsync();
        var before = _run.Destination.Sent.Count;
        for (var number = 2; number < 40; number++)
        {
            _run.Source.Put(Some.Event(number), [.. Enumerable.Range(number * 1000, 200).Select(one => Some.Domain(one))]);
        }

        _run.Source.AfterEvent = read =>
        {
            if (read == 10) FillUp();
        };

        var full = await Record.ExceptionAsync(() => _run.PushAsync()) as RunFailedException;

        // The failure is in the report, or thrown when reading could not be completed.
        Assert.True(full is null or { Outcome: RunOutcome.Unreachable }, full?.ToString());
        Assert.Equal(before, _run.Destination.Sent.Count);
        _run.Source.AfterEvent = null;
        await FinishAsync();
    }

    [Fact]
    public void Failed_commit_does_not_block_the_next_transaction()
    {
        using var ledger = _run.OpenLedger();
        ledger.Run("CREATE TABLE thing (name TEXT)");
        ledger.Run($"PRAGMA max_page_count = {ledger.Scalar("PRAGMA page_count")}");
        lock (ledger.Gate)
        {
            Assert.Throws<RunFailedException>(
                () => ledger.InTransaction(() => ledger.Run("INSERT INTO thing VALUES (?)", new string('x', 50_000))));
            ledger.Run("PRAGMA max_page_count = 1000000");
            Assert.Throws<InvalidOperationException>(() => ledger.InTransaction(() =>
            {
                ledger.Run("INSERT INTO thing VALUES ('half')");
                throw new InvalidOperationException();
            }));
        }

        Assert.Equal(0, ledger.Scalar("SELECT COUNT(*) FROM thing"));
        Assert.False(ledger.IsInTransaction);
    }

    private void FillUpAt(int request)
    {
        var asked = 0;
        _run.Destination.OnRequest = (_, _) =>
        {
            if (++asked == request) FillUp();
        };
    }

    private StepOutcome? FillUp()
    {
        var ledger = _run.AtWork!;
        lock (ledger.Gate) ledger.Run($"PRAGMA max_page_count = {ledger.Scalar("PRAGMA page_count")}");
        return null;
    }

    private async Task FinishAsync()
    {
        _run.Destination.OnRequest = null;
        using (var ledger = _run.OpenLedger())
        {
            using var check = ledger.NewStatement("PRAGMA integrity_check");
            Assert.True(check.Read());
            Assert.Equal("ok", check.Text(0));
        }

        var rest = await _run.PushAsync();

        Assert.Equal(RunOutcome.Done, rest.Outcome);
        Assert.Equal(_run.Source.Events.Values.Sum(one => one.Items.Count), _run.Destination.Held.Count);
        Assert.Equal(_run.Destination.Held.Count, _run.Destination.Held.Select(one => one.Key).Distinct().Count());
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }
}
