using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>
/// Random histories of the whole tool in which the ledger gets lost: deleted, put back from a backup, exchanged with another
/// machine's, or never kept. One complete run afterwards must leave exactly what MISP implies. The same histories each time;
/// <c>MISP_GRAPH_MODEL_SECONDS</c> explores new ones for so long, and <c>MISP_GRAPH_SEED</c> repeats one.
/// </summary>
public sealed class LostLedgerTests
{
    public static TheoryData<string> Kinds { get; } = [.. SandboxItems.Kinds];

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Complete_run_after_a_lost_ledger_leaves_exactly_what_MISP_implies(string kind) =>
        PlayAsync(seed => new LostLedgerHistory(kind, seed, sources: 1));

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Complete_runs_of_two_sources_after_a_lost_ledger_leave_exactly_what_MISP_implies(string kind) =>
        PlayAsync(seed => new LostLedgerHistory(kind, seed, sources: 2));

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Complete_run_without_a_ledger_leaves_exactly_what_MISP_implies(string kind) =>
        PlayAsync(seed => new LostLedgerHistory(kind, seed, sources: 1) { Keeps = Keeping.Nothing });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Runs_with_and_without_a_ledger_may_take_turns(string kind) =>
        PlayAsync(seed => new LostLedgerHistory(kind, seed, sources: 1) { Keeps = Keeping.Sometimes });

    private static Task PlayAsync(Func<int, LostLedgerHistory> history) => Histories.PlayAsync(TimeSpan.FromSeconds(4), async seed =>
    {
        await using var played = history(seed);
        await played.PlayAsync();
    });
}
