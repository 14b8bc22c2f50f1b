using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>The indexes from a key to its sources. Built when needed: after a large load, not during it.</summary>
internal static class IndicatorSourceIndexes
{
    public static void Ensure(LedgerFile file, IndicatorShape form)
    {
        var column = Column(form);
        file.Run($"CREATE INDEX IF NOT EXISTS support_{column} ON support ({column}) WHERE {column} IS NOT NULL");
    }

    public static void Drop(LedgerFile file)
    {
        foreach (var form in Enum.GetValues<IndicatorShape>()) file.Run($"DROP INDEX IF EXISTS support_{Column(form)}");
    }

    public static string Column(IndicatorShape form) => form == IndicatorShape.Combined ? "combination" : "single";
}
