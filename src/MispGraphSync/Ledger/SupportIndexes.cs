using MispGraphSync.Core.Sync;

namespace MispGraphSync.Ledger;

/// <summary>The indexes from an observable to its supports. Built when they are needed, after a big load rather than during it.</summary>
internal static class SupportIndexes
{
    public static void Ensure(LedgerFile file, IndicatorForm form)
    {
        var column = Column(form);
        file.Run($"CREATE INDEX IF NOT EXISTS support_{column} ON support ({column}) WHERE {column} IS NOT NULL");
    }

    public static void Drop(LedgerFile file)
    {
        foreach (var form in Enum.GetValues<IndicatorForm>()) file.Run($"DROP INDEX IF EXISTS support_{Column(form)}");
    }

    public static string Column(IndicatorForm form) => form == IndicatorForm.Combination ? "combination" : "single";
}
