using Microsoft.Data.Sqlite;

namespace MispGraphSync.Tests;

/// <summary>Damages a ledger's file as a failing disk, another program or a wrong edit does.</summary>
internal static class LedgerDamage
{
    private static readonly string[] Values =
    [
        "NULL", "''", "x''", "0", "-1", "1", "2", "9223372036854775807", "-9223372036854775808", "1e300", "'x'", "'{'", "'{0} {1} {'",
        "'null'", "x'00'", "x'FFFFFFFFFFFFFFFF7F'", "x'00000000000000000000000000000000'", "zeroblob(20000)", "'2026-01-01T00:00:00Z'",
        "'{\"schema\":9}'", "'Nothing'", "CAST(x'ff1b5b324a' AS TEXT)", "char(27, 91, 50, 74, 8238)",
    ];

    /// <returns>Whether rows or tables are gone, so that the ledger cannot know what it knew.</returns>
    public static bool Of(string path, Random random)
    {
        if (random.Next(2) == 0)
        {
            OfBytes(path, random);
            return false;
        }

        using var database = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        database.Open();
        Run(database, "PRAGMA ignore_check_constraints = ON");
        Run(database, "PRAGMA foreign_keys = OFF");
        var isLoss = false;
        for (var times = 1 + random.Next(2); times > 0; times--) isLoss |= OfValues(database, random);
        return isLoss;
    }

    private static void OfBytes(string path, Random random)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        for (var times = 1 + random.Next(3); times > 0; times--)
        {
            // The first page has the header and the schema.
            file.Position = random.Next(5) == 0 ? random.Next(200) : random.NextInt64(file.Length);
            var length = random.Next(4) switch { 0 => 8_192, 1 => 512, _ => 1 + random.Next(8) };
            var bytes = new byte[Math.Min(file.Length - file.Position, length)];
            if (random.Next(3) > 0) random.NextBytes(bytes);
            file.Write(bytes);
        }

        if (random.Next(8) == 0) file.SetLength(random.NextInt64(file.Length));
    }

    private static bool OfValues(SqliteConnection database, Random random)
    {
        var tables = Column(database, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name");
        var table = tables[random.Next(tables.Count)];
        switch (random.Next(12))
        {
            case 0: return Run(database, $"DELETE FROM \"{table}\"");
            case 1: return Run(database, $"DROP TABLE \"{table}\"");
            case 2: return Run(database, $"PRAGMA user_version = {random.Next(-1, 9)}");
            case 3: return Run(database, $"PRAGMA application_id = {random.Next()}");
            default:
                var columns = Column(database, $"SELECT name FROM pragma_table_info('{table}') ORDER BY cid");
                var column = columns[random.Next(columns.Count)];
                var row = random.Next(2) == 0 ? "" : $" WHERE \"{columns[^1]}\" = (SELECT max(\"{columns[^1]}\") FROM \"{table}\")";
                var value = random.Next(4) == 0 ? $"\"{columns[random.Next(columns.Count)]}\"" : Values[random.Next(Values.Length)];
                Run(database, $"UPDATE OR IGNORE \"{table}\" SET \"{column}\" = {value}{row}");
                return false;
        }
    }

    private static List<string> Column(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var values = new List<string>();
        while (reader.Read()) values.Add(reader.GetString(0));
        return values;
    }

    private static bool Run(SqliteConnection database, string sql)
    {
        using var command = database.CreateCommand();
        command.CommandText = sql;
        try
        {
            command.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // SQLite itself refuses some values.
        }

        return true;
    }
}
