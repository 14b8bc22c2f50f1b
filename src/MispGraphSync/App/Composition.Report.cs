using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Output.Report;

namespace MispGraphSync.App;

internal sealed partial class Composition
{
    /// <summary>All that the report tells, from the ledger and the settings; nobody is asked.</summary>
    public ReportData GatherPage(LedgerFile ledger, LockOwner? owner) => ReportData.Gather(
        ledger, StatusReport.Gather(ledger, Settings, owner, ReportData.RecentRuns, _host.Time.GetUtcNow()), KnownDestinations(ledger), Settings.Logs.Directory, Kinds);
}
