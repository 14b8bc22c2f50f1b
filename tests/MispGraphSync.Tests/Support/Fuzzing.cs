using System.Globalization;

namespace MispGraphSync.Tests;

/// <summary>How long to look for bad input: the same few each time, or new ones for <c>MISP_GRAPH_FUZZ_SECONDS</c>.</summary>
internal static class Fuzzing
{
    public static int? Seconds { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("MISP_GRAPH_FUZZ_SECONDS"), NumberStyles.None, CultureInfo.InvariantCulture,
            out var seconds) ? seconds : null;

    /// <summary>Seeds: the first so many, or random ones until the time is over.</summary>
    public static IEnumerable<int> Seeds(int usual)
    {
        if (Seconds is not { } seconds) return Enumerable.Range(1, usual);
        return Explore(TimeSpan.FromSeconds(seconds));
    }

    private static IEnumerable<int> Explore(TimeSpan time)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(started) < time) yield return Random.Shared.Next();
    }
}
