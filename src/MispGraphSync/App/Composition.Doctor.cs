using MispGraphSync.Commands;
using MispGraphSync.Core.Ports;
using MispGraphSync.Doctor;
using MispGraphSync.Doctor.Destinations;
using MispGraphSync.Doctor.Local;
using MispGraphSync.Doctor.Misp;
using MispGraphSync.Doctor.Network;
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
    public static DoctorRun Examine(string? config, IReadOnlyList<string> names, bool writes, ToolHost host, CancellationToken ct)
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
            return new DoctorRun(Checklist.OfFaulty(new SettingsCheck(failure)), null, null);
        }

        if (inspection.Faults.Count > 0) return new DoctorRun(Checklist.OfFaulty(new SettingsCheck(inspection)), null, null);
        var chosen = Choose(inspection.Settings, names);
        var secrets = SecretsOf(inspection.Settings, host);
        var log = AppLog.Create(inspection.Settings.Logs, isDebug: false, isOptional: true, host.Time, secrets);
        try
        {
            var it = Examine(inspection, chosen, host, log, secrets, ct);
            return new DoctorRun(Checklist.Of(it, writes), it, log);
        }
        catch (RunFailedException failure)
        {
            // Such as a caFile that holds no certificate.
            return new DoctorRun(Checklist.OfFaulty(new SettingsCheck(failure)), null, log);
        }
    }

    private static DoctorContext Examine(SettingsInspection inspection, IReadOnlyList<DestinationSettings> chosen, ToolHost host, Logger log,
        Secrets secrets, CancellationToken ct)
    {
        var settings = inspection.Settings;
        var filters = FilterPlan.Parse(settings.Misp.EventFilters, out var faults) ?? throw new RunFailedException(RunOutcome.InvalidInput, string.Join('\n', faults));
        var logs = new LogsFolder(settings.Logs);
        var transport = new Transport
        {
            Time = host.Time,
            Sockets = HttpSockets.Create(settings.CaFile, settings.Proxy),
            Log = new RequestLog(logs.Usable, run: 0, host.Time, secrets: secrets),
            AppLog = log,
            ResolveSecret = async (secret, c) => secrets.Add(await secret.ResolveAsync(c).ConfigureAwait(false)),
            MaxRetries = DoctorsRetries,
            MaxWait = DoctorsPatience,
        };
        var misp = settings.Misp.VaultSignIn is { } fetcher
            ? settings.Misp with { Key = settings.Misp.Key!.WithVault(new KeyVaultClient(fetcher, transport).GetAsync) }
            : settings.Misp;
        var reach = new Connectivity(Endpoints.Of(settings, chosen, Registration.Kinds), settings, host.Time, ct);
        return new DoctorContext
        {
            Inspection = inspection,
            Settings = settings,
            Logs = logs,
            Connectivity = reach,
            Misp = new MispContext(settings, misp, filters, reach, host.Time, log, secrets, ct),
            Destinations = [.. chosen.Select(one => new DestinationContext(one, Registration.Kinds.Of(one), transport, reach, ct))],
        };
    }
}
