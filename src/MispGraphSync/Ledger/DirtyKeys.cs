namespace MispGraphSync.Ledger;

/// <summary>
/// Marks keys whose sources changed, for every destination that plans changes only. Past a limit, random single keys cost
/// more than planning everything in order, so then everything is planned.
/// </summary>
/// <param name="few">So many are never too many.</param>
internal sealed class DirtyKeys(LedgerFile file, int few = 100_000)
{
    /// <summary>A key that is looked up costs a few times as much as one that is read in order.</summary>
    private const int Share = 8;

    private List<(long Id, IndicatorShape Shape)>? _destinations;
    private long _max;
    private long _marks;

    /// <summary>An event was written, or removed: what it supports may have changed.</summary>
    public void MarkContext(long @event)
    {
        foreach (var (id, shape) in Destinations)
        {
            if (shape == IndicatorShape.Context) file.Run("INSERT OR IGNORE INTO context_changed VALUES (?, ?)", id, @event);
        }
    }

    public void Mark(Hash128? combined, Hash128? single)
    {
        foreach (var (id, shape) in Destinations)
        {
            if (shape == IndicatorShape.Context || (shape == IndicatorShape.Combined ? combined : single) is not { } key) continue;
            file.Run("INSERT OR IGNORE INTO dirty (destination, observables) VALUES (?, ?)", id, key);
            _marks++;
        }

        if (_marks > _max) PlanEverything();
    }

    /// <summary>Marks all keys of one event.</summary>
    public void MarkEvent(long @event)
    {
        foreach (var (id, shape) in Destinations)
        {
            if (shape == IndicatorShape.Context) continue;
            var column = Tables.KeyColumn(shape);
            file.Run(
                $"INSERT OR IGNORE INTO dirty SELECT ?, {column} FROM support WHERE event = ? AND {column} IS NOT NULL", id, @event);
            _marks += file.Changes;
        }

        if (_marks > _max) PlanEverything();
    }

    /// <summary>Marks all keys of these attributes of one source.</summary>
    /// <param name="attributes">A table with a column of that name.</param>
    public void MarkAttributes(long source, string attributes)
    {
        foreach (var (id, shape) in Destinations)
        {
            var column = Tables.KeyColumn(shape);
            file.Run(
                $"INSERT OR IGNORE INTO dirty SELECT ?, s.{column} FROM event e JOIN support s ON s.event = e.id "
                + $"WHERE e.source = ? AND s.{column} IS NOT NULL AND s.attribute IN (SELECT attribute FROM {attributes})",
                id, source);
            _marks += file.Changes;
        }

        if (_marks > _max) PlanEverything();
    }

    private List<(long Id, IndicatorShape Shape)> Destinations => _destinations ??= FindDestinations();

    private List<(long Id, IndicatorShape Shape)> FindDestinations()
    {
        const string PlansChanges = "FROM destination WHERE plans_everything = 0";
        _max = Math.Max(few, file.Scalar($"SELECT COALESCE(SUM(held), 0) {PlansChanges}") / Share);
        return file.All($"SELECT id, form {PlansChanges}", static row => (row.Long(0), (IndicatorShape)row.Int(1)));
    }

    private void PlanEverything()
    {
        file.Run("UPDATE destination SET plans_everything = 1");
        file.Run("DELETE FROM dirty");
        _destinations = [];
    }
}
