using Microsoft.Data.Sqlite;
using MispGraphSync.Core.Ports;
using MispGraphSync.Text;
using SQLitePCL;

namespace MispGraphSync.Ledger;

/// <summary>
/// The open ledger: one connection, one caller at a time (<see cref="Gate"/>), statements prepared once. WAL with
/// synchronous FULL: what was committed survives a kill at any instant and a power cut.
/// </summary>
internal sealed class LedgerFile : IDisposable
{
    /// <summary>SQLITE_CONFIG_STMTJRNL_SPILL, which the driver does not name.</summary>
    private const int SavepointSpill = 26;

    /// <summary>SQLite writes no more than this at once, and takes a spill of more than that for a broken disk.</summary>
    private const int MostOneWrite = 128 * 1024 - 1;

    static LedgerFile()
    {
        // No locks inside SQLite: the gate is one. To be said before its first use; where that is too late, they stay.
        Batteries_V2.Init();
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        // An event's savepoint has to keep a dozen pages: in memory, which twice the default suffices for.
        _ = raw.sqlite3_config(SavepointSpill, MostOneWrite);
    }

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, Statement> _statements = [];
    private readonly LedgerSchema _schema;
    private int _depth;
    private bool _isWaiting;
    private bool _isDry;

    private LedgerFile(SqliteConnection connection, string path, bool isNew, bool rollsBack, LedgerSchema? schema = null)
    {
        _schema = schema ?? LedgerSchema.Current;
        _connection = connection;
        Path = path;
        IsNew = isNew;
        IsDryRun = rollsBack;
    }

    public string Path { get; }

    /// <summary>True when the file was made by this run.</summary>
    public bool IsNew { get; }

    /// <summary>A dry run: everything happens in one transaction that is undone at the end.</summary>
    public bool IsDryRun { get; }

    /// <summary>Held around each use; destinations send at the same time.</summary>
    public Lock Gate { get; } = new();

    /// <summary>
    /// Opens or makes the ledger, owner-only. Throws <see cref="RunFailedException"/> when it is damaged, newer than this program, of
    /// another program, or not to be opened; the file is then left as it was.
    /// </summary>
    /// <param name="schema">Null: the program's own.</param>
    public static LedgerFile Open(string path, bool rollsBack, LedgerSchema? schema = null)
    {
        path = LedgerPath.Resolve(path);
        var isNew = IsEmpty(path);
        if (!isNew) ApplicationId.CheckFile(path);
        CreateOwnerOnly(path);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            connection.Open();
            var ledger = new LedgerFile(connection, path, isNew, rollsBack, schema);
            ledger.Prepare();
            return ledger;
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw Unopened(path, fault);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the ledger to look at it as it stands at this moment, also while a run is at work on it. Nothing is ever written;
    /// one that is not there yet is an empty one. Throws as <see cref="Open"/> does.
    /// </summary>
    public static LedgerFile OpenToRead(string path)
    {
        path = LedgerPath.Resolve(path);
        var isNew = IsEmpty(path);
        if (!isNew) ApplicationId.CheckFile(path);
        var source = isNew
            ? new SqliteConnectionStringBuilder { Pooling = false, DataSource = ":memory:", Mode = SqliteOpenMode.Memory }
            : new SqliteConnectionStringBuilder { Pooling = false, DataSource = path, Mode = SqliteOpenMode.ReadOnly };
        var connection = new SqliteConnection(source.ToString());
        try
        {
            connection.Open();
            var ledger = new LedgerFile(connection, path, isNew, rollsBack: false);
            ledger.PrepareToRead();
            return ledger;
        }
        catch (SqliteException fault)
        {
            connection.Dispose();
            throw Unopened(path, fault);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The statement for this text, prepared at its first use. Hold the <see cref="Gate"/>.</summary>
    public Statement Statement(string sql)
    {
        ThrowIfUndone();
        if (!_statements.TryGetValue(sql, out var statement)) _statements[sql] = statement = new Statement(_connection.Handle!, sql);
        return statement;
    }

    /// <summary>A statement of its own, for a read that stays open while others run.</summary>
    public Statement NewStatement(string sql)
    {
        lock (Gate)
        {
            ThrowIfUndone();
            return new Statement(_connection.Handle!, sql, Gate);
        }
    }

    public void Run(string sql)
    {
        ThrowIfUndone();
        using var statement = new Statement(_connection.Handle!, sql);
        statement.Run();
    }

    /// <summary>How often the kept statements ran so far: what a run costs the ledger grows with it.</summary>
    public long StatementsRun
    {
        get
        {
            lock (Gate) return _statements.Values.Sum(statement => statement.Runs);
        }
    }

    /// <summary>How many rows the last insert, update or delete touched.</summary>
    public int Changes => raw.sqlite3_changes(_connection.Handle!);

    /// <summary>The row number that the last insert was given.</summary>
    public long LastRow => raw.sqlite3_last_insert_rowid(_connection.Handle!);

    public long Scalar(string sql)
    {
        ThrowIfUndone();
        using var statement = new Statement(_connection.Handle!, sql);
        return statement.Read() ? statement.Long(0) : 0;
    }

    /// <summary>
    /// Runs work in a transaction of its own, or in the one already open. Hold the <see cref="Gate"/>. When the work throws,
    /// everything of the outermost transaction is undone.
    /// </summary>
    public T InTransaction<T>(Func<T> work) => InTransaction(work, Commit);

    /// <param name="commit"><see cref="Commit"/> or <see cref="CommitWithNext"/>.</param>
    public T InTransaction<T>(Func<T> work, Action commit)
    {
        Begin();
        try
        {
            var result = work();
            commit();
            return result;
        }
        catch
        {
            Rollback();
            throw;
        }
    }

    public void InTransaction(Action work) => InTransaction(() =>
    {
        work();
        return 0;
    });

    /// <summary>False also when SQLite has undone the transaction by itself, as it may when the disk is full.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(_connection.Handle!) == 0;

    // Each counts only once its statement has gone through: a full disk may fail any of them, and the next one must find its place.
    public void Begin()
    {
        if (_depth == 0 && !IsDryRun)
        {
            _isWaiting &= IsInTransaction;
            Statement(_isWaiting ? "SAVEPOINT joined" : "BEGIN IMMEDIATE").Run();
        }

        _depth++;
    }

    /// <summary>When it throws, the transaction is still open: roll it back.</summary>
    public void Commit()
    {
        if (_depth == 1 && !IsDryRun)
        {
            // Gone already: the fault that undid it was told where it happened.
            if (IsInTransaction) Statement("COMMIT").Run();
            _isWaiting = false;
        }

        _depth--;
    }

    /// <summary>
    /// Leaves the commit to the next transaction, or to the end. For what is safe to lose to a kill, since an open intent
    /// says that it may have happened: so a batch costs the disk one wait and not two.
    /// </summary>
    public void CommitWithNext()
    {
        if (_depth == 1 && !IsDryRun)
        {
            if (_isWaiting && IsInTransaction) Statement("RELEASE joined").Run();
            _isWaiting = IsInTransaction;
        }

        _depth--;
    }

    public void Rollback()
    {
        if (--_depth > 0 || IsDryRun) return;
        _isWaiting &= IsInTransaction;
        if (_isWaiting)
        {
            Statement("ROLLBACK TO joined").Run();
            Statement("RELEASE joined").Run();
        }
        else if (IsInTransaction)
        {
            Statement("ROLLBACK").Run();
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            _isDry = false;
            if (IsDryRun && IsInTransaction) Run("ROLLBACK");
            else if (_isWaiting && IsInTransaction) CommitLast();
            foreach (var statement in _statements.Values) statement.Dispose();
            _connection.Dispose();
        }

        // A dry run leaves nothing behind, not even an empty ledger.
        if (IsDryRun && IsNew)
        {
            foreach (var suffix in (string[])["", "-wal", "-shm"]) File.Delete(Path + suffix);
        }
    }

    private void CommitLast()
    {
        try
        {
            Run("COMMIT");
        }
        catch (RunFailedException)
        {
            // The disk is full: the open intents tell the next run what this one could not write.
        }
    }

    // After a fault of the disk SQLite may have ended a dry run's one transaction by itself. What came now would be for good.
    private void ThrowIfUndone()
    {
        if (_isDry && !IsInTransaction) throw LedgerFault.DryRunLost();
    }

    private static RunFailedException Unopened(string path, SqliteException fault) =>
        fault.SqliteErrorCode is raw.SQLITE_NOTADB or raw.SQLITE_CORRUPT
            ? LedgerFault.Damaged(fault.Message)
            : new RunFailedException(RunOutcome.InvalidInput, $"The ledger '{path}' cannot be opened: {fault.Message}", "Look at the setting 'ledger' and at the file's permissions.");

    private void PrepareToRead()
    {
        Run("PRAGMA busy_timeout = 2000");
        Run("PRAGMA temp_store = FILE");
        if (IsNew) RunScripts(from: 0);
        else RefuseOther();
        // All that is asked sees the same moment.
        Run("BEGIN");
    }

    private void RefuseOther()
    {
        var version = Scalar("PRAGMA user_version");
        _ = ApplicationId.Check(this, version);
        RefuseNewer(version);
        if (version == _schema.Version) return;
        throw new RunFailedException(
            RunOutcome.InvalidInput, $"The ledger '{Path}' was written by an older misp-graph (schema {version}; this program reads {_schema.Version}).", "The next push brings it up to date.");
    }

    private void RefuseNewer(long version)
    {
        if (version <= _schema.Version) return;
        throw new RunFailedException(
            RunOutcome.InvalidInput,
            $"The ledger '{Path}' was written by a newer misp-graph (schema {version}; this program knows {_schema.Version}). It was left as it is.",
            "Use the newer misp-graph, or another ledger.");
    }

    private void Prepare()
    {
        Run("PRAGMA busy_timeout = 2000");
        // 8 KiB pages and a small cache: appends and key-ordered writes need no more, changes here and there in a big ledger
        // gain little from more, and memory stays flat.
        Run("PRAGMA page_size = 8192");
        Run("PRAGMA cache_size = -8192");
        Run("PRAGMA foreign_keys = OFF");
        Run("PRAGMA temp_store = FILE");
        var version = Scalar("PRAGMA user_version");
        var lacksId = ApplicationId.Check(this, version);
        RefuseNewer(version);
        Run("PRAGMA journal_mode = WAL");
        Run("PRAGMA synchronous = FULL");
        if (IsDryRun) Run("BEGIN IMMEDIATE");
        _isDry = IsDryRun;
        RunScripts((int)version);
        if (lacksId) InTransaction(() => Run($"PRAGMA application_id = {LedgerSchema.ApplicationId}"));
    }

    private static bool IsEmpty(string path) => !File.Exists(path) || new FileInfo(path).Length == 0;

    // One transaction a version, its number inside: a kill leaves the ledger as it was or one version further, never between.
    private void RunScripts(int from)
    {
        for (var version = from + 1; version <= _schema.Version; version++)
        {
            var script = _schema.To(version);
            InTransaction(() =>
            {
                var code = raw.sqlite3_exec(_connection.Handle!, script, out var message);
                if (code != raw.SQLITE_OK) throw LedgerFault.From(_connection.Handle!, code, $"the script to version {version}: {message}");
                Run($"PRAGMA user_version = {version}");
            });
        }
    }

    private static void CreateOwnerOnly(string path)
    {
        try
        {
            if (System.IO.Path.GetDirectoryName(path) is { Length: > 0 } folder) PrivateFile.CreateFolder(folder);
            if (File.Exists(path)) return;
            using var created = PrivateFile.Open(path, FileMode.CreateNew, FileAccess.Write);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput, $"The ledger '{path}' cannot be made: {fault.Message}", "Look at the setting 'ledger' and at the folder's permissions.");
        }
    }
}
