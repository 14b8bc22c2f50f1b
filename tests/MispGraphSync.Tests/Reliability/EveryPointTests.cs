using Xunit;

namespace MispGraphSync.Tests.Reliability;

/// <summary>
/// The whole tool, killed or with a failing call at each write to the ledger, each file that it creates or renames, each request
/// before and after it was handled, and each page of MISP. Some points of each part of the history, the same each time;
/// <c>MISP_GRAPH_POINTS=all</c> takes every one, or every one of the kind that it names.
/// </summary>
public sealed class EveryPointTests
{
    private const int Samples = 4;

    private static readonly string? Wanted = Environment.GetEnvironmentVariable("MISP_GRAPH_POINTS");

    public static TheoryData<string> Kinds { get; } = [.. SandboxItems.Kinds, "graph for Defender"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Clean_run_after_a_kill_or_a_failure_at_any_point_leaves_exactly_what_MISP_implies(string kind)
    {
        var isWhole = Wanted == "all" || Wanted == kind;
        var started = TimeProvider.System.GetTimestamp();
        await using var history = await PointHistory.StartAsync(kind, isWhole ? All : Some);

        var failures = await history.PlayAsync();

        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{kind}: {history.Points:N0} points, killed and failed at {(isWhole ? "each" : "a few")}: {history.Runs:N0} runs in "
            + $"{seconds:0} s, {history.Missed} missed\n  {string.Join("\n  ", history.Ends.Select(one => $"{one.Key}: {one.Value}"))}");
        Assert.True(failures.Count == 0, $"{failures.Count} failures:\n{string.Join("\n\n", failures)}");
    }

    private static IEnumerable<(FailurePoint Point, Harm Harm)> All(IReadOnlyList<FailurePoint> points, int part) =>
        points.SelectMany(point => point.Harms.Select(harm => (point, harm)));

    private static IEnumerable<(FailurePoint Point, Harm Harm)> Some(IReadOnlyList<FailurePoint> points, int part) =>
        Enumerable.Range(0, Samples).Select(i =>
        {
            var point = points[((points.Count * ((2 * i) + 1) / (2 * Samples)) + part) % points.Count];
            return (point, point.Harms[(i + part) % point.Harms.Count]);
        });
}
