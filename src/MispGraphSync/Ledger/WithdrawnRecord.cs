namespace MispGraphSync.Ledger;

/// <summary>Keeps what is about to be forgotten, so that a late alert finds the indicator that it came from.</summary>
internal static class WithdrawnRecord
{
    /// <summary>
    /// From when on the destination has what is held: of the row <c>h</c> of <c>held</c>, and <c>r</c>, the run that first sent it.
    /// </summary>
    public const string Since = "COALESCE(h.active_from, r.started, 0)";

    /// <param name="condition">On the row <c>h</c> of <c>held</c>, with parameters from the second on: the first is the run.</param>
    /// <param name="until">In SQL; null: the end of the run.</param>
    public static void Keep(LedgerFile file, long run, string condition, string? until, params ReadOnlySpan<SqlValue> values) => file.Run(
        "INSERT OR REPLACE INTO withdrawn SELECT h.destination, h.observables, h.key, h.label, "
        + $"{Since}, {until ?? "NULL"}, ?1 FROM held h LEFT JOIN run r ON r.id = h.since WHERE {condition}",
        [run, .. values]);
}
