namespace MispGraphSync.Ledger;

/// <summary>Corrects times that a run with a wrong clock wrote, once the clock is known to be right.</summary>
internal static class ClockCorrection
{
    /// <summary>A clock that was wrong by less does no harm.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromHours(1);

    /// <summary>The longest that a destination is left alone before it is planned again.</summary>
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1) + Slack;

    public static void Correct(LedgerFile file, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            file.InTransaction(() =>
            {
                var latest = now + Slack;
                // What such a run sent ends at the wrong time: it is due for renewal, which sets the expiry by the right clock.
                file.Statement("UPDATE held SET renew_at = ?1 WHERE renew_at > ?1 AND run IN (SELECT id FROM run WHERE started > ?2)")
                    .Bind(1, now).Bind(2, latest).Run();
                file.Statement("UPDATE run SET started = MIN(started, ?1), ended = MIN(ended, ?1) WHERE started > ?2 OR ended > ?2")
                    .Bind(1, now).Bind(2, latest).Run();
                file.Statement("UPDATE source SET full_read_at = NULL WHERE full_read_at > ?").Bind(1, latest).Run();
                file.Statement("UPDATE source SET read_at = ?1 WHERE read_at > ?2").Bind(1, now).Bind(2, latest).Run();
                file.Statement("UPDATE event SET aged_at = ?1 WHERE aged_at > ?2").Bind(1, now).Bind(2, latest).Run();
                file.Statement("UPDATE destination SET look_again_at = ?1 WHERE look_again_at > ?2").Bind(1, now)
                    .Bind(2, now + LongestPause).Run();
            });
        }
    }
}
