using MispGraphSync.Ledger;
using MispGraphSync.Output.Report;
using MispGraphSync.Output.Status;

namespace MispGraphSync;

internal sealed partial class Composition
{
    /// <summary>All that the report tells, from the ledger and the settings; nobody is asked.</summary>
    public PageFacts GatherPage(LedgerFile ledger, LockOwner? owner) => PageFacts.Gather(
        ledger, StatusReport.Gather(ledger, Settings, owner, LastRunsSection.Runs, _host.Time.GetUtcNow()), KnownDestinations(ledger), Settings.Logs.Directory);
}
