namespace MispGraphSync.Ledger;

/// <summary>The rejected indicators, each with its first attribute. Streamed: there may be as many as indicators.</summary>
internal sealed class Rejections(LedgerFile file)
{
    private readonly EventCache _events = new(file);

    /// <param name="run">Only those that this run sent last; null: of all runs.</param>
    /// <param name="destination">Only this destination's, by its name; null: all.</param>
    public IEnumerable<Rejection> List(long? run, string? destination) =>
        DestinationRow.All(file).Where(one => destination is null || one.Info.Name == destination).SelectMany(one => List(one, run));

    private IEnumerable<Rejection> List(DestinationRow destination, long? run)
    {
        using var rows = file.NewStatement(
            $"""
            SELECT r.observables, r.key, r.value, r.action, r.response, r.transient, r.attempts, r.run,
                s.attribute, s.part, s.detail, s.event, h.label
            FROM rejected r LEFT JOIN held h ON h.destination = r.destination AND h.observables = r.observables
            LEFT JOIN support s ON s.{Tables.KeyColumn(destination.Shape)} = r.observables
            WHERE r.destination = ?1 AND (?2 IS NULL OR r.run = ?2)
            ORDER BY r.observables, s.event, s.seq
            """);
        rows.Bind(destination.Id, run);
        Hash128? last = null;
        while (rows.Read())
        {
            var observables = rows.Hash(0);
            if (observables == last) continue;
            last = observables;
            yield return Read(rows, destination);
        }
    }

    private Rejection Read(Statement row, DestinationRow destination)
    {
        var source = row.IsNull(10) ? null : IndicatorSourceRecord.Read(row.Blob(10), row.Guid(8), row.Int(9));
        var link = source is null ? null : _events.Link(row.Long(11));
        return new Rejection
        {
            Destination = destination.Info.Name,
            Kind = destination.Info.Kind,
            Key = row.Guid(1),
            Label = source switch
            {
                null => row.TextOrNull(12) is { } held ? IndicatorLabel.Parse(held) : null,
                { Single: { } single } when destination.Shape == IndicatorShape.Single => IndicatorLabel.Of(single),
                _ => IndicatorLabel.Of(source.Combined),
            },
            Canonical = row.TextOrNull(2),
            Action = row.Enum<StepAction>(3),
            Response = row.Text(4),
            IsTransient = row.Flag(5),
            Attempts = row.Int(6),
            Run = row.Long(7),
            Attribute = source?.Attribute,
            Event = link?.Uuid,
            EventLink = link?.Link,
        };
    }
}

/// <summary>One rejected indicator that was not accepted since.</summary>
internal sealed record Rejection
{
    public required string Destination { get; init; }

    public required string Kind { get; init; }

    public required Guid Key { get; init; }

    /// <summary>Its type and value, of one source or of what is held; null when neither is known.</summary>
    public required IndicatorLabel? Label { get; init; }

    /// <summary>The service's name for it; null for a deletion.</summary>
    public string? Canonical { get; init; }

    public required StepAction Action { get; init; }

    /// <summary>The service's own words. Hostile, since services quote values.</summary>
    public required string Response { get; init; }

    /// <summary>The service may accept it later.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How often the same body was sent.</summary>
    public required int Attempts { get; init; }

    /// <summary>The run that sent it last.</summary>
    public required long Run { get; init; }

    public Guid? Attribute { get; init; }

    public Guid? Event { get; init; }

    /// <summary>The event's web page; null for none.</summary>
    public string? EventLink { get; init; }
}
