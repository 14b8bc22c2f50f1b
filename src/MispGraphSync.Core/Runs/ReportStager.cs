using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Runs;

/// <summary>Reads decay scores and sightings of one source into the ledger, which marks the keys that they change.</summary>
internal sealed class ReportStager(SourceToRead read, ISourceLedger ledger, IRunObserver observer, TimeProvider time)
{
    /// <summary>A sighting may be dated a little before it is saved; all are read again with each full read.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromDays(1);

    /// <returns>A sentence for each part that could not be read: what is known of it stays.</returns>
    public async Task<IReadOnlyList<string>> ReadAsync(bool everything, CancellationToken ct)
    {
        var gaps = new List<string>();
        if (read.Source.Reports is { } reports && read.Reports.ReadsScores) await ScoreAsync(reports, gaps, ct).ConfigureAwait(false);
        else ledger.ForgetScores();
        if (read.Source.Reports is { } same && read.Reports.ReadsSightings)
            await SightAsync(same, everything, gaps, ct).ConfigureAwait(false);
        else ledger.ForgetSightings();
        return gaps;
    }

    private async Task ScoreAsync(IAttributeReports reports, List<string> gaps, CancellationToken ct)
    {
        try
        {
            ledger.BeginScores();
            await foreach (var (attribute, score) in reports.ReadScoresAsync(ledger.KnownEvents(), ct).ConfigureAwait(false))
                ledger.AddScore(attribute, score);
            ledger.CompleteScores(read.Reports.Threshold, read.Reports.ScoreIsConfidence);
        }
        catch (RunFailedException failure) when (!failure.IsOfLedger)
        {
            gaps.Add($"The decay scores could not be read: {failure.Message} The last known ones are used.");
        }
    }

    private async Task SightAsync(IAttributeReports reports, bool everything, List<string> gaps, CancellationToken ct)
    {
        var options = read.Reports;
        var last = everything ? null : ledger.SightingsReadAt(options.Expirations);
        var now = time.GetUtcNow();
        try
        {
            if (await reports.ReadSightingsAsync(last - Overlap, ct).ConfigureAwait(false) is { } sightings)
            {
                ledger.WriteSightings(sightings, isAll: last is null, options.Expirations, now);
                return;
            }

            observer.Warn(
                $"'{read.Source.Info.Name}' shows no sightings to this key: new false positives and expirations have no effect. "
                + "Give the key's role access to sightings, or set expirationSightings to none.");
        }
        catch (RunFailedException failure) when (!failure.IsOfLedger)
        {
            var what = $"The sightings could not be read: {failure.Message} The last known ones are used.";
            if (options.NeedsSightings) gaps.Add(what);
            else observer.Warn($"'{read.Source.Info.Name}': {what}");
        }
    }
}
