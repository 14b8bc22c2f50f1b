using System.Globalization;
using Xunit;

namespace MispGraphSync.Tests;

/// <summary>
/// The random histories that a test plays: the same each time, as many as its time allows; new ones for
/// <c>MISP_GRAPH_MODEL_SECONDS</c>; or the one of <c>MISP_GRAPH_SEED</c>.
/// </summary>
internal static class Histories
{
    /// <param name="usually">The time without the variable.</param>
    /// <param name="playAsync">Plays the history of a seed.</param>
    public static async Task PlayAsync(TimeSpan usually, Func<int, Task> playAsync)
    {
        if (Number("MISP_GRAPH_SEED") is { } seed)
        {
            await playAsync(seed);
            return;
        }

        var explores = Number("MISP_GRAPH_MODEL_SECONDS");
        var time = explores is { } seconds ? TimeSpan.FromSeconds(seconds) : usually;
        var random = explores is null ? new Random(1) : new Random();
        var started = TimeProvider.System.GetTimestamp();
        var worked = Environment.CpuUsage.TotalTime;
        var histories = 0;
        do
        {
            await playAsync(random.Next());
            histories++;
        }
        while (TimeProvider.System.GetElapsedTime(started) < time);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{histories:N0} histories in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0} s, "
            + $"with {(Environment.CpuUsage.TotalTime - worked).TotalSeconds:0} s of processor time");
    }

    /// <summary>A number from the environment.</summary>
    public static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
