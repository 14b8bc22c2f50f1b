using MispGraphSync.Core.Ports;

namespace MispGraphSync.Ledger;

/// <summary>The destinations that the ledger knows, by name; also those that are no longer in the settings.</summary>
internal sealed class DestinationRows(LedgerFile file)
{
    public IReadOnlyList<DestinationRow> List()
    {
        var found = new List<DestinationRow>();
        var query = file.Statement("SELECT id, name, kind, place, scope, form, held, plans_everything FROM destination ORDER BY name, id");
        while (query.Read())
        {
            var info = new DestinationInfo(query.Text(1), query.Text(2), query.Text(3), query.Text(4));
            found.Add(new DestinationRow(query.Long(0), info, (IndicatorShape)query.Int(5), query.Long(6), query.Flag(7)));
        }

        return found;
    }
}

/// <param name="Held">How many indicators are held there.</param>
/// <param name="PlansEverything">The next push looks at every key again.</param>
internal sealed record DestinationRow(long Id, DestinationInfo Info, IndicatorShape Form, long Held, bool PlansEverything)
{
    /// <summary>The same place at the same service, whatever its name is now.</summary>
    public bool Is(DestinationInfo other) => Info.Kind == other.Kind && Info.Place == other.Place && Info.Scope == other.Scope;
}
