using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>
/// Recognises a ledger by SQLite's <c>application_id</c>. A database of another program is refused before anything is written to it.
/// </summary>
internal static class ApplicationId
{
    private const int HeaderSize = 100, ApplicationIdAt = 68;

    private const string OurTables =
        "SELECT COUNT(*) FROM sqlite_master "
        + "WHERE type = 'table' AND name IN ('source', 'event', 'support', 'skipped', 'destination', 'held', 'run')";

    private const int TablesOfVersion1 = 7;

    private const string AnyTables = "SELECT COUNT(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'";

    /// <summary>
    /// Checks the file without its write-ahead log, since opening a database the usual way may write to it. SQLite reports files that
    /// are unreadable or no databases.
    /// </summary>
    /// <exception cref="RunFailedException">The file belongs to another program.</exception>
    public static void CheckFile(string path)
    {
        if (ReadApplicationId(path) is not { } id || id == LedgerSchema.ApplicationId) return;
        if (id != 0 || HasForeignTables(path)) throw Foreign(path);
    }

    /// <summary>Checks an open ledger, including its write-ahead log.</summary>
    /// <returns>True when the id is missing, but the tables are ours.</returns>
    public static bool Check(LedgerFile ledger, long version)
    {
        var id = ledger.Scalar("PRAGMA application_id");
        if (id == LedgerSchema.ApplicationId) return false;
        var isOurs = id == 0 && (ledger.Scalar(AnyTables) == 0 || (version > 0 && ledger.Scalar(OurTables) == TablesOfVersion1));
        return isOurs ? version > 0 : throw Foreign(ledger.Path);
    }

    private static int? ReadApplicationId(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            Span<byte> header = stackalloc byte[HeaderSize];
            var size = file.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false);
            return size == HeaderSize && header.StartsWith("SQLite format 3\0"u8)
                ? BinaryPrimitives.ReadInt32BigEndian(header[ApplicationIdAt..])
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // A ledger whose first transaction is still in the log has no table here.
    private static bool HasForeignTables(string path)
    {
        var source = $"{new Uri(path).AbsoluteUri}?immutable=1";
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            return Count(connection, AnyTables) > 0
                && (Count(connection, OurTables) < TablesOfVersion1 || Count(connection, "PRAGMA user_version") == 0);
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private static long Count(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static RunFailedException Foreign(string path) => new(
        RunOutcome.InvalidInput, $"The file '{path}' is a database of another program, not a ledger of misp-graph. It is unchanged.",
        "Set 'ledger' to the path of a ledger, or of a file that does not exist yet.");
}
