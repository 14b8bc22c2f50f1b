using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output.Explain;
using Xunit;

namespace MispGraphSync.Tests.Output.Explain;

/// <summary>What found no place at a destination that is shared with others, or full, says why, and only while it is so.</summary>
public sealed class NotSentReasonTests : IDisposable
{
    private readonly TestRun _run = new();

    public NotSentReasonTests()
    {
        _run.Destination.HasSharedNamespace = true;
        Others(1);
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Reason_is_not_inferred_after_a_change_of_settings()
    {
        _run.Destination.Policy = new DestinationPolicy { MaxTlp = Tlp.Green };
        Put(Some.Domain(1, "tlp:green"), Some.Domain(2, "tlp:amber"));
        await _run.PushAsync();
        Assert.Equal(["Skipped HeldByOther", "Skipped AboveMaxTlp"], [State(1), State(2)]);

        _run.Destination.Policy = new DestinationPolicy { MaxTlp = Tlp.Amber };

        Assert.Equal("Waiting ", State(2));
    }

    [Fact]
    public async Task Rejected_then_over_capacity_indicator_is_skipped()
    {
        Others();
        _run.Destination.Capacity = 1;
        _run.Destination.Answer = (_, _) => new StepOutcome.Rejected("busy", IsTransient: true);
        Put(Some.Domain(2));
        await _run.PushAsync();
        Assert.Equal("Rejected ", State(2));

        _run.Destination.Answer = null;
        _run.Source.Put(Some.Event(2, _run.Time.GetUtcNow(), level: ThreatLevel.High), Some.Domain(9));
        await _run.PushAsync();

        Assert.Equal(["Held ", "Skipped OverCapacity"], [State(9), State(2)]);
    }

    [Fact]
    public async Task Evicted_indicator_is_skipped_and_sent_again_when_there_is_room()
    {
        Others();
        _run.Destination.Capacity = 1;
        Put(Some.Domain(2));
        await _run.PushAsync();
        _run.Source.Put(Some.Event(2, _run.Time.GetUtcNow(), level: ThreatLevel.High), Some.Domain(9));
        await _run.PushAsync();
        Assert.Equal(["Held ", "Skipped OverCapacity"], [State(9), State(2)]);

        _run.Destination.Capacity = 2;
        await _run.PushAsync();

        Assert.Equal(["Held ", "Held "], [State(9), State(2)]);
        Assert.Equal(0, LeftOut());
    }

    [Fact]
    public async Task Empty_skip_list_schedules_no_replanning()
    {
        Put(Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromHours(1));
        Put(Some.Domain(2));
        await _run.PushAsync();
        Assert.NotEqual(0, LeftOut());

        _run.Time.Advance(TimeSpan.FromDays(1.1));
        await _run.PushAsync();

        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        Assert.Equal(0, ledger.Scalar("SELECT COUNT(*) FROM destination WHERE look_again_at IS NOT NULL"));
        Assert.Equal(0, ledger.Scalar("SELECT COUNT(*) FROM left_out"));
    }

    private void Others(params int[] numbers)
    {
        _run.Destination.Others.Clear();
        foreach (var number in numbers)
            _run.Destination.Others.Add(_run.Destination.Canonical([new Observable.DomainName($"d{number}.example")]));
    }

    private void Put(params EventItem[] items) => _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), items);

    private long LeftOut()
    {
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        return ledger.Scalar("SELECT COUNT(*) FROM destination WHERE look_again_at IS NOT NULL")
            + ledger.Scalar("SELECT COUNT(*) FROM left_out");
    }

    private string State(int number)
    {
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        var rows = DestinationRow.All(ledger);
        var destinations = _run.Destinations.Select(one => new ExplainedDestination(
            rows.FirstOrDefault(row => row.Is(one.Info)), one, new Eligibility(one, new NeverBlock([]), Some.Now)));
        var folder = Path.GetDirectoryName(_run.LedgerPath)!;
        var explainer = new Explainer(ledger, [.. destinations], _run.Instance, folder, _run.Time.GetUtcNow());
        var indicator = explainer.Explain($"d{number}.example").Indicators.Single(one => one.Destination == _run.Destination.Info.Name);
        return $"{indicator.State} {indicator.Reason}";
    }
}
