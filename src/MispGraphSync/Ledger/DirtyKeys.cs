using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>
/// Marks keys whose supports changed, for every destination that plans only what changed. Past a bound, random single keys
/// cost more than planning everything in order, so then everything is planned.
/// </summary>
internal sealed class DirtyKeys(LedgerFile file)
{
    private const int MostMarks = 100_000;

    private List<(long Id, IndicatorShape Form)>? _destinations;
    private int _marks;

    public void Mark(Hash128? combination, Hash128? single)
    {
        foreach (var (id, form) in Destinations)
        {
            if ((form == IndicatorShape.Combined ? combination : single) is not { } key) continue;
            file.Statement("INSERT OR IGNORE INTO dirty (destination, observables) VALUES (?, ?)").Bind(1, id).Bind(2, key).Run();
            _marks++;
        }

        if (_marks > MostMarks) PlanEverything();
    }

    /// <summary>Marks all keys of one event.</summary>
    public void MarkEvent(long @event)
    {
        foreach (var (id, form) in Destinations)
        {
            var column = form == IndicatorShape.Combined ? "combination" : "single";
            file.Statement($"INSERT OR IGNORE INTO dirty SELECT ?, {column} FROM support WHERE event = ? AND {column} IS NOT NULL").Bind(1, id).Bind(2, @event).Run();
            _marks += file.Changes;
        }

        if (_marks > MostMarks) PlanEverything();
    }

    public void PlanEverything()
    {
        file.Run("UPDATE destination SET plans_everything = 1");
        file.Run("DELETE FROM dirty");
        _destinations = [];
    }

    private List<(long Id, IndicatorShape Form)> Destinations => _destinations ??= Load();

    private List<(long Id, IndicatorShape Form)> Load()
    {
        var found = new List<(long, IndicatorShape)>();
        var query = file.Statement("SELECT id, form FROM destination WHERE plans_everything = 0");
        while (query.Read()) found.Add((query.Long(0), (IndicatorShape)query.Int(1)));
        return found;
    }
}
