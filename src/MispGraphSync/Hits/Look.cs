using MispGraphSync.Core.Hits;
using MispGraphSync.Destinations;
using MispGraphSync.Ledger;

namespace MispGraphSync.Hits;

/// <summary>
/// Reads the alerts of one destination since its last complete look, and records the hits. The mark moves only after a complete look; hits
/// are recorded page by page, and what is read again counts once.
/// </summary>
internal sealed class Look(LedgerFile file, HitDestination destination, DateTimeOffset now)
{
    /// <summary>An alert may be listed this long after it changed.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(1);

    /// <summary>How often a look reaches back as far as the settings say.</summary>
    private static readonly TimeSpan FarEvery = TimeSpan.FromDays(1);

    private readonly HitLedger _ledger = new(file);

    /// <summary>The latest alert of this look, by indicator.</summary>
    public IReadOnlyDictionary<Hash128, Alert> Latest { get; private set; } = new Dictionary<Hash128, Alert>();

    /// <param name="since">Reads at least from then on; null: from the last complete look on.</param>
    public async Task<LookReport> RunAsync(DateTimeOffset? since, CancellationToken ct)
    {
        var mark = destination.Row is { } known ? _ledger.FindLook(known.Id) : null;
        var lookBack = WholeSecond(now - destination.Settings.Alerts.LookBack);
        // A clock that was wrong may have left a mark of the future.
        var isFar = mark is null || mark.Until > now || mark.FarAt + FarEvery <= now;
        var from = isFar ? lookBack : WholeSecond(mark!.Until - Overlap);
        // After a long pause: without a gap.
        if (mark is not null && mark.Until - Overlap < from) from = WholeSecond(mark.Until - Overlap);
        if (since < from) from = WholeSecond(since.Value);
        var report = new LookReport
        {
            Destination = destination.Name,
            From = from,
            Until = WholeSecond(now).AddSeconds(1),
            BlindSpots = destination.Feed?.BlindSpots ?? [],
        };
        if (destination.Feed is not { } feed) return report with { Gap = "this kind of destination has no alerts that can be read" };
        if (destination.Row is not { } row) return report with { Gap = "nothing has been pushed there yet, so no alert can be matched" };
        var matcher = new AlertMatcher(_ledger, row, feed.Rules);
        Latest = matcher.Latest;
        report = await ReadAsync(matcher, report, ct).ConfigureAwait(false);
        file.InTransaction(() =>
        {
            matcher.End();
            if (report.Outcome == RunOutcome.Done) _ledger.CompleteLook(row.Id, new LookMark(now, isFar ? now : mark!.FarAt));
        });
        return report with { Uncounted = [.. matcher.Uncounted] };
    }

    // A route that the app may not read gives way to the next one.
    private async Task<LookReport> ReadAsync(AlertMatcher matcher, LookReport report, CancellationToken ct)
    {
        RunFailedException? refusal = null;
        foreach (var (name, open) in destination.Routes)
        {
            try
            {
                using var reader = open();
                await foreach (var page in reader.ReadAsync(new AlertWindow(report.From, report.Until), ct).ConfigureAwait(false))
                {
                    file.InTransaction(() =>
                    {
                        foreach (var alert in page.Alerts) matcher.Take(alert);
                    });
                }

                return report with { Route = name, Gap = reader.Gap };
            }
            catch (RunFailedException failure) when (!failure.IsOfLedger && failure.Outcome == RunOutcome.SignInFailed)
            {
                refusal ??= failure;
            }
            catch (RunFailedException failure) when (!failure.IsOfLedger)
            {
                return report with { Route = name, Failure = failure };
            }
        }

        return report with
        {
            Failure = refusal ?? new RunFailedException(
                RunOutcome.InvalidInput, "There is no list of alerts for it in this cloud.",
                "Name the other destinations with --destination."),
        };
    }

    private static DateTimeOffset WholeSecond(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds());
}
