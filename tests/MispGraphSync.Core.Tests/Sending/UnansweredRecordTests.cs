using System.Globalization;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Sending;

/// <summary>Records that prevent a response: a 500 that names no record, or no response.</summary>
public sealed class UnansweredRecordTests : IDisposable
{
    private readonly TestRun _run = new();
    private readonly Dictionary<Guid, string> _names = [];

    public UnansweredRecordTests() => Put(100);

    public void Dispose() => _run.Dispose();

    /// <summary>The behaviour of Graph, Defender and Sentinel, each with unanswered requests applied or not.</summary>
    public static TheoryData<bool, bool, bool> Services => new()
    {
        { false, false, false }, { false, false, true }, { true, false, false }, { true, false, true }, { true, true, false },
        { true, true, true },
    };

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Unanswered_record_is_quarantined_and_the_others_are_sent(bool upserts, bool keysLiveOnce, bool arrives)
    {
        (_run.Destination.Upserts, _run.Destination.IdsNotReusable) = (upserts, keysLiveOnce);
        NoAnswerWith(arrives, 42);

        var report = await _run.PushAsync();

        Assert.Equal((new StepTally(99, 1, 0, 0), RunOutcome.Incomplete, 0),
            (report.Destinations[0].Tally, report.Outcome, report.Imbalances.Count));
        Assert.Equal(99, Values().Count(value => !value.Contains("d42.", StringComparison.Ordinal)));
        Assert.InRange(_run.Destination.Sent.Count, 2, 26);

        _run.Destination.OnRequest = null;
        _run.Destination.Answer = null;
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal((100, 100), (Values().Distinct().Count(), _run.Destination.Held.Count));
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(1, 100)]
    [InlineData(30, 31)]
    [InlineData(20, 80)]
    public async Task Two_unanswered_records_are_quarantined_anywhere_in_the_batch(int one, int other)
    {
        NoAnswerWith(arrives: false, one, other);

        var report = await _run.PushAsync();

        Assert.Equal(new StepTally(98, 2, 0, 0), report.Destinations[0].Tally);
        Assert.Equal(98, _run.Destination.Held.Count);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Unanswered_update_or_deletion_does_not_block_others(bool upserts, bool keysLiveOnce, bool arrives)
    {
        (_run.Destination.Upserts, _run.Destination.IdsNotReusable) = (upserts, keysLiveOnce);
        await _run.PushAsync();
        NoAnswerWith(arrives, 7, 60);
        // 60 deletions and 40 updates; one of each gets no response.
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow(), tags: "tlp:green"), Some.Domains(1, 40));

        var report = await PushAsync();

        Assert.Equal(new StepTally(98, 2, 0, 0), report.Destinations[0].Tally);
        var answered = Values().Where(value => !value.Contains("d7.", StringComparison.Ordinal));
        Assert.Equal(39, answered.Count(value => !value.Contains("d60.", StringComparison.Ordinal)));

        (_run.Destination.OnRequest, _run.Destination.Answer) = (null, null);
        Assert.Equal(RunOutcome.Done, (await PushAsync()).Outcome);
        Assert.Equal((40, 40), (Values().Distinct().Count(), _run.Destination.Held.Count));
        Assert.All(_run.Destination.Held, one => Assert.Contains("Green", one.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unanswered_record_is_suppressed_after_five_runs()
    {
        NoAnswerWith(arrives: false, 42);
        for (var run = 0; run < 5; run++)
        {
            // Each run also sends another record that is answered, so the service is up.
            _run.Time.Advance(TimeSpan.FromMinutes(1));
            Put(100 + run);
            Assert.Equal(RunOutcome.Incomplete, (await _run.PushAsync()).Outcome);
        }

        _run.Destination.Sent.Clear();

        var sixth = await _run.PushAsync(TestRun.InFull);

        Assert.Equal((RunOutcome.Done, 1L, 0), (sixth.Outcome, sixth.Destinations[0].Suppressed, _run.Destination.Sent.Count));
        _run.Destination.OnRequest = null;
        _run.Destination.Answer = null;
        Assert.Equal(RunOutcome.Done, (await _run.RetryAsync()).Outcome);
        Assert.Equal(104, _run.Destination.Held.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Outage_quarantines_no_record(bool upserts)
    {
        _run.Destination.Upserts = upserts;
        NoAnswerWith(arrives: false, [.. Enumerable.Range(1, 100)]);

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Unreachable, 100L, 0L),
            (report.Outcome, report.Destinations[0].Tally.Unknown, report.Destinations[0].Tally.Rejected));
        // The batch itself, three times where nobody else repeats it and twice where the pipeline has, and three of it alone.
        Assert.Equal(upserts ? 5 : 6, _run.Destination.Sent.Count);
        (_run.Destination.OnRequest, _run.Destination.Answer) = (null, null);
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(100, _run.Destination.Held.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Outage_does_not_count_as_retry_of_a_rejected_indicator(bool upserts)
    {
        _run.Destination.Upserts = upserts;
        Put(1);
        _run.Destination.Answer = (_, _) => new StepOutcome.Rejected("busy", IsTransient: true);
        await _run.PushAsync();
        _run.Destination.Answer = (_, _) => new StepOutcome.Unknown("503");
        for (var run = 0; run < 6; run++) Assert.Equal(RunOutcome.Unreachable, (await _run.PushAsync()).Outcome);

        _run.Destination.Answer = null;
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Single(_run.Destination.Held);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Two_unanswered_creations_do_not_block_deletions(bool upserts, bool keysLiveOnce)
    {
        (_run.Destination.Upserts, _run.Destination.IdsNotReusable) = (upserts, keysLiveOnce);
        Put(30);
        await _run.PushAsync();
        NoAnswerWith(arrives: false, 101, 102);
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), [.. Some.Domains(1, 20), .. Some.Domains(101, 2)]);

        var report = await PushAsync();

        Assert.Equal((RunOutcome.Unreachable, new StepTally(10, 0, 2, 0)), (report.Outcome, report.Destinations[0].Tally));
        Assert.Equal(20, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Unanswered_records_at_both_ends_of_the_only_batch_are_quarantined()
    {
        Put(30);
        await _run.PlanAsync();
        var order = _run.Steps.Select(step => NumberOf(step.Value!)).ToList();
        NoAnswerWith(arrives: false, order[0], order[^1]);

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Incomplete, new StepTally(28, 2, 0, 0)), (report.Outcome, report.Destinations[0].Tally));
    }

    [Fact]
    public async Task Service_that_stops_answering_during_bisection_is_given_up()
    {
        _run.Destination.Upserts = true;
        var isDown = false;
        NoAnswerWith(arrives: false, 42);
        var answer = _run.Destination.Answer!;
        _run.Destination.Answer = (operation, step) =>
        {
            isDown |= _run.Destination.Sent.Count > 6;
            return isDown ? new StepOutcome.Unknown("503") : answer(operation, step);
        };

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Unreachable, 0), (report.Outcome, report.Imbalances.Count));
        Assert.InRange(_run.Destination.Sent.Count, 7, 20);
        (_run.Destination.OnRequest, _run.Destination.Answer) = (null, null);
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(100, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Unanswered_record_alone_in_its_batch_is_unknown_and_the_others_are_sent()
    {
        Put(5);
        _run.Destination.BatchSize = 1;
        NoAnswerWith(arrives: false, 3);

        for (var run = 0; run < 2; run++)
        {
            var report = await _run.PushAsync();
            Assert.Equal(
                (RunOutcome.Unreachable, 1L, 4), (report.Outcome, report.Destinations[0].Tally.Unknown, _run.Destination.Held.Count));
        }

        (_run.Destination.OnRequest, _run.Destination.Answer) = (null, null);
        Assert.Equal(RunOutcome.Done, (await _run.PushAsync()).Outcome);
        Assert.Equal(5, _run.Destination.Held.Count);
    }

    [Fact]
    public async Task Service_without_answers_to_single_requests_is_given_up_at_the_second()
    {
        Put(5);
        _run.Destination.BatchSize = 1;
        NoAnswerWith(arrives: false, 1, 2, 3, 4, 5);

        var report = await _run.PushAsync();

        Assert.Equal((RunOutcome.Unreachable, new StepTally(0, 0, 2, 3)), (report.Outcome, report.Destinations[0].Tally));
    }

    private void Put(int domains) => _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), Some.Domains(1, domains));

    private Task<RunReport> PushAsync() =>
        _run.PushAsync(options => options with { AcceptChanges = true, MaxDelete = new DeletionLimit(100, IsPercent: true) });

    private static int NumberOf(string domain) => int.Parse(domain.Split('d', '.')[^2], CultureInfo.InvariantCulture);

    private IEnumerable<string> Values() => _run.Destination.Held.Select(one => one.Value);

    private void NoAnswerWith(bool arrives, params int[] numbers)
    {
        foreach (var one in _run.Destination.Held) _names[one.Key] = one.Value;
        var spoilt = false;
        _run.Destination.OnRequest = (_, steps) => spoilt = steps.Any(IsBad);
        _run.Destination.Answer = (operation, step) =>
        {
            if (!spoilt) return null;
            if (arrives) _run.Destination.Apply(operation, step);
            return new StepOutcome.Unknown("500: something went wrong");
        };

        bool IsBad(PlanStep step) => numbers.Any(number => NameOf(step)?.Contains($"d{number}.", StringComparison.Ordinal) == true);
    }

    // A deletion does not carry its value.
    private string? NameOf(PlanStep step) => step.Value ?? _names.GetValueOrDefault(step.Key);
}
