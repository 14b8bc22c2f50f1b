using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

/// <summary>The cost of a run in ledger statements: unlike times, the same on every machine.</summary>
public sealed class StatementCountTests
{
    [Fact]
    public async Task New_indicator_costs_one_statement_each_for_source_plan_and_held()
    {
        var small = await FirstPushAsync(attributes: 1_000);
        var large = await FirstPushAsync(attributes: 3_000);

        var each = (large - small) / 2_000.0;
        // Plus a share of the cost of a batch of 100.
        Assert.InRange(each, 3, 3.2);
    }

    [Fact]
    public async Task Unchanged_run_costs_the_same_for_any_number_of_held_indicators()
    {
        var small = await SecondPushAsync(attributes: 1_000);
        var large = await SecondPushAsync(attributes: 3_000);

        Assert.Equal(small.Statements, large.Statements);
        // A statement that looks at each row takes some instructions for it.
        Assert.InRange(large.Instructions - small.Instructions, -500, 500);
    }

    [Fact]
    public async Task One_changed_attribute_costs_the_same_among_few_and_among_many()
    {
        var small = await PushOfOneChangeAsync(events: 10);
        var large = await PushOfOneChangeAsync(events: 30);

        // Only the listing of events grows.
        Assert.Equal(20, large - small);
    }

    [Fact]
    public async Task Right_clock_costs_the_same_for_any_number_of_held_indicators()
    {
        var small = await CheckOfClockAsync(attributes: 100);
        var large = await CheckOfClockAsync(attributes: 1_000);

        Assert.Equal(small, large);
    }

    [Fact]
    public async Task Each_of_many_events_is_looked_up_once()
    {
        var (one, two, three) = (await PushOfEventsAsync(2_000), await PushOfEventsAsync(4_000), await PushOfEventsAsync(6_000));

        Assert.InRange((three - two) / (double)(two - one), 0.99, 1.01);
    }

    private static async Task<long> PushOfEventsAsync(int events)
    {
        using var run = new TestRun();
        for (var i = 0; i < events; i++) Put(run, i, attributes: 2);
        await run.PushAsync();
        return run.StatementsRun;
    }

    private static async Task<long> CheckOfClockAsync(int attributes)
    {
        using var run = new TestRun();
        Put(run, number: 0, attributes);
        await run.PushAsync();
        using var ledger = run.OpenLedger();
        new RunHistory(ledger).CorrectClock(run.Time.GetUtcNow());
        return ledger.InstructionsRun;
    }

    private static async Task<long> FirstPushAsync(int attributes)
    {
        using var run = new TestRun();
        Put(run, number: 0, attributes);
        await run.PushAsync();
        return run.StatementsRun;
    }

    private static async Task<(long Statements, long Instructions)> SecondPushAsync(int attributes)
    {
        using var run = new TestRun();
        Put(run, number: 0, attributes);
        await run.PushAsync();
        await run.PushAsync();
        return (run.StatementsRun, run.InstructionsRun);
    }

    private static async Task<long> PushOfOneChangeAsync(int events)
    {
        using var run = new TestRun();
        for (var i = 0; i < events; i++) Put(run, i, attributes: 100);
        await run.PushAsync();
        run.Source.Put(Some.Event(0, run.Time.GetUtcNow()), [.. Enumerable.Range(0, 99).Select(i => Some.Domain(i)), Some.Domain(123_456)]);
        await run.PushAsync();
        return run.StatementsRun;
    }

    private static void Put(TestRun run, int number, int attributes) =>
        run.Source.Put(Some.Event(number), [.. Enumerable.Range(number * attributes, attributes).Select(i => Some.Domain(i))]);
}
