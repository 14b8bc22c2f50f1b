using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MispGraphSync.Ledger;

/// <summary>
/// The open ledger: one connection, one caller at a time, statements prepared once. WAL with synchronous FULL: a commit
/// survives a kill at any moment and a power cut.
/// </summary>
internal sealed partial class LedgerFile : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, Statement> _statements = [];
    private readonly List<NumberedRead> _reads = [];
    private readonly LedgerSchema _schema;
    private int _depth;
    private bool _isWaiting;
    private bool _isDry;

    private LedgerFile(SqliteConnection connection, string path, bool isNew, bool isDryRun, LedgerSchema schema)
    {
        _connection = connection;
        _schema = schema;
        Path = path;
        IsNew = isNew;
        IsDryRun = isDryRun;
    }

    public string Path { get; }

    /// <summary>True when this run created the file.</summary>
    public bool IsNew { get; }

    /// <summary>Everything happens in one transaction that is rolled back at the end.</summary>
    public bool IsDryRun { get; }

    /// <summary>
    /// Taken by each method here; destinations send at the same time. Hold it around several calls that belong together, and
    /// while reading a kept <see cref="Statement(string)"/>.
    /// </summary>
    public Lock Gate { get; } = new();

    /// <summary>False also after SQLite rolled the transaction back on its own, as it may on a full disk.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(_connection.Handle!) == 0;

    /// <summary>The number of statement runs so far: a measure of a run's cost.</summary>
    public long StatementsRun
    {
        get
        {
            lock (Gate) return _statements.Values.Sum(statement => statement.Runs);
        }
    }

    /// <summary>The number of SQLite's instructions so far: it grows with the rows that statements look at.</summary>
    public long InstructionsRun
    {
        get
        {
            lock (Gate) return _statements.Values.Sum(statement => statement.Instructions);
        }
    }

    /// <summary>The number of rows that the last insert, update or delete changed.</summary>
    public int Changes => raw.sqlite3_changes(_connection.Handle!);

    /// <summary>The row number of the last insert.</summary>
    public long LastRow => raw.sqlite3_last_insert_rowid(_connection.Handle!);

    /// <summary>The statement for this text, prepared at its first use. Hold the <see cref="Gate"/>.</summary>
    public Statement Statement(string sql)
    {
        ThrowIfRolledBack();
        if (!_statements.TryGetValue(sql, out var statement)) _statements[sql] = statement = new Statement(_connection.Handle!, sql);
        return statement;
    }

    /// <summary>A separate statement, for a read that stays open while others run.</summary>
    public Statement NewStatement(string sql)
    {
        lock (Gate)
        {
            ThrowIfRolledBack();
            return new Statement(_connection.Handle!, sql, Gate);
        }
    }

    /// <summary>A read that stays open while others write and commit.</summary>
    /// <param name="sql">As for <see cref="NumberedRead"/>.</param>
    public NumberedRead OpenRead(string sql)
    {
        lock (Gate)
        {
            var read = new NumberedRead(NewStatement(sql), Close);
            _reads.Add(read);
            return read;
        }

        void Close(NumberedRead read)
        {
            lock (Gate) _reads.Remove(read);
        }
    }

    public void Run(string sql, params ReadOnlySpan<SqlValue> values)
    {
        lock (Gate) Statement(sql).Bind(values).Run();
    }

    /// <summary>Runs one statement in a transaction.</summary>
    public void Write(string sql, params ReadOnlySpan<SqlValue> values)
    {
        lock (Gate)
        {
            Begin();
            try
            {
                Run(sql, values);
                Commit();
            }
            catch
            {
                Rollback();
                throw;
            }
        }
    }

    /// <summary>Reads the first row; the default value when there is none.</summary>
    public T? First<T>(string sql, Func<Statement, T> read, params ReadOnlySpan<SqlValue> values)
    {
        lock (Gate)
        {
            var statement = Statement(sql).Bind(values);
            try
            {
                return statement.Read() ? read(statement) : default;
            }
            finally
            {
                statement.Reset();
            }
        }
    }

    public List<T> All<T>(string sql, Func<Statement, T> read, params ReadOnlySpan<SqlValue> values)
    {
        lock (Gate)
        {
            var rows = new List<T>();
            var statement = Statement(sql).Bind(values);
            try
            {
                while (statement.Read()) rows.Add(read(statement));
                return rows;
            }
            finally
            {
                statement.Reset();
            }
        }
    }

    /// <summary>The number in the first row; 0 when there is none.</summary>
    public long Scalar(string sql, params ReadOnlySpan<SqlValue> values) => First(sql, static row => row.Long(0), values);

    /// <summary>Whether there is any row.</summary>
    public bool Any(string sql, params ReadOnlySpan<SqlValue> values) => First(sql, static _ => true, values);

    /// <summary>
    /// Runs work in a new transaction, or in the open one. When the work throws, the outermost transaction is rolled back.
    /// </summary>
    /// <param name="commitsWithNext">
    /// Leaves the commit to the next transaction, or to the end: for outcomes, which are safe to lose to a kill since an open
    /// intent covers them. So a batch waits for the disk once, not twice.
    /// </param>
    public T InTransaction<T>(Func<T> work, bool commitsWithNext = false)
    {
        lock (Gate)
        {
            Begin();
            try
            {
                var result = work();
                if (commitsWithNext) CommitWithNext();
                else Commit();
                return result;
            }
            catch
            {
                Rollback();
                throw;
            }
        }
    }

    public void InTransaction(Action work, bool commitsWithNext = false) => InTransaction(
        () =>
        {
            work();
            return 0;
        },
        commitsWithNext);

    // The fields change only after the statement succeeded: a full disk may fail any of them, and the next one must find its place.
    public void Begin()
    {
        if (_depth == 0 && !IsDryRun)
        {
            _isWaiting &= IsInTransaction;
            Run(_isWaiting ? "SAVEPOINT joined" : "BEGIN IMMEDIATE");
        }

        _depth++;
    }

    /// <summary>When it throws, the transaction is still open: roll it back.</summary>
    public void Commit()
    {
        if (_depth == 1 && !IsDryRun)
        {
            foreach (var read in _reads) read.Pause();
            // If SQLite rolled it back, the fault was reported where it happened.
            if (IsInTransaction) Run("COMMIT");
            _isWaiting = false;
        }

        _depth--;
    }

    public void Rollback()
    {
        if (--_depth > 0 || IsDryRun) return;
        _isWaiting &= IsInTransaction;
        if (_isWaiting)
        {
            Run("ROLLBACK TO joined");
            Run("RELEASE joined");
        }
        else if (IsInTransaction)
        {
            Run("ROLLBACK");
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

        // A dry run leaves no file behind, not even an empty ledger.
        if (IsDryRun && IsNew)
        {
            foreach (var suffix in (string[])["", "-wal", "-shm"]) File.Delete(Path + suffix);
        }
    }

    private void CommitWithNext()
    {
        if (_depth == 1 && !IsDryRun)
        {
            if (_isWaiting && IsInTransaction) Run("RELEASE joined");
            _isWaiting = IsInTransaction;
        }

        _depth--;
    }

    private void CommitLast()
    {
        try
        {
            Run("COMMIT");
        }
        catch (Core.Ports.RunFailedException)
        {
            // The disk is full: the next run reconciles the open intents.
        }
    }

    // After a disk fault SQLite may have ended a dry run's transaction. Later writes would be permanent.
    private void ThrowIfRolledBack()
    {
        if (_isDry && !IsInTransaction) throw LedgerFault.DryRunLost();
    }
}
