using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>What was turned down, with the first attribute that it comes from. Streamed: there may be as many as indicators.</summary>
internal sealed class Rejections(LedgerFile file)
{
    private readonly EventLinks _events = new(file);

    /// <param name="run">Only those that this run sent last; null: of all runs.</param>
    /// <param name="destination">Only this destination's, by its name; null: all.</param>
    public IEnumerable<Rejection> List(long? run, string? destination) =>
        Destinations(destination).SelectMany(one => List(one, run));

    private List<(long Id, string Name, string Kind, IndicatorShape Form)> Destinations(string? name)
    {
        var found = new List<(long, string, string, IndicatorShape)>();
        var query = file.Statement("SELECT id, name, kind, form FROM destination WHERE ?1 IS NULL OR name = ?1 ORDER BY name, id").Bind(1, name);
        while (query.Read()) found.Add((query.Long(0), query.Text(1), query.Text(2), (IndicatorShape)query.Int(3)));
        return found;
    }

    private IEnumerable<Rejection> List((long Id, string Name, string Kind, IndicatorShape Form) destination, long? run)
    {
        var column = IndicatorSourceIndexes.Column(destination.Form);
        using var rows = file.NewStatement(
            $"""
            SELECT r.observables, r.key, r.value, r.action, r.response, r.transient, r.attempts, r.run, s.attribute, s.part, s.detail, s.event
            FROM rejected r LEFT JOIN support s ON s.{column} = r.observables
            WHERE r.destination = ?1 AND (?2 IS NULL OR r.run = ?2)
            ORDER BY r.observables, s.event, s.seq
            """);
        rows.Bind(1, destination.Id).Bind(2, run);
        Hash128? last = null;
        while (rows.Read())
        {
            var observables = rows.Hash(0);
            if (observables == last) continue;
            last = observables;
            yield return Read(rows, destination.Name, destination.Kind, destination.Form);
        }
    }

    private Rejection Read(Statement row, string destination, string kind, IndicatorShape form)
    {
        var support = row.IsNull(10) ? null : IndicatorSourceRecord.Read(row.Blob(10), row.Guid(8), row.Int(9));
        var from = support is null ? null : _events.Find(row.Long(11));
        return new Rejection
        {
            Destination = destination,
            Kind = kind,
            Key = row.Guid(1),
            Observables = Watched(support, form),
            Canonical = row.TextOrNull(2),
            Action = row.Enum<StepAction>(3),
            Response = row.Text(4),
            IsTransient = row.Flag(5),
            Attempts = row.Int(6),
            Run = row.Long(7),
            Attribute = support?.Attribute,
            Event = from?.Uuid,
            EventLink = from?.Link,
        };
    }

    private static IReadOnlyList<Observable> Watched(IndicatorSource? support, IndicatorShape form) => support switch
    {
        null => [],
        { Single: { } single } when form == IndicatorShape.Single => [single],
        _ => support.Combined,
    };
}
