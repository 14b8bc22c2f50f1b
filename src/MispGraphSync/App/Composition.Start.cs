using MispGraphSync.Commands;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;

namespace MispGraphSync.App;

// How a run begins: is the ledger the latest, and is the clock right?
internal sealed partial class Composition
{
    private bool _mayHaveLostRecords;

    /// <summary>
    /// Begins a run in the ledger. A sign that the ledger is an old copy is reported, and noted for each destination.
    /// </summary>
    /// <param name="stamps">Null: the ledger is not kept.</param>
    private long BeginRun(RunRequest request, LedgerFile ledger, RunStamps? stamps)
    {
        lock (ledger.Gate)
        {
            var mismatch = stamps?.Check() ?? StampMismatch.None;
            _mayHaveLostRecords = mismatch.Kind > StampMismatchKind.NeverStamped;
            var isListed = _mayHaveLostRecords && request.Verb != RunVerb.Retry;
            var remedy = isListed ? " The destinations are listed and compared with it." : "";
            if (mismatch.Kind != StampMismatchKind.None) _reporter.Warn(mismatch.Message + remedy);
            return ledger.InTransaction(() =>
            {
                var run = new RunHistory(ledger).Begin(NameOf(request.Verb), _host.Time.GetUtcNow());
                stamps?.Begin(run, mismatch);
                if (_mayHaveLostRecords) new DestinationLedger(ledger, run).MarkOutdated();
                return run;
            });
        }
    }

    /// <summary>To be called before anything is read or sent.</summary>
    /// <exception cref="RunFailedException">InvalidInput: our clock is wrong, and nothing may be sent.</exception>
    private async Task CheckClockAsync(ClockGuard clock, List<DestinationSettings> chosen, LedgerFile ledger, RunControl control)
    {
        try
        {
            var isRight = await clock.CheckAsync(chosen.ConvertAll(one => (one.Name, JudgeOf(one))), control.Stop).ConfigureAwait(false);
            if (isRight) new RunHistory(ledger).CorrectClock(_host.Time.GetUtcNow());
        }
        catch (OperationCanceledException) when (control.IsStopping)
        {
            // The run ends, and its report says why.
        }
    }

    // A managed identity signs in at the machine itself: there the service is the judge.
    private static Uri JudgeOf(DestinationSettings one) =>
        one.Auth.ManagedIdentity is not null && Registration.Kinds.Of(one).EndpointsOf(one) is [var service, ..]
        ? service
        : new Uri(Cloud.AuthorityOf(one.Auth), $"{Uri.EscapeDataString(one.Auth.Tenant)}/v2.0/.well-known/openid-configuration");
}
