using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Ledger;
using MispGraphSync.Settings;

namespace MispGraphSync.App;

// How a run begins: is the ledger the latest, and is the clock right?
internal sealed partial class Composition
{
    private RunStamps StampsOf(LedgerFile ledger) => new(ledger, Settings.Logs.Directory, RunStamps.HostName(_host.Environment));

    /// <summary>Begins a run in the ledger. What speaks against the ledger is said, and noted for each destination.</summary>
    private long Begin(string command, LedgerFile ledger, RunStamps stamps, ConsoleReporter talk)
    {
        lock (ledger.Gate)
        {
            var doubt = stamps.Check();
            var trusted = doubt.Kind == StampMismatchKind.Older
                ? []
                : Settings.Destinations.Where(one => ListNeeds(one) is not null).ToList();
            Tell(doubt, trusted, talk);
            return ledger.InTransaction(() =>
            {
                var run = new RunHistory(ledger).Begin(command, _host.Time.GetUtcNow());
                stamps.Begin(run, doubt);
                if (doubt.Kind > StampMismatchKind.NeverStamped) new DestinationLedger(ledger, run).MarkOutdated([.. trusted.Select(one => one.Info)]);
                return run;
            });
        }
    }

    private void Tell(StampMismatch doubt, IReadOnlyList<DestinationSettings> trusted, ConsoleReporter talk)
    {
        if (doubt.Kind == StampMismatchKind.None) return;
        var message = doubt.Message;
        if (doubt.Kind > StampMismatchKind.NeverStamped)
        {
            message += " What the destinations hold is listed and compared with it.";
            foreach (var one in trusted)
                message += $" '{one.Name}' cannot be listed without {ListNeeds(one)}: "
                    + "the ledger is trusted there.";
        }

        talk.Warn(message);
        _log.Warning("{Doubt}", message);
    }

    private static string? ListNeeds(DestinationSettings one) => Registration.Kinds.Of(one).CapabilitiesOf(one).ListNeeds;

    /// <summary>To be called before anything is read or sent.</summary>
    /// <exception cref="RunFailedException">Usage: our clock is wrong, and nothing may be sent.</exception>
    private async Task CheckClockAsync(ClockGuard clocks, IEnumerable<DestinationSettings> chosen, LedgerFile ledger, RunControl control)
    {
        var isRight = await clocks.CheckAsync([.. chosen.Select(one => (one.Name, JudgeOf(one)))], control.Stop).ConfigureAwait(false);
        if (isRight) ClockCorrection.Correct(ledger, _host.Time.GetUtcNow());
    }

    // A managed identity signs in at the machine itself: there the service is the judge.
    private static Uri JudgeOf(DestinationSettings one) =>
        one.Auth.ManagedIdentity is not null && Registration.Kinds.Of(one).EndpointsOf(one) is [var service, ..]
        ? service
        : new Uri(Cloud.AuthorityOf(one.Auth), $"{Uri.EscapeDataString(one.Auth.Tenant)}/v2.0/.well-known/openid-configuration");
}
