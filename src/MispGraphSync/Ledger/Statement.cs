using MispGraphSync.Core.Sync;
using SQLitePCL;

namespace MispGraphSync.Ledger;

/// <summary>
/// A prepared SQLite statement over the raw driver: parameters by position from 1, columns by position from 0. A million
/// rows through ADO.NET's parameters cost half as much again.
/// </summary>
internal sealed class Statement : IDisposable
{
    /// <summary>SQLITE_STMTSTATUS_RUN, which the driver does not name.</summary>
    private const int RunsCounter = 6;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly Lock? _gate;

    /// <param name="gate">Taken to dispose of it, where the caller does not hold it then.</param>
    public Statement(sqlite3 database, string sql, Lock? gate = null)
    {
        _database = database;
        _gate = gate;
        var code = raw.sqlite3_prepare_v2(database, sql, out _statement);
        if (code != raw.SQLITE_OK) throw LedgerFault.From(database, code, sql);
    }

    public Statement Bind(int at, long value) => Checked(raw.sqlite3_bind_int64(_statement, at, value));

    public Statement Bind(int at, long? value) => value is { } number ? Bind(at, number) : BindNull(at);

    public Statement Bind(int at, string? value) => value is null ? BindNull(at) : Checked(raw.sqlite3_bind_text(_statement, at, value));

    public Statement Bind(int at, ReadOnlySpan<byte> value) =>
        Checked(value.IsEmpty ? raw.sqlite3_bind_zeroblob(_statement, at, 0) : raw.sqlite3_bind_blob(_statement, at, value));

    public Statement Bind(int at, Hash128 value)
    {
        Span<byte> bytes = stackalloc byte[Hash128.Size];
        value.Write(bytes);
        return Bind(at, bytes);
    }

    public Statement Bind(int at, Hash128? value) => value is { } hash ? Bind(at, hash) : BindNull(at);

    public Statement Bind(int at, Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return Bind(at, bytes);
    }

    public Statement Bind(int at, Guid? value) => value is { } guid ? Bind(at, guid) : BindNull(at);

    public Statement Bind(int at, DateTimeOffset value) => Bind(at, value.ToUnixTimeMilliseconds());

    public Statement Bind(int at, DateTimeOffset? value) => Bind(at, value?.ToUnixTimeMilliseconds());

    public Statement Bind(int at, bool value) => Bind(at, value ? 1L : 0L);

    /// <summary>How often it was begun.</summary>
    public long Runs => raw.sqlite3_stmt_status(_statement, RunsCounter, 0);

    /// <summary>Steps to the next row; false when there is none, and then the statement is ready to run again.</summary>
    public bool Read()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW) return true;
        raw.sqlite3_reset(_statement);
        return code == raw.SQLITE_DONE ? false : throw LedgerFault.From(_database, code, raw.sqlite3_sql(_statement).utf8_to_string());
    }

    /// <summary>Runs it to its end and makes it ready to run again.</summary>
    public void Run()
    {
        while (Read()) { }
    }

    /// <summary>Ends a read before its last row.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Long(int column) => raw.sqlite3_column_int64(_statement, column);

    public int Int(int column) => raw.sqlite3_column_int(_statement, column);

    public bool Flag(int column) => Long(column) != 0;

    public string Text(int column) => raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>Good until the next row.</summary>
    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    public Hash128 Hash(int column) => Hash128.Read(Blob(column));

    public Guid Guid(int column) => new(Blob(column), bigEndian: true);

    public DateTimeOffset Time(int column) => DateTimeOffset.FromUnixTimeMilliseconds(Long(column));

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public void Dispose()
    {
        if (_gate is null)
        {
            _statement.Dispose();
            return;
        }

        lock (_gate) _statement.Dispose();
    }

    private Statement BindNull(int at) => Checked(raw.sqlite3_bind_null(_statement, at));

    private Statement Checked(int code) => code == raw.SQLITE_OK ? this : throw LedgerFault.From(_database, code, "bind");
}
