
namespace MispGraphSync.Ledger;

/// <summary>The runs, with what they reported.</summary>
internal sealed class RunHistory(LedgerFile file)
{
    /// <summary>Notes the start; the answer is the run's number, which every request log carries.</summary>
    public long Begin(string command, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            return file.InTransaction(() =>
            {
                file.Statement("INSERT INTO run (started, command) VALUES (?, ?)").Bind(1, now).Bind(2, command).Run();
                return file.LastRow;
            });
        }
    }

    /// <summary>The latest runs, the newest first.</summary>
    public IReadOnlyList<PastRun> Latest(int count)
    {
        lock (file.Gate)
        {
            var runs = new List<PastRun>();
            var query = file.Statement("SELECT id, started, ended, command, status, exit_code, report FROM run ORDER BY id DESC LIMIT ?").Bind(1, count);
            while (query.Read())
            {
                runs.Add(new PastRun(query.Long(0), query.Time(1), query.TimeOrNull(2), query.Text(3), query.TextOrNull(4), query.IsNull(5) ? null : query.Int(5), query.TextOrNull(6)));
            }

            return runs;
        }
    }

    /// <summary>When the run started; null for one that the ledger does not know.</summary>
    public DateTimeOffset? StartOf(long run)
    {
        lock (file.Gate)
        {
            var query = file.Statement("SELECT started FROM run WHERE id = ?").Bind(1, run);
            var started = query.Read() ? query.Time(0) : (DateTimeOffset?)null;
            query.Reset();
            return started;
        }
    }

    public void End(long run, string status, int exitCode, string? report, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            file.InTransaction(() => file.Statement("UPDATE run SET ended = ?, status = ?, exit_code = ?, report = ? WHERE id = ?")
                .Bind(1, now).Bind(2, status).Bind(3, exitCode).Bind(4, report).Bind(5, run).Run());
        }
    }
}

/// <summary>One run. Without an end it is at work, or its process died.</summary>
/// <param name="Report">What <c>--output json</c> printed; null where there was none.</param>
internal sealed record PastRun(long Id, DateTimeOffset Started, DateTimeOffset? Ended, string Command, string? Status, int? ExitCode, string? Report);
