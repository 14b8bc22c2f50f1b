using MispGraphSync.Core.Domain;

namespace MispGraphSync.Ledger;

/// <summary>
/// Finds skipped attributes by their UUID, their event, or a hash of their value; the values are not kept. SQLite looks through all
/// rows once.
/// </summary>
internal sealed class SkippedSearch(LedgerFile file)
{
    /// <param name="attribute">Null: any.</param>
    /// <param name="events">Rows of events, all of whose skipped attributes are found.</param>
    /// <param name="values">Hashes of values.</param>
    /// <param name="most">The most to give.</param>
    public IReadOnlyList<SkippedAttribute> Find(Guid? attribute, IReadOnlySet<long> events, IReadOnlySet<Hash128> values, int most)
    {
        var found = new List<SkippedAttribute>();
        List<string> conditions = [];
        if (attribute is { } one) conditions.Add($"attribute = x'{one:N}'");
        if (events.Count > 0) conditions.Add($"event IN ({string.Join(", ", events)})");
        if (values.Count > 0) conditions.Add($"value_hash IN ({string.Join(", ", values.Select(hash => $"x'{hash}'"))})");
        if (conditions.Count == 0) return found;
        using var rows = file.NewStatement(
            $"SELECT event, attribute, type, reason FROM skipped WHERE {string.Join(" OR ", conditions)} ORDER BY event, seq LIMIT {most}");
        while (rows.Read()) found.Add(new SkippedAttribute(rows.Long(0), rows.Guid(1), rows.Text(2), rows.Text(3)));
        return found;
    }
}

/// <param name="Event">The event's row.</param>
/// <param name="Reason">The slug.</param>
internal sealed record SkippedAttribute(long Event, Guid Attribute, string Type, string Reason);
