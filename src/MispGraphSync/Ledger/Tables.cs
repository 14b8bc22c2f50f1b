using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>The temporary tables of one run.</summary>
internal static class Tables
{
    /// <summary>The sources of the keys to plan, in key order.</summary>
    public static string Work(IndicatorShape shape) => $"temp.work_{IndicatorSourceIndexes.Column(shape)}";

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

    /// <summary>Keys whose value another owner holds.</summary>
    public static void EnsureTaken(LedgerFile file) => file.Run(
        "CREATE TEMP TABLE IF NOT EXISTS taken (destination INTEGER, key BLOB, PRIMARY KEY (destination, key)) WITHOUT ROWID");

    /// <summary>The keys that this run replaces, with the item that would restore the old form.</summary>
    public static void EnsureReplacing(LedgerFile file) => file.Run(
        "CREATE TEMP TABLE IF NOT EXISTS replacing "
        + "(destination INTEGER, key BLOB, body BLOB, PRIMARY KEY (destination, key)) WITHOUT ROWID");

    /// <summary>Listed indicators that may be adopted.</summary>
    public static void EnsureListed(LedgerFile file) => file.Run(
        "CREATE TEMP TABLE IF NOT EXISTS adoptable (destination INTEGER, key BLOB, id TEXT, expires INTEGER, dead INTEGER, fixed BLOB, "
        + "PRIMARY KEY (destination, key)) WITHOUT ROWID");
}
