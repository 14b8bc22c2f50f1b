namespace MispGraphSync.Ledger;

/// <summary>The temporary tables of one run, and the indexes that are built on demand.</summary>
internal static class Tables
{
    /// <summary>
    /// Creates the tables that all destinations share: listed events, keys whose value another owner holds, and the keys that this run
    /// replaces, with the item that would restore the old form.
    /// </summary>
    public const string Script =
        """
        CREATE TEMP TABLE listed (uuid BLOB PRIMARY KEY, misp_id INTEGER, timestamp INTEGER NOT NULL, metadata BLOB) WITHOUT ROWID;
        CREATE TEMP TABLE taken (destination INTEGER, key BLOB, PRIMARY KEY (destination, key)) WITHOUT ROWID;
        CREATE TEMP TABLE replacing (destination INTEGER, key BLOB, body BLOB, PRIMARY KEY (destination, key)) WITHOUT ROWID;
        """;

    /// <summary>The sources of the keys to plan, in key order.</summary>
    public static string Work(IndicatorShape shape) => $"temp.work_{KeyColumn(shape)}";

    /// <summary>The keys to plan, for a destination that plans changes only.</summary>
    public static string ToPlan(DestinationState destination) => $"temp.to_plan_{destination.Id}";

    /// <summary>The plan, in key order.</summary>
    public static string Steps(DestinationState destination) => $"temp.step_{destination.Id}";

    /// <summary>The listed remote indicators.</summary>
    public static string Found(DestinationState destination) => $"temp.found_{destination.Id}";

    public static string Findings(DestinationState destination) => $"temp.finding_{destination.Id}";

    /// <summary>The held indicators that could be evicted.</summary>
    public static string Evictable(DestinationState destination) => $"temp.incumbent_{destination.Id}";

    /// <summary>Whether a table has any row of a destination.</summary>
    public static bool HasAny(LedgerFile file, string table, long destination) =>
        file.Any($"SELECT 1 FROM {table} WHERE destination = ? LIMIT 1", destination);

    /// <summary>The column of a source with the key of its indicator of this shape.</summary>
    public static string KeyColumn(IndicatorShape shape) => shape == IndicatorShape.Combined ? "combination" : "single";

    /// <summary>Builds the index from keys to their sources: after a large load, not during it.</summary>
    public static void EnsureKeyIndex(LedgerFile file, IndicatorShape shape)
    {
        var column = KeyColumn(shape);
        file.Run($"CREATE INDEX IF NOT EXISTS support_{column} ON support ({column}) WHERE {column} IS NOT NULL");
    }

    public static void DropKeyIndexes(LedgerFile file)
    {
        foreach (var shape in Enum.GetValues<IndicatorShape>()) file.Run($"DROP INDEX IF EXISTS support_{KeyColumn(shape)}");
    }
}
