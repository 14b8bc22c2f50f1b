using MispGraphSync.Destinations;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output.Report;

/// <summary>What was turned down, by destination and reason, with the first few held back. One pass, in flat memory.</summary>
internal sealed record RejectedItems
{
    private const int MostReasons = 200;
    private const int MostListed = 50;

    public required IReadOnlyList<RejectedReason> Reasons { get; init; }

    /// <summary>Of reasons that are not in <see cref="Reasons"/>, since there are too many.</summary>
    public required long Others { get; init; }

    /// <summary>Waits for a change of body, settings or mapping, or for <c>errors --retry</c>.</summary>
    public required long Suppressed { get; init; }

    /// <summary>Goes out again by itself.</summary>
    public required long Retried { get; init; }

    /// <summary>The first of <see cref="Suppressed"/>.</summary>
    public required IReadOnlyList<RejectedItem> Listed { get; init; }

    public static RejectedItems Count(LedgerFile ledger, string logFolder, DestinationKinds kinds)
    {
        var reasons = new Dictionary<(string, string), RejectedReason>();
        var listed = new List<RejectedItem>();
        var (others, heldBack, sentAgain) = (0L, 0L, 0L);
        foreach (var line in new Rejections(ledger).List(run: null, destination: null).Select(one => RejectedItem.Of(one, logFolder, kinds)))
        {
            if (line.IsRetried) sentAgain++;
            else heldBack++;
            if (!line.IsRetried && listed.Count < MostListed) listed.Add(line);
            var key = (line.Rejection.Destination, line.Reason);
            if (reasons.TryGetValue(key, out var known)) reasons[key] = known with { Count = known.Count + 1 };
            else if (reasons.Count < MostReasons) reasons[key] = new RejectedReason(line.Rejection.Destination, line.Reason, RemedyOf(line), 1);
            else others++;
        }

        return new RejectedItems
        {
            Reasons = [.. reasons.Values.OrderByDescending(one => one.Count).ThenBy(one => one.Destination, StringComparer.Ordinal).ThenBy(one => one.Reason, StringComparer.Ordinal)],
            Others = others,
            Suppressed = heldBack,
            Retried = sentAgain,
            Listed = listed,
        };
    }

    // The fallback names the key: one of the group stands for all.
    private static string RemedyOf(RejectedItem line) => line.Remedy.Replace($"{line.Rejection.Key:D}", "KEY", StringComparison.Ordinal);
}

/// <param name="Reason">The service's words, without what differs from indicator to indicator.</param>
internal sealed record RejectedReason(string Destination, string Reason, string Remedy, long Count);
