using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Doctor;
using MispGraphSync.Doctor.Destinations;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Text;
using Serilog.Core;

namespace MispGraphSync.App;

// What doctor looks at. Unlike a run it begins with settings that may have faults, and it has little patience.
internal sealed partial class Composition
{
    private const int DoctorsRetries = 1;

    private static readonly TimeSpan DoctorsPatience = TimeSpan.FromSeconds(5);

    /// <param name="names">Destinations to look at, enabled or not; empty: all enabled ones.</param>
    /// <exception cref="RunFailedException">Usage: there is no destination of such a name.</exception>
    public static DoctorContext Examine(string? config, IReadOnlyList<string> names, bool writes, ToolHost host, CancellationToken ct)
    {
        var options = new ReaderOptions
        {
            FilterFaults = CheckFilter,
            FilterWarnings = DoubtFilter,
            NeedsMisp = true,
            WorkingDirectory = host.WorkingDirectory,
            Overrides = names.Distinct().ToDictionary(name => $"destinations.{name}.enabled", _ => "true"),
        };
        SettingsInspection inspection;
        try
        {
            // First as they stand, for a name that is none is a fault of the command line and not of theirs.
            var asTheyStand = SettingsReader.Inspect(config, host.Environment, options with { Overrides = new Dictionary<string, string>() });
            if (asTheyStand.Faults.Count == 0) CheckNames(asTheyStand.Settings, names);
            inspection = names.Count == 0 ? asTheyStand : SettingsReader.Inspect(config, host.Environment, options);
        }
        catch (RunFailedException failure)
        {
            return new DoctorContext(DoctorContext.SettingsOnly(LocalChecks.Settings(failure)));
        }

        if (inspection.Faults.Count > 0) return new DoctorContext(DoctorContext.SettingsOnly(LocalChecks.Settings(inspection)));
        var chosen = Choose(inspection.Settings, names);
        var secrets = SecretsOf(inspection.Settings, host);
        var log = AppLog.Create(inspection.Settings.Logs, isDebug: false, isOptional: true, host.Time, secrets);
        try
        {
            return Examine(inspection, chosen, writes, host, log, secrets, ct);
        }
        catch (RunFailedException failure)
        {
            // Such as a caFile that holds no certificate.
            return new DoctorContext(DoctorContext.SettingsOnly(LocalChecks.Settings(failure)), () =>
            {
                AppLog.Close(log);
                return ValueTask.CompletedTask;
            });
        }
    }

    private static DoctorContext Examine(
        SettingsInspection inspection, IReadOnlyList<DestinationSettings> chosen, bool writes, ToolHost host, Logger log, Secrets secrets,
        CancellationToken ct)
    {
        var settings = inspection.Settings;
        var filters = FilterPlan.Parse(settings.Misp.EventFilters, out var faults) ?? throw new RunFailedException(RunOutcome.InvalidInput, string.Join('\n', faults));
        var logError = LocalChecks.ErrorOfWritingTo(settings.Logs.Directory);
        var transport = new Transport
        {
            Time = host.Time,
            Sockets = HttpSockets.Create(settings.CaFile, settings.Proxy),
            Log = new RequestLog(logError is null ? settings.Logs : settings.Logs with { Requests = RequestLogging.None }, run: 0, host.Time, secrets: secrets),
            AppLog = log,
            ResolveSecret = async (secret, c) => secrets.Add(await secret.ResolveAsync(c).ConfigureAwait(false)),
            RetryOptions = new RetryOptions { MaxRetries = DoctorsRetries, MaxWait = DoctorsPatience },
        };
        var misp = settings.Misp.VaultSignIn is { } fetcher
            ? settings.Misp with { Key = settings.Misp.Key!.WithVault(new KeyVaultClient(fetcher, transport).GetAsync) }
            : settings.Misp;
        var connectivity = new Connectivity(Endpoints.Of(settings, chosen, Registration.Kinds), settings, host.Time, ct);
        var server = new MispContext(settings, misp, filters, connectivity, transport, ct);
        DestinationContext[] destinations = [.. chosen.Select(one => new DestinationContext(one, Registration.Kinds.Of(one), transport, connectivity, ct))];
        return new DoctorContext(DoctorContext.All(inspection, logError, connectivity, server, destinations, writes), async () =>
        {
            foreach (var destination in destinations) await destination.DisposeAsync().ConfigureAwait(false);
            server.Dispose();
            connectivity.Dispose();
            AppLog.Close(log);
        });
    }
}
