using MispGraphSync.Core.Hits;
using MispGraphSync.Core.Mapping.Normalise;

namespace MispGraphSync.Ledger;

/// <summary>Finds the indicators that alerts may come from, and keeps the hits, the looks and the sightings.</summary>
internal sealed class HitLedger(LedgerFile file)
{
    /// <summary>In the ledger's milliseconds.</summary>
    public const long Day = 86_400_000;

    /// <summary>Hits and sightings are kept as long as MISP shows sightings in its graphs.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    private static readonly TimeSpan WithdrawnKept = TimeSpan.FromDays(30);

    private const string HeldSince =
        $"SELECT h.observables, h.label, {WithdrawnRecord.Since}, h.expires FROM held h LEFT JOIN run r ON r.id = h.since ";

    private const string WithdrawnSince =
        "SELECT w.observables, w.label, w.since, COALESCE(w.until, r.ended, r.started, 0) FROM withdrawn w "
        + "LEFT JOIN run r ON r.id = w.run ";

    private readonly HashSet<long> _indexed = [];

    public LookMark? FindLook(long destination) => file.First(
        "SELECT until, far_at FROM look WHERE destination = ?", static row => new LookMark(row.Time(0), row.Time(1)), destination);

    /// <summary>The periods in which the destination held an indicator with one observable, the present one first.</summary>
    public IEnumerable<HeldPeriod> Find(DestinationRow destination, Observable observable) =>
        KeysOf(destination.Shape, ObservableKey.OfSingle(observable)).SelectMany(key =>
            file.All($"{HeldSince} WHERE h.destination = ? AND h.observables = ?", Period, destination.Id, key).Concat(
                file.All($"{WithdrawnSince} WHERE w.destination = ? AND w.observables = ?", Period, destination.Id, key)));

    public HeldPeriod? FindById(DestinationRow destination, Guid id)
    {
        // Keys of held indicators have no index: they are sorted once, where an alert names one.
        var table = $"temp.key_at_{destination.Id}";
        if (_indexed.Add(destination.Id))
        {
            file.Run($"CREATE TEMP TABLE IF NOT EXISTS {table} (key BLOB PRIMARY KEY, observables BLOB NOT NULL) WITHOUT ROWID");
            file.Run($"DELETE FROM {table}");
            file.Run($"INSERT OR REPLACE INTO {table} SELECT key, observables FROM withdrawn WHERE destination = ?", destination.Id);
            file.Run(
                $"INSERT OR REPLACE INTO {table} SELECT key, observables FROM held WHERE destination = ? ORDER BY key", destination.Id);
        }

        var found = file.All($"SELECT observables FROM {table} WHERE key = ?", static row => row.Hash(0), id);
        return found is not [var key] ? null
            : file.First($"{HeldSince} WHERE h.destination = ? AND h.observables = ?", Period, destination.Id, key)
                ?? file.First($"{WithdrawnSince} WHERE w.destination = ? AND w.observables = ?", Period, destination.Id, key);
    }

    /// <summary>Held URLs at these hosts. Looks at all that is held.</summary>
    public IReadOnlyList<(string Host, HeldPeriod Period)> FindUrlsAt(DestinationRow destination, IReadOnlySet<string> hosts)
    {
        var found = new List<(string, HeldPeriod)>();
        using var rows = file.NewStatement($"{HeldSince} WHERE h.destination = ? AND h.label LIKE 'url %'");
        rows.Bind(destination.Id);
        while (rows.Read())
        {
            var host = Urls.HostOf(IndicatorLabel.Parse(rows.Text(1)).Value).ToString();
            if (hosts.Contains(host)) found.Add((host, Period(rows)));
        }

        return found;
    }

    public void Record(long destination, HeldPeriod indicator, Alert alert, HitMatch match) => file.Run(
        """
        INSERT INTO hit (destination, observables, alert, label, first, last, match, verdict) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (destination, observables, alert) DO UPDATE SET
            label = COALESCE(?4, label), first = MIN(first, ?5), last = MAX(last, ?6), match = MIN(match, ?7), verdict = ?8
        """,
        destination, indicator.Observables, Hash128.Of(alert.Id), indicator.Label?.ToString(), alert.First, alert.Last, (long)match,
        (long)alert.Verdict);

    public void CompleteLook(long destination, LookMark mark) =>
        file.Run("INSERT OR REPLACE INTO look VALUES (?, ?, ?)", destination, mark.Until, mark.FarAt);

    /// <summary>Forgets what is too old to matter.</summary>
    public void ForgetOld(DateTimeOffset now)
    {
        file.Run("DELETE FROM hit WHERE last < ?", now - Kept);
        file.Run("DELETE FROM sighting WHERE at < ?", now - Kept);
        file.Run(
            "DELETE FROM withdrawn WHERE COALESCE(until, (SELECT COALESCE(ended, started) FROM run WHERE id = withdrawn.run), 0) < ?",
            now - WithdrawnKept);
    }

    /// <summary>Indicators with an activity since then, the latest first.</summary>
    public IReadOnlyList<HitRow> List(DateTimeOffset since) => file.All(
        $"""
        SELECT destination, observables, MAX(label), COUNT(*), TOTAL(verdict = {(int)AlertVerdict.FalsePositive}),
            TOTAL(verdict = {(int)AlertVerdict.Test}), MIN(match), MIN(first), MAX(last)
        FROM hit WHERE last >= ? GROUP BY destination, observables ORDER BY MAX(last) DESC, observables
        """,
        static row => new HitRow(
            row.Long(0), row.Hash(1), row.TextOrNull(2) is { } label ? IndicatorLabel.Parse(label) : null, row.Long(3), row.Long(4),
            row.Long(5), row.Number<HitMatch>(6), row.Time(7), row.Time(8)),
        since);

    /// <summary>What gives a sighting: an indicator's first activity on each day, as seen or as false positive.</summary>
    public IReadOnlyList<HitDay> ListDays(DateTimeOffset since) => file.All(
        $"""
        SELECT destination, observables, verdict, MIN(first) FROM hit
        WHERE last >= ? AND match <> {(int)HitMatch.Weak} AND verdict <> {(int)AlertVerdict.Test}
        GROUP BY destination, observables, first / {Day}, verdict ORDER BY MIN(first), observables
        """,
        static row => new HitDay(
            row.Long(0), row.Hash(1),
            row.Number<AlertVerdict>(2) == AlertVerdict.FalsePositive ? SightingType.FalsePositive : SightingType.Seen, row.Time(3)),
        since);

    /// <summary>Null: nothing is known of it.</summary>
    public SightingRecord? FindSighting(Guid uuid) => file.First(
        "SELECT written, attempts FROM sighting WHERE uuid = ?", static row => new SightingRecord(row.Flag(0), row.Int(1)), uuid);

    /// <summary>Committed before it returns.</summary>
    public void RecordSightings(IEnumerable<(Guid Uuid, Sighting Sighting, bool IsWritten)> sightings, DateTimeOffset now) =>
        file.InTransaction(() =>
        {
            foreach (var (uuid, one, isWritten) in sightings)
            {
                file.Run(
                    """
                    INSERT INTO sighting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 1, ?8)
                    ON CONFLICT (uuid) DO UPDATE SET written = MAX(written, ?7), attempts = attempts + 1, at = ?8
                    """,
                    uuid, one.Source, one.Event, one.Attribute, (long)one.Type, one.Date, isWritten, now);
            }
        });

    private static HeldPeriod Period(Statement row) => new(
        row.Hash(0), row.TextOrNull(1) is { } label ? IndicatorLabel.Parse(label) : null, row.Time(2), row.Time(3));

    // A combined indicator is found by each value that it holds.
    private IReadOnlyList<Hash128> KeysOf(IndicatorShape shape, Hash128 single)
    {
        if (shape == IndicatorShape.Single) return [single];
        Tables.EnsureKeyIndex(file, IndicatorShape.Single);
        return file.All(
            "SELECT DISTINCT w.combination FROM support s JOIN support w ON w.event = s.event AND w.attribute = s.attribute "
            + "WHERE s.single = ? AND w.combination IS NOT NULL",
            static row => row.Hash(0), single);
    }
}

/// <param name="Until">Every alert that changed before is known.</param>
/// <param name="FarAt">When the last look reached back as far as the settings say.</param>
internal sealed record LookMark(DateTimeOffset Until, DateTimeOffset FarAt);

/// <summary>An indicator that fired.</summary>
/// <param name="Destination">The destination's row.</param>
/// <param name="Alerts">How many alerts, whatever analysts decided.</param>
/// <param name="Match">The best.</param>
internal sealed record HitRow(
    long Destination, Hash128 Observables, IndicatorLabel? Label, long Alerts, long FalsePositives, long Tests, HitMatch Match,
    DateTimeOffset First, DateTimeOffset Last);

internal sealed record HitDay(long Destination, Hash128 Observables, SightingType Type, DateTimeOffset First);

/// <param name="IsWritten">MISP had it when last asked.</param>
internal sealed record SightingRecord(bool IsWritten, int Attempts);
