using System.Runtime.CompilerServices;
using System.Text;
using SQLitePCL;

namespace MispGraphSync.Ledger;

/// <summary>
/// A prepared SQLite statement over the raw driver: parameters by position from 1, columns by position from 0. ADO.NET's
/// parameters would make a million rows half as slow again.
/// </summary>
internal sealed class Statement : IDisposable
{
    /// <summary>SQLITE_STMTSTATUS_RUN, which the driver does not name.</summary>
    private const int RunsCounter = 6;

    /// <summary>SQLITE_STMTSTATUS_VM_STEP.</summary>
    private const int InstructionsCounter = 4;

    private static readonly long EarliestTime = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();

    private static readonly long LatestTime = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private readonly Lock? _gate;
    private nint _raw;

    /// <param name="gate">Taken to dispose of it, for callers that do not hold it then.</param>
    public Statement(sqlite3 database, string sql, Lock? gate = null)
    {
        _database = database;
        _gate = gate;
        var code = raw.sqlite3_prepare_v2(database, sql, out _statement);
        if (code != raw.SQLITE_OK) throw LedgerFault.From(database, code, sql);
        _raw = _statement.DangerousGetHandle();
    }

    public Statement Bind(params ReadOnlySpan<SqlValue> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var code = values[i].BindTo(_raw, i + 1);
            if (code != raw.SQLITE_OK) throw LedgerFault.From(_database, code, "bind");
        }

        return this;
    }

    /// <summary>How often it was started.</summary>
    public long Runs => raw.sqlite3_stmt_status(_statement, RunsCounter, 0);

    /// <summary>How many instructions of SQLite's own it took: more, the more rows it looked at.</summary>
    public long Instructions => raw.sqlite3_stmt_status(_statement, InstructionsCounter, 0);

    /// <summary>Steps to the next row; false when there is none, and then the statement is ready to run again.</summary>
    public bool Read()
    {
        var code = Sqlite.BeforeStep?.Invoke(_statement) ?? Sqlite.Step(_raw);
        if (code == raw.SQLITE_ROW) return true;
        _ = Sqlite.Reset(_raw);
        return code == raw.SQLITE_DONE ? false : throw LedgerFault.From(_database, code, raw.sqlite3_sql(_statement).utf8_to_string());
    }

    /// <summary>Runs it to its end and makes it ready to run again.</summary>
    public void Run()
    {
        while (Read()) { }
    }

    /// <summary>Ends a read before its last row.</summary>
    public void Reset() => _ = Sqlite.Reset(_raw);

    public bool IsNull(int column) => Sqlite.ColumnType(_raw, column) == raw.SQLITE_NULL;

    public long Long(int column) => Sqlite.ColumnLong(_raw, column);

    public int Int(int column) => (int)Long(column);

    public int? IntOrNull(int column) => IsNull(column) ? null : Int(column);

    public bool Flag(int column) => Long(column) != 0;

    public string Text(int column) => Encoding.UTF8.GetString(Sqlite.ColumnText(_raw, column));

    public string? TextOrNull(int column) => IsNull(column) ? null : Text(column);

    /// <summary>A text that many rows share: one string for all of them.</summary>
    public string Name(int column) => StringPool.Get(Sqlite.ColumnText(_raw, column));

    /// <summary>A name of the enumeration.</summary>
    public T Enum<T>(int column)
        where T : struct, Enum =>
            System.Enum.TryParse<T>(Text(column), out var value) && System.Enum.IsDefined(value)
                ? value
                : throw LedgerFault.Damaged($"there is no {typeof(T).Name} '{Text(column)}'");

    /// <summary>A number of the enumeration.</summary>
    public T Number<T>(int column)
        where T : struct, Enum
    {
        var number = Int(column);
        var value = Unsafe.As<int, T>(ref number);
        return System.Enum.IsDefined(value) ? value : throw LedgerFault.Damaged($"there is no {typeof(T).Name} {number}");
    }

    /// <summary>Valid until the next row.</summary>
    public ReadOnlySpan<byte> Blob(int column) => Sqlite.ColumnBlob(_raw, column);

    public Hash128 Hash(int column) => Hash128.Read(Blob16(column));

    public Hash128? HashOrNull(int column) => IsNull(column) ? null : Hash(column);

    public Guid Guid(int column) => new(Blob16(column), bigEndian: true);

    public Guid? GuidOrNull(int column) => IsNull(column) ? null : Guid(column);

    public DateTimeOffset Time(int column)
    {
        var milliseconds = Long(column);
        return milliseconds >= EarliestTime && milliseconds <= LatestTime
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw LedgerFault.Damaged($"{milliseconds} is not a time");
    }

    public DateTimeOffset? TimeOrNull(int column) => IsNull(column) ? null : Time(column);

    public void Dispose()
    {
        if (_gate is null) Close();
        else lock (_gate) Close();
    }

    private ReadOnlySpan<byte> Blob16(int column)
    {
        var bytes = Blob(column);
        return bytes.Length == Hash128.Size ? bytes : throw LedgerFault.Damaged($"a key of {bytes.Length} bytes");
    }

    // SQLite answers a call on a null handle with an error; it cannot detect a freed one.
    private void Close()
    {
        _raw = 0;
        _statement.Dispose();
    }
}
