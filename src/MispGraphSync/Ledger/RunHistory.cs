using MispGraphSync.Core.Sync;

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

    public void End(long run, string status, ExitCode code, string report, DateTimeOffset now)
    {
        lock (file.Gate)
        {
            file.InTransaction(() => file.Statement("UPDATE run SET ended = ?, status = ?, exit_code = ?, report = ? WHERE id = ?")
                .Bind(1, now).Bind(2, status).Bind(3, (long)code).Bind(4, report).Bind(5, run).Run());
        }
    }
}
