using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

/// <summary>Damaged bytes in the ledger are reported as damage, never as a bug.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("UPDATE support SET detail = x''")]
    [InlineData("UPDATE support SET detail = x'FFFFFFFFFFFFFFFF7F'")]
    [InlineData("UPDATE support SET detail = substr(detail, 1, length(detail) / 2)")]
    [InlineData("UPDATE support SET attribute = x'01'")]
    [InlineData("UPDATE support SET combination = x'0102'")]
    [InlineData("UPDATE event SET context = x'01'")]
    [InlineData("DELETE FROM event")]
    [InlineData("UPDATE held SET key = x'00'")]
    [InlineData("UPDATE held SET change = x''")]
    [InlineData("UPDATE held SET expires = 9223372036854775807")]
    [InlineData("INSERT INTO intent (destination, run, operation, steps) SELECT id, 1, 'Create', x'0501' FROM destination")]
    [InlineData("INSERT INTO intent (destination, run, operation, steps) SELECT id, 1, 'Nothing', x'00' FROM destination")]
    [InlineData("INSERT INTO rejected SELECT destination, observables, key, '', 'Nothing', change, '', 0, 1, 1 FROM held")]
    public async Task Unreadable_record_is_reported_as_damage(string damage)
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger())
        {
            ledger.Run(damage);
            ledger.Run("UPDATE destination SET plans_everything = 1");
        }

        var failure = await FailureAsync();

        Assert.True(failure.Outcome == RunOutcome.InvalidInput, failure.Message);
        Assert.Contains("The ledger is damaged", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsOfLedger);
    }

    [Fact]
    public async Task Wrong_number_of_held_indicators_is_corrected()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        using (var ledger = _run.OpenLedger()) ledger.Run("UPDATE destination SET held = 0, plans_everything = 1");
        _run.Time.Advance(TimeSpan.FromDays(25));

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Done, 2, 2L), (report.Outcome, _run.Destination.Held.Count, report.Destinations[0].Held));
        Assert.Equal(2, report.Destinations[0].Planned.Renew);
    }

    [Fact]
    public void Random_bytes_decode_or_are_reported_as_damage()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(0, 60)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0) for (var at = 0; at < bytes.Length; at++) bytes[at] &= 0x1F;
            foreach (var read in (Action[])[() => IndicatorSourceRecord.Read(bytes, Guid.Empty, 0), () => EventRecord.Read(bytes),
                () => StepRecord.Read(bytes)])
            {
                try
                {
                    read();
                }
                catch (RunFailedException damaged) when (damaged.IsOfLedger)
                {
                    // Expected.
                }
            }
        }
    }

    // A failure at one destination is in the report; an earlier one is thrown.
    private async Task<RunFailedException> FailureAsync()
    {
        try
        {
            var report = await _run.PushAsync();
            var one = report.Destinations[0];
            return new RunFailedException(one.Outcome, one.Error ?? report.Source.Error ?? "nothing failed") { IsOfLedger = true };
        }
        catch (RunFailedException failure)
        {
            return failure;
        }
    }
}
