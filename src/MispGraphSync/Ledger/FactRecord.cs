namespace MispGraphSync.Ledger;

/// <summary>The facts of an attribute, beside its sources. Most ledgers have none: then no query looks for any.</summary>
internal static class FactRecord
{
    /// <summary>The columns of facts, as <see cref="Join"/> adds them.</summary>
    public const string Columns = "f.attribute IS NOT NULL, f.score, f.decayed, f.confident, f.false_positives, f.ends_at";

    /// <summary>The same columns without a join.</summary>
    public const string NoColumns = "0, NULL, NULL, NULL, NULL, NULL";

    /// <param name="support">The alias of the table of sources.</param>
    public static string Join(string support) =>
        $"LEFT JOIN event fe ON fe.id = {support}.event LEFT JOIN fact f ON f.source = fe.source AND f.attribute = {support}.attribute";

    public static bool HasAny(LedgerFile file) => file.Any("SELECT 1 FROM fact LIMIT 1");

    /// <param name="event">The event's row.</param>
    public static AttributeFacts? Find(LedgerFile file, long @event, Guid attribute) => file.First(
        $"SELECT {Columns} FROM event e JOIN fact f ON f.source = e.source AND f.attribute = ?2 WHERE e.id = ?1",
        static row => Read(row, 0), @event, attribute);

    /// <param name="first">Of the six columns.</param>
    public static AttributeFacts? Read(Statement row, int first) => !row.Flag(first) ? null : new AttributeFacts
    {
        DecayScore = row.IntOrNull(first + 1),
        IsDecayed = row.Flag(first + 2),
        IsConfidence = row.Flag(first + 3),
        FalsePositives = row.IntOrNull(first + 4),
        EndsAt = row.TimeOrNull(first + 5),
    };
}
