using System.Runtime.InteropServices;
using SQLitePCL;

namespace MispGraphSync.Ledger;

/// <summary>
/// Direct calls into the driver's native library, dozens for each row. The driver's own wrappers take a safe handle and an
/// interface call each, which costs more than the call itself. The driver still opens, prepares and disposes.
/// </summary>
internal static unsafe partial class Sqlite
{
    private const string Library = "e_sqlite3";

    /// <summary>SQLITE_TRANSIENT: SQLite keeps a copy.</summary>
    private static readonly nint Copied = -1;

    /// <summary>Gets each statement before each step; a number is taken for SQLite's answer. Tests make writes fail; else null.</summary>
    public static Func<sqlite3_stmt, int?>? BeforeStep { get; set; }

    [LibraryImport(Library, EntryPoint = "sqlite3_step")]
    public static partial int Step(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_reset")]
    public static partial int Reset(nint statement);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_int64"), SuppressGCTransition]
    public static partial int BindLong(nint statement, int at, long value);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_null"), SuppressGCTransition]
    public static partial int BindNull(nint statement, int at);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_type"), SuppressGCTransition]
    public static partial int ColumnType(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64"), SuppressGCTransition]
    public static partial long ColumnLong(nint statement, int column);

    /// <summary>A copy of the bytes; empty is an empty blob, never null.</summary>
    public static int BindBlob(nint statement, int at, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return BindZeroBlob(statement, at, 0);
        fixed (byte* bytes = value) return BindBlob(statement, at, bytes, value.Length, Copied);
    }

    /// <summary>A copy of the UTF-8; empty is an empty text, never null.</summary>
    public static int BindText(nint statement, int at, ReadOnlySpan<byte> value)
    {
        fixed (byte* bytes = value.IsEmpty ? "\0"u8 : value) return BindText(statement, at, bytes, value.Length, Copied);
    }

    /// <summary>Valid until the next step.</summary>
    public static ReadOnlySpan<byte> ColumnBlob(nint statement, int column)
    {
        // Read the length after the bytes, since reading them may convert.
        var bytes = Blob(statement, column);
        return new ReadOnlySpan<byte>(bytes, Length(statement, column));
    }

    /// <summary>UTF-8, valid until the next step.</summary>
    public static ReadOnlySpan<byte> ColumnText(nint statement, int column)
    {
        var bytes = Text(statement, column);
        return new ReadOnlySpan<byte>(bytes, Length(statement, column));
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_blob")]
    private static partial int BindBlob(nint statement, int at, byte* bytes, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_zeroblob")]
    private static partial int BindZeroBlob(nint statement, int at, int length);

    [LibraryImport(Library, EntryPoint = "sqlite3_bind_text")]
    private static partial int BindText(nint statement, int at, byte* bytes, int length, nint lifetime);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob"), SuppressGCTransition]
    private static partial byte* Blob(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_text"), SuppressGCTransition]
    private static partial byte* Text(nint statement, int column);

    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes"), SuppressGCTransition]
    private static partial int Length(nint statement, int column);
}
