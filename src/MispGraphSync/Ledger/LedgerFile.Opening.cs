using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MispGraphSync.Ledger;

// Opening a ledger and migrating it.
internal sealed partial class LedgerFile
{
    /// <summary>SQLITE_CONFIG_STMTJRNL_SPILL, which the driver does not name.</summary>
    private const int SavepointSpill = 26;

    /// <summary>SQLite's longest write, which a larger spill would exceed.</summary>
    private const int LongestWrite = 128 * 1024 - 1;

    private const string Memory = ":memory:";

    static LedgerFile()
    {
        // No locks inside SQLite, since the gate is one. Has no effect after SQLite's first use.
        Batteries_V2.Init();
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        // An event's savepoint keeps a dozen pages: twice the default keeps them in memory.
        _ = raw.sqlite3_config(SavepointSpill, LongestWrite);
    }

    /// <summary>
    /// Opens or creates the ledger, readable by its owner only. Throws <see cref="RunFailedException"/> when it is damaged, newer
    /// than this program, another program's, or not accessible; the file is then unchanged.
    /// </summary>
    /// <param name="schema">Null: the current one.</param>
    public static LedgerFile Open(string path, bool isDryRun, LedgerSchema? schema = null)
    {
        path = LedgerPath.Resolve(path);
        var isNew = IsNewFile(path);
        CreatePrivate(path);
        var connection = Connection(path, SqliteOpenMode.ReadWriteCreate);
        var ledger = new LedgerFile(connection, path, isNew, isDryRun, schema ?? LedgerSchema.Current);
        ledger.Connect(ledger.Prepare);
        return ledger;
    }

    /// <summary>An empty ledger for one run: nothing of it is written to a disk.</summary>
    public static LedgerFile OpenInMemory()
    {
        var connection = Connection(Memory, SqliteOpenMode.Memory);
        var ledger = new LedgerFile(connection, Memory, isNew: true, isDryRun: false, LedgerSchema.Current);
        ledger.Connect(ledger.Prepare);
        return ledger;
    }

    /// <summary>
    /// Opens a snapshot of the ledger to read, also while a run writes to it. A missing ledger reads as an empty one and is not
    /// created. Throws as <see cref="Open"/> does.
    /// </summary>
    public static LedgerFile OpenToRead(string path)
    {
        path = LedgerPath.Resolve(path);
        var isNew = IsNewFile(path);
        var connection = isNew ? Connection(Memory, SqliteOpenMode.Memory) : Connection(path, SqliteOpenMode.ReadOnly);
        var ledger = new LedgerFile(connection, path, isNew, isDryRun: false, LedgerSchema.Current);
        ledger.Connect(ledger.PrepareToRead);
        return ledger;
    }

    private static SqliteConnection Connection(string source, SqliteOpenMode mode) =>
        new(new SqliteConnectionStringBuilder { DataSource = source, Mode = mode, Pooling = false }.ToString());

    private void Connect(Action prepare)
    {
        try
        {
            _connection.Open();
            prepare();
        }
        catch (Exception fault)
        {
            _connection.Dispose();
            if (fault is not SqliteException sqlite) throw;
            if (sqlite.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT) throw LedgerFault.Damaged(sqlite.Message);
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"The ledger '{Path}' cannot be opened: {sqlite.Message}",
                "Check the setting 'ledger' and the file's permissions.");
        }
    }

    private static bool IsNewFile(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0) return true;
        ApplicationId.CheckFile(path);
        return false;
    }

    private static void CreatePrivate(string path)
    {
        try
        {
            if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } folder) PrivateFile.CreateFolder(folder);
            if (!File.Exists(path)) PrivateFile.Open(path, FileMode.CreateNew, FileAccess.Write).Dispose();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                DiskFault.IsFull(fault) ? RunOutcome.Unreachable : RunOutcome.InvalidInput,
                $"The ledger '{path}' cannot be created: {fault.Message}",
                "Check the setting 'ledger', the folder's permissions and the free space on its disk.");
        }
    }

    private void Prepare()
    {
        Run("PRAGMA busy_timeout = 2000");
        // 8 KiB pages and a small cache suffice for appends and key-ordered writes, gain little elsewhere, and keep memory flat.
        Run("PRAGMA page_size = 8192");
        Run("PRAGMA cache_size = -8192");
        Run("PRAGMA foreign_keys = OFF");
        Run($"PRAGMA temp_store = {(Path == Memory ? "MEMORY" : "FILE")}");
        var version = Scalar("PRAGMA user_version");
        var lacksId = ApplicationId.Check(this, version);
        RefuseNewer(version);
        Run("PRAGMA journal_mode = WAL");
        Run("PRAGMA synchronous = FULL");
        if (IsDryRun) Run("BEGIN IMMEDIATE");
        _isDry = IsDryRun;
        RunScripts((int)version);
        RunScript(Tables.Script);
        if (lacksId) Write($"PRAGMA application_id = {LedgerSchema.ApplicationId}");
    }

    private void PrepareToRead()
    {
        Run("PRAGMA busy_timeout = 2000");
        Run("PRAGMA temp_store = FILE");
        if (IsNew) RunScripts(from: 0);
        else RefuseOther();
        // All reads see the same moment.
        Run("BEGIN");
    }

    private void RefuseOther()
    {
        var version = Scalar("PRAGMA user_version");
        _ = ApplicationId.Check(this, version);
        RefuseNewer(version);
        if (version == _schema.Version) return;
        throw new RunFailedException(
            RunOutcome.InvalidInput,
            $"The ledger '{Path}' was written by an older misp-graph (schema {version}; this program reads {_schema.Version}).",
            "The next push migrates it.");
    }

    private void RefuseNewer(long version)
    {
        if (version < 0) throw LedgerFault.Damaged($"there is no version {version}");
        if (version <= _schema.Version) return;
        throw new RunFailedException(
            RunOutcome.InvalidInput,
            $"The ledger '{Path}' was written by a newer misp-graph (schema {version}; this program knows {_schema.Version}).",
            "Use the newer misp-graph, or move the ledger away: the next push then takes over what the destinations hold.");
    }

    // One transaction a version, including its number: a kill leaves the ledger at one version or the next, never between.
    private void RunScripts(int from)
    {
        for (var version = from + 1; version <= _schema.Version; version++)
        {
            InTransaction(() =>
            {
                RunScript(_schema.To(version));
                Run($"PRAGMA user_version = {version}");
            });
        }
    }

    private void RunScript(string script)
    {
        var code = raw.sqlite3_exec(_connection.Handle!, script, out var message);
        if (code == raw.SQLITE_OK) return;
        // The scripts are right: the tables are not those of the version.
        throw code == raw.SQLITE_ERROR ? LedgerFault.Damaged(message) : LedgerFault.From(_connection.Handle!, code, "a script");
    }
}
