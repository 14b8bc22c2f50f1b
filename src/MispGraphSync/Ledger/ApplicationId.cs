using Microsoft.Data.Sqlite;

namespace MispGraphSync.Ledger;

/// <summary>
/// Recognises a ledger by SQLite's <c>application_id</c>. A database of another program is refused before anything is written to it.
/// </summary>
internal static class ApplicationId
{
    private const string AnyTables = "SELECT COUNT(*) FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'";

    private const string OurTables =
        "SELECT COUNT(*) FROM sqlite_master "
        + "WHERE type = 'table' AND name IN ('source', 'event', 'support', 'skipped', 'destination', 'held', 'run')";

    private const int TablesOfVersion1 = 7;

    /// <summary>
    /// Checks the file without its write-ahead log, since opening a database the usual way may write to it.
    /// </summary>
    /// <exception cref="RunFailedException">The file belongs to another program.</exception>
    public static void CheckFile(string path)
    {
        var source = $"{new Uri(path).AbsoluteUri}?immutable=1";
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            connection.Open();
            if (!IsOurs(sql => Scalar(connection, sql))) throw Foreign(path);
        }
        catch (SqliteException)
        {
            // Opening the ledger reports it.
        }
    }

    /// <summary>Checks an open ledger, including its write-ahead log.</summary>
    /// <returns>True when the id is missing, but the tables are ours.</returns>
    public static bool Check(LedgerFile ledger, long version)
    {
        if (!IsOurs(sql => ledger.Scalar(sql))) throw Foreign(ledger.Path);
        return version > 0 && ledger.Scalar("PRAGMA application_id") == 0;
    }

    // A file without tables is new, or has its first transaction still in the log.
    private static bool IsOurs(Func<string, long> scalar) => scalar("PRAGMA application_id") switch
    {
        LedgerSchema.ApplicationId => true,
        0 => scalar(AnyTables) == 0 || (scalar("PRAGMA user_version") > 0 && scalar(OurTables) == TablesOfVersion1),
        _ => false,
    };

    private static long Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    private static RunFailedException Foreign(string path) => new(
        RunOutcome.InvalidInput, $"The file '{path}' is a database of another program, not a ledger of misp-graph. It is unchanged.",
        "Set 'ledger' to the path of a ledger, or of a file that does not exist yet.");
}
