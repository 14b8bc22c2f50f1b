namespace MispGraphSync.Ledger;

/// <summary>Keeps what is about to be forgotten, so that a late alert finds the indicator that it came from.</summary>
internal static class WithdrawnRecord
{
    /// <param name="condition">On the row <c>h</c> of <c>held</c>, with parameters from the second on: the first is the run.</param>
    /// <param name="until">In SQL; null: the end of the run.</param>
    public static void Keep(LedgerFile file, long run, string condition, string? until, params ReadOnlySpan<SqlValue> values) => file.Run(
        "INSERT OR REPLACE INTO withdrawn SELECT h.destination, h.observables, h.key, h.label, "
        + $"COALESCE(h.active_from, r.started, 0), {until ?? "NULL"}, ?1 FROM held h LEFT JOIN run r ON r.id = h.since WHERE {condition}",
        [run, .. values]);
}
