using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output;

/// <summary>What a run's destinations turned down, counted by reason.</summary>
internal sealed class RunFailures
{
    /// <summary>Of one destination; more are told by their number.</summary>
    private const int MostReasons = 5;

    /// <summary>More need not be looked at to know what goes wrong; the rest counts as one.</summary>
    private const int MostRead = 20_000;

    private readonly Dictionary<string, Dictionary<string, long>> _counts = new(StringComparer.Ordinal);

    public static RunFailures None { get; } = new();

    /// <param name="rejections">Of one run.</param>
    public static RunFailures Of(IEnumerable<Rejection> rejections)
    {
        var failures = new RunFailures();
        foreach (var rejection in rejections.Take(MostRead))
        {
            if (!failures._counts.TryGetValue(rejection.Destination, out var reasons)) failures._counts[rejection.Destination] = reasons = new(StringComparer.Ordinal);
            var reason = RejectionReason.Of(rejection.Response, RejectedItem.ValueOf(rejection));
            reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
        }

        return failures;
    }

    /// <summary>The most frequent first; the counts make up what was rejected.</summary>
    public IEnumerable<(string Reason, long Count)> Of(DestinationReport destination)
    {
        if (destination.Tally.Rejected == 0 || !_counts.TryGetValue(destination.Name, out var reasons)) yield break;
        var rest = destination.Tally.Rejected;
        foreach (var (reason, count) in reasons.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).Take(MostReasons))
        {
            yield return (reason, count);
            rest -= count;
        }

        if (rest > 0) yield return ("for other reasons", rest);
    }
}
