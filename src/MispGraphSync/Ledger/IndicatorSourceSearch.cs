using System.Globalization;

namespace MispGraphSync.Ledger;

/// <summary>
/// Finds sources by their observables or their origin, and skipped attributes. Keys and events have indexes. Other conditions
/// scan all rows once, and only rows that may match are decoded.
/// </summary>
internal sealed class IndicatorSourceSearch(LedgerFile file)
{
    private const string Columns = "SELECT event, seq, attribute, part, combination, single, detail FROM support WHERE ";

    private readonly bool _hasFacts = FactRecord.HasAny(file);

    private readonly EventCache _events = new(file);

    /// <returns>At most <paramref name="max"/>, in the order of events.</returns>
    public IReadOnlyList<FoundIndicatorSource> Find(IndicatorSourceQuery query, int max)
    {
        var found = new List<FoundIndicatorSource>();
        if (query.IsEmpty) return found;
        var observables = query.Observables.Select(ObservableKey.OfSingle).ToHashSet();
        var needles = query.Observables.Select(ObservableRecord.ValueOf).DistinctBy(Convert.ToHexString).ToList();
        using var rows = file.NewStatement($"{string.Join(" UNION ", Parts(query, needles.Count))} ORDER BY event, seq");
        rows.Bind([.. needles]);
        while (found.Count < max && rows.Read())
        {
            var (row, attribute, combination, single) = (rows.Long(0), rows.Guid(2), rows.HashOrNull(4), rows.HashOrNull(5));
            var source = IndicatorSourceRecord.Read(rows.Blob(6), attribute, rows.Int(3));
            var isFound = query.Events.Contains(row) || query.Attribute == attribute
                || (combination is { } whole && query.Keys.Contains(whole)) || (single is { } alone && query.Keys.Contains(alone))
                || (source.Single is { } observable && observables.Contains(ObservableKey.OfSingle(observable)))
                || source.Combined.Any(one => observables.Contains(ObservableKey.OfSingle(one)));
            if (!isFound) continue;
            var facts = _hasFacts ? FactRecord.Find(file, row, attribute) : null;
            var full = new IndicatorSourceRow(source, _events.Find(row)) { Facts = facts };
            found.Add(new FoundIndicatorSource(row, full, combination, single));
        }

        return found;
    }

    /// <summary>Finds skipped attributes; their values are not stored, but a hash of them is.</summary>
    /// <param name="attribute">Null: any.</param>
    /// <param name="events">Rows of events, all of whose skipped attributes are found.</param>
    /// <param name="values">Hashes of values.</param>
    public IReadOnlyList<SkippedAttribute> FindSkipped(Guid? attribute, IReadOnlySet<long> events, IReadOnlySet<Hash128> values, int max)
    {
        List<string> conditions = [];
        if (attribute is { } one) conditions.Add($"attribute = x'{one:N}'");
        if (events.Count > 0) conditions.Add($"event IN ({string.Join(", ", events)})");
        if (values.Count > 0) conditions.Add($"value_hash IN ({string.Join(", ", values.Select(hash => $"x'{hash}'"))})");
        return conditions.Count == 0 ? [] : file.All(
            $"SELECT event, attribute, type, reason FROM skipped WHERE {string.Join(" OR ", conditions)} ORDER BY event, seq LIMIT {max}",
            static row => new SkippedAttribute(row.Long(0), row.Guid(1), row.Text(2), row.Text(3)));
    }

    /// <summary>The rows of an event: one in each source that has it.</summary>
    public IReadOnlySet<long> FindEvents(Guid uuid) => file.All(
        "SELECT e.id FROM source s JOIN event e ON e.source = s.id AND e.uuid = ?", static row => row.Long(0), uuid).ToHashSet();

    public EventLink Link(long @event) => _events.Link(@event);

    private static IEnumerable<string> Parts(IndicatorSourceQuery query, int needles)
    {
        if (query.Keys.Count > 0)
        {
            var keys = string.Join(", ", query.Keys.Select(key => $"x'{key}'"));
            yield return $"{Columns} combination IN ({keys})";
            yield return $"{Columns} single IN ({keys})";
        }

        if (query.Events.Count > 0)
        {
            yield return $"{Columns} event IN "
                + $"({string.Join(", ", query.Events.Select(row => row.ToString(CultureInfo.InvariantCulture)))})";
        }

        List<string> conditions = [.. Enumerable.Range(1, needles).Select(at => $"instr(detail, ?{at})")];
        if (query.Attribute is { } attribute) conditions.Add($"attribute = x'{attribute:N}'");
        if (conditions.Count > 0) yield return $"{Columns} {string.Join(" OR ", conditions)}";
    }
}

/// <summary>Any of these conditions is enough.</summary>
internal sealed record IndicatorSourceQuery
{
    /// <summary>Keys of whole indicators, of either shape.</summary>
    public IReadOnlySet<Hash128> Keys { get; init; } = new HashSet<Hash128>();

    /// <summary>Observables, single or part of a combination.</summary>
    public IReadOnlyCollection<Observable> Observables { get; init; } = [];

    public Guid? Attribute { get; init; }

    /// <summary>Rows of events.</summary>
    public IReadOnlySet<long> Events { get; init; } = new HashSet<long>();

    public bool IsEmpty => Keys.Count == 0 && Observables.Count == 0 && Attribute is null && Events.Count == 0;
}

/// <param name="Event">The event's row.</param>
/// <param name="Combination">The key of the combined indicator; null for none.</param>
/// <param name="Single">The key of the single indicator; null for none.</param>
internal sealed record FoundIndicatorSource(long Event, IndicatorSourceRow Row, Hash128? Combination, Hash128? Single)
{
    public Hash128? Key(IndicatorShape shape) => shape switch
    {
        IndicatorShape.Combined => Combination,
        IndicatorShape.Single => Single,
        _ => null,
    };
}

/// <param name="Event">The event's row.</param>
/// <param name="Reason">The slug.</param>
internal sealed record SkippedAttribute(long Event, Guid Attribute, string Type, string Reason);
