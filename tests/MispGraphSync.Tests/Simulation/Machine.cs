namespace MispGraphSync.Tests.Simulation;

/// <summary>A machine that runs the tool, whose ledger can be lost, put back and exchanged.</summary>
internal sealed class Machine(SandboxRun run, LogFolder logs)
{
    private static readonly string[] Suffixes = ["", "-wal", "-shm"];

    private readonly List<Backup> _backups = [];
    private LogFolder? _logs;
    private int _copies;

    public SandboxRun Run => run;

    /// <summary>Null: there is no ledger.</summary>
    public LedgerFate? Ledger { get; private set; }

    public LogFolder Logs => logs;

    public bool HasBackup => _backups.Count > 0;

    /// <summary>A run with a ledger happened here.</summary>
    /// <param name="paysFullRead">It read everything, which <see cref="NeedsFullRead"/> asks for.</param>
    public void Ran(int number, bool paysFullRead)
    {
        if (Ledger is not null) Ledger.OwesFullRead = !paysFullRead && NeedsFullRead(number - 1);
        Ledger ??= new LedgerFate(number, [], []);
        Ledger.Runs.Add(number);
        Ledger.Folders.Add(run.Folder);
        logs.Write(Ledger, number, run.Folder);
    }

    /// <summary>
    /// Other ledgers were used since, and nothing on this machine can show it: neither is the ledger new, nor new to this folder,
    /// nor older than a stamp in the log folder.
    /// </summary>
    public bool NeedsFullRead(int lastRun) => Ledger is { } ledger && (ledger.OwesFullRead
        || (lastRun > 0 && !ledger.Runs.Contains(lastRun) && ledger.Folders.Contains(run.Folder) && !logs.Shows(ledger)));

    /// <summary>The files as they are now.</summary>
    public string Copy()
    {
        var folder = Directory.CreateDirectory(Path.Combine(run.Folder, $"copy{++_copies}")).FullName;
        CopyLedger(run.Folder, folder);
        _logs = logs.CopyTo(folder);
        return folder;
    }

    /// <summary>Has the files again as they were.</summary>
    public void PutBack(string copy)
    {
        CopyLedger(copy, run.Folder);
        logs.TakeAllOf(_logs!);
    }

    public void BackUp()
    {
        if (Ledger is null) return;
        var folder = Directory.CreateDirectory(Path.Combine(run.Folder, $"backup{_backups.Count}")).FullName;
        CopyLedger(run.Folder, folder);
        _backups.Add(new Backup(folder, Ledger.Copy(), logs.CopyTo(folder)));
    }

    public void Restore(Random random, bool withLogs)
    {
        var backup = _backups[random.Next(_backups.Count)];
        CopyLedger(backup.Folder, run.Folder);
        Ledger = backup.Ledger.Copy();
        if (withLogs) logs.TakeAllOf(backup.Logs);
    }

    public void Delete(bool withLogs)
    {
        foreach (var suffix in Suffixes) File.Delete(run.Ledger + suffix);
        Ledger = null;
        if (withLogs) logs.Clear();
    }

    /// <summary>Takes a copy of another machine's ledger in place of this one's.</summary>
    public void TakeLedgerOf(Machine other)
    {
        Delete(withLogs: false);
        if (other.Ledger is null) return;
        CopyLedger(other.Run.Folder, run.Folder);
        Ledger = other.Ledger.Copy();
    }

    private static void CopyLedger(string from, string to)
    {
        foreach (var suffix in Suffixes)
        {
            var (source, target) = (Path.Combine(from, "misp-graph.db" + suffix), Path.Combine(to, "misp-graph.db" + suffix));
            File.Delete(target);
            if (File.Exists(source)) File.Copy(source, target);
        }
    }

    private sealed record Backup(string Folder, LedgerFate Ledger, LogFolder Logs);
}
