namespace MispGraphSync.Ledger;

/// <summary>The sources that the ledger knows, by name.</summary>
internal sealed class SourceRows(LedgerFile file)
{
    public IReadOnlyList<SourceRow> List()
    {
        var found = new List<SourceRow>();
        var query = file.Statement(
            """
            SELECT s.name, s.read_at, s.full_read_at, COUNT(e.id), TOTAL(e.aged_at IS NOT NULL)
            FROM source s LEFT JOIN event e ON e.source = s.id GROUP BY s.id ORDER BY s.name
            """);
        while (query.Read()) found.Add(new SourceRow(query.Text(0), query.TimeOrNull(1), query.TimeOrNull(2), query.Long(3), query.Long(4)));
        return found;
    }
}

/// <param name="ReadAt">The last complete read, of everything or of what changed; null for none.</param>
/// <param name="FullReadAt">The last complete read of everything.</param>
/// <param name="Aged">Events that left the filters by growing old only.</param>
internal sealed record SourceRow(string Name, DateTimeOffset? ReadAt, DateTimeOffset? FullReadAt, long Events, long Aged);
