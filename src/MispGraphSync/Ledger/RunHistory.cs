namespace MispGraphSync.Ledger;

/// <summary>The runs and their reports.</summary>
internal sealed class RunHistory(LedgerFile file)
{
    /// <summary>Smaller clock errors do no harm.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    /// <summary>The longest time before a destination is planned again.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1) + ClockTolerance;

    /// <summary>Records the start and returns the run's number, which every request log contains.</summary>
    public long Begin(string command, DateTimeOffset now) => file.InTransaction(() =>
    {
        file.Run("INSERT INTO run (started, command) VALUES (?, ?)", now, command);
        return file.LastRow;
    });

    public void End(long run, string status, int exitCode, string? report, DateTimeOffset now) => file.Write(
        "UPDATE run SET ended = ?, status = ?, exit_code = ?, report = ? WHERE id = ?", now, status, exitCode, report, run);

    /// <summary>The latest runs, the newest first.</summary>
    public IReadOnlyList<PastRun> Latest(int count) => file.All(
        "SELECT id, started, ended, command, status, exit_code, report FROM run ORDER BY id DESC LIMIT ?",
        static row => new PastRun(
            row.Long(0), row.Time(1), row.TimeOrNull(2), row.Text(3), row.TextOrNull(4), row.IntOrNull(5), row.TextOrNull(6)), count);

    /// <summary>The start of a run; null when the ledger does not know it.</summary>
    public DateTimeOffset? StartOf(long run) => file.First("SELECT started FROM run WHERE id = ?", static row => row.TimeOrNull(0), run);

    /// <summary>Corrects the times that a run with a wrong clock wrote. Call it once the clock is known to be right.</summary>
    public void CorrectClock(DateTimeOffset now) => file.InTransaction(() =>
    {
        var latest = now + ClockTolerance;
        // Indicators of such a run have the wrong expiry: they are due for renewal. Only then each indicator is looked at.
        if (file.Any("SELECT 1 FROM run WHERE started > ? LIMIT 1", latest))
            file.Run("UPDATE held SET renew_at = ?1 WHERE renew_at > ?1 AND run IN (SELECT id FROM run WHERE started > ?2)", now, latest);
        file.Run("UPDATE run SET started = MIN(started, ?1), ended = MIN(ended, ?1) WHERE started > ?2 OR ended > ?2", now, latest);
        file.Run("UPDATE source SET full_read_at = NULL WHERE full_read_at > ?", latest);
        file.Run("UPDATE source SET read_at = ?1 WHERE read_at > ?2", now, latest);
        file.Run("UPDATE event SET aged_at = ?1 WHERE aged_at > ?2", now, latest);
        file.Run("UPDATE destination SET look_again_at = ?1 WHERE look_again_at > ?2", now, now + LongestPause);
    });
}

/// <summary>One run. Without an end it is in progress, or its process was killed.</summary>
/// <param name="Report">The output of <c>--output json</c>; null for none.</param>
internal sealed record PastRun(
    long Id, DateTimeOffset Started, DateTimeOffset? Ended, string Command, string? Status, int? ExitCode, string? Report);
