using System.Globalization;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>
/// Finds supports by what they watch, alone or with others, or by where they come from. Keys and events have indexes. Observables
/// inside a combination and attributes have none: for those SQLite looks through all rows once, and only what may match is decoded.
/// </summary>
internal sealed class IndicatorSourceSearch(LedgerFile file)
{
    private const string Columns = "SELECT event, seq, attribute, part, combination, single, detail FROM support WHERE ";

    private readonly EventCache _events = new(file);

    /// <returns>At most <paramref name="most"/>, in the order of events.</returns>
    public IReadOnlyList<FoundIndicatorSource> Find(IndicatorSourceQuery query, int most)
    {
        var found = new List<FoundIndicatorSource>();
        if (query.IsEmpty) return found;
        var observables = query.Observables.Select(ObservableKey.OfSingle).ToHashSet();
        var needles = query.Observables.Select(ObservableRecord.ValueOf).DistinctBy(Convert.ToHexString).ToList();
        using var rows = file.NewStatement($"{string.Join(" UNION ", Parts(query, needles.Count))} ORDER BY event, seq");
        for (var i = 0; i < needles.Count; i++) rows.Bind(i + 1, needles[i]);
        while (found.Count < most && rows.Read())
        {
            Hash128? combination = rows.IsNull(4) ? null : rows.Hash(4);
            Hash128? single = rows.IsNull(5) ? null : rows.Hash(5);
            var (at, attribute) = (rows.Long(0), rows.Guid(2));
            var support = IndicatorSourceRecord.Read(rows.Blob(6), attribute, rows.Int(3));
            var isFound = query.Events.Contains(at) || query.Attribute == attribute
                || (combination is { } together && query.Keys.Contains(together)) || (single is { } alone && query.Keys.Contains(alone));
            if (isFound || Watches(support, observables))
            {
                found.Add(new FoundIndicatorSource(at, new IndicatorSourceRow(support, _events.Find(at)), combination, single));
            }
        }

        return found;
    }

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

    private static bool Watches(IndicatorSource support, HashSet<Hash128> wanted) =>
        (support.Single is { } single && wanted.Contains(ObservableKey.OfSingle(single)))
        || support.Combined.Any(observable => wanted.Contains(ObservableKey.OfSingle(observable)));
}

/// <summary>Any of these is enough.</summary>
internal sealed record IndicatorSourceQuery
{
    /// <summary>Keys of a whole indicator, of either form.</summary>
    public IReadOnlySet<Hash128> Keys { get; init; } = new HashSet<Hash128>();

    /// <summary>Observables that are watched, alone or with others.</summary>
    public IReadOnlyCollection<Observable> Observables { get; init; } = [];

    public Guid? Attribute { get; init; }

    /// <summary>Rows of events.</summary>
    public IReadOnlySet<long> Events { get; init; } = new HashSet<long>();

    public bool IsEmpty => Keys.Count == 0 && Observables.Count == 0 && Attribute is null && Events.Count == 0;
}

/// <param name="Event">The event's row.</param>
/// <param name="Combination">The ledger's key of what is watched together; null for nothing.</param>
/// <param name="Single">The ledger's key of what is watched alone; null for nothing.</param>
internal sealed record FoundIndicatorSource(long Event, IndicatorSourceRow Row, Hash128? Combination, Hash128? Single)
{
    public Hash128? Key(IndicatorShape form) => form == IndicatorShape.Combined ? Combination : Single;
}
