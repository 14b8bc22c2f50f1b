using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.Ledger;

/// <summary>
/// Finds supports by what they watch, alone or with others, or by where they come from. One pass over all of them: observables
/// inside a combination stand in no index.
/// </summary>
internal sealed class SupportSearch(LedgerFile file)
{
    private readonly EventCache _events = new(file);

    /// <returns>At most <paramref name="most"/>, in the order of events.</returns>
    public IReadOnlyList<FoundSupport> Find(SupportQuery query, int most)
    {
        var found = new List<FoundSupport>();
        if (query.IsEmpty) return found;
        var rows = file.Statement("SELECT event, attribute, part, combination, single, detail FROM support ORDER BY event, seq");
        while (found.Count < most && rows.Read())
        {
            var (at, attribute) = (rows.Long(0), rows.Guid(1));
            Hash128? combination = rows.IsNull(3) ? null : rows.Hash(3);
            Hash128? single = rows.IsNull(4) ? null : rows.Hash(4);
            var isFound = query.Events.Contains(at) || query.Attribute == attribute
                || (combination is { } together && query.Keys.Contains(together)) || (single is { } alone && query.Keys.Contains(alone));
            if (!isFound && query.Observables.Count == 0) continue;
            var support = SupportRecord.Read(rows.Blob(5), attribute, rows.Int(2));
            if (isFound || Watches(support, query.Observables)) found.Add(new FoundSupport(at, new SupportRow(support, _events.Find(at)), combination, single));
        }

        rows.Reset();
        return found;
    }

    private static bool Watches(Support support, IReadOnlySet<Hash128> wanted) =>
        (support.Single is { } single && wanted.Contains(ObservableKey.OfSingle(single)))
        || support.Combination.Any(observable => wanted.Contains(ObservableKey.OfSingle(observable)));
}

/// <summary>Any of these is enough.</summary>
internal sealed record SupportQuery
{
    private static readonly HashSet<Hash128> None = [];

    /// <summary>Keys of a whole indicator, of either form.</summary>
    public IReadOnlySet<Hash128> Keys { get; init; } = None;

    /// <summary>Keys of single observables that are watched, alone or with others.</summary>
    public IReadOnlySet<Hash128> Observables { get; init; } = None;

    public Guid? Attribute { get; init; }

    /// <summary>Rows of events.</summary>
    public IReadOnlySet<long> Events { get; init; } = new HashSet<long>();

    public bool IsEmpty => Keys.Count == 0 && Observables.Count == 0 && Attribute is null && Events.Count == 0;
}

/// <param name="Event">The event's row.</param>
/// <param name="Combination">The ledger's key of what is watched together; null for nothing.</param>
/// <param name="Single">The ledger's key of what is watched alone; null for nothing.</param>
internal sealed record FoundSupport(long Event, SupportRow Row, Hash128? Combination, Hash128? Single)
{
    public Hash128? Key(IndicatorForm form) => form == IndicatorForm.Combination ? Combination : Single;
}
