using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>Names of the temporary tables of one run.</summary>
internal static class Tables
{
    /// <summary>Supports of the keys to plan, in key order.</summary>
    public static string Work(IndicatorShape form) => $"temp.work_{IndicatorSourceIndexes.Column(form)}";

    /// <summary>The keys to plan of a destination that plans only what changed.</summary>
    public static string ToPlan(DestinationState destination) => $"temp.to_plan_{destination.Id}";

    /// <summary>The plan, in key order.</summary>
    public static string Steps(DestinationState destination) => $"temp.step_{destination.Id}";

    /// <summary>What a destination was found to hold.</summary>
    public static string Found(DestinationState destination) => $"temp.found_{destination.Id}";

    /// <summary>What that told.</summary>
    public static string Findings(DestinationState destination) => $"temp.finding_{destination.Id}";

    /// <summary>A table's name without its schema, as an index on it wants it.</summary>
    public static string Plain(string table) => table[(table.IndexOf('.', StringComparison.Ordinal) + 1)..];

    /// <summary>What is held at a destination that is too small, and stays there unless it is evicted.</summary>
    public static string Incumbents(DestinationState destination) => $"temp.incumbent_{destination.Id}";

    /// <summary>Whether a table has any row of a destination. Hold the ledger's gate.</summary>
    public static bool HasAny(LedgerFile file, string table, long destination)
    {
        var query = file.Statement($"SELECT 1 FROM {table} WHERE destination = ? LIMIT 1").Bind(1, destination);
        var hasAny = query.Read();
        query.Reset();
        return hasAny;
    }

    public static void EnsureTaken(LedgerFile file) =>
        file.Statement("CREATE TEMP TABLE IF NOT EXISTS taken (destination INTEGER, key BLOB, PRIMARY KEY (destination, key)) WITHOUT ROWID").Run();

    /// <summary>The keys that this run replaces, with the item that would put the old form back.</summary>
    public static void EnsureReplacing(LedgerFile file) =>
        file.Statement("CREATE TEMP TABLE IF NOT EXISTS replacing (destination INTEGER, key BLOB, body BLOB, PRIMARY KEY (destination, "
            + "key)) WITHOUT ROWID").Run();

    public static void EnsureAdoptable(LedgerFile file) =>
        file.Statement("CREATE TEMP TABLE IF NOT EXISTS adoptable (destination INTEGER, key BLOB, id TEXT, expires INTEGER, "
            + "dead INTEGER, fixed BLOB, PRIMARY KEY (destination, key)) WITHOUT ROWID").Run();
}
