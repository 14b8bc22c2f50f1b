using System.Text.Json;
using MispGraphSync.Commands;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;
using MispGraphSync.Core.Sending;
using MispGraphSync.Destinations;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Output.Explain;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Feed;
using MispGraphSync.Sources.File;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using MispGraphSync.Text;
using Serilog;
using Serilog.Core;

namespace MispGraphSync.App;

/// <summary>The object graph, built by hand in one place: from settings to a run, or to one destination.</summary>
internal sealed partial class Composition : IAsyncDisposable
{
    private readonly ToolHost _host;
    private readonly ConsoleReporter _talk;
    private readonly FilterPlan _filters;
    private Logger _log = new LoggerConfiguration().CreateLogger();
    private readonly SocketsHttpHandler _sockets;
    private readonly Secrets _secrets;
    private readonly List<IDestination> _explained = [];

    private Composition(AppSettings settings, FilterPlan filters, ToolHost host, ConsoleReporter talk)
    {
        Settings = settings with { Misp = settings.Misp with { Key = WithVault(settings.Misp) } };
        _filters = filters;
        _host = host;
        _talk = talk;
        _secrets = SecretsOf(settings, host);
        _sockets = HttpSockets.Create(settings.CaFile, settings.Proxy);
    }

    public AppSettings Settings { get; }

    public static DestinationKinds Kinds => Registration.Kinds;

    /// <summary>Reads the settings and says what should be known of them. An <paramref name="input"/> takes MISP's place.</summary>
    /// <param name="enabling">Destinations that count as enabled, whatever the settings say.</param>
    /// <exception cref="RunFailedException">Usage, with every fault there is.</exception>
    public static Composition Load(string? config, string? input, ToolHost host, ConsoleReporter talk, IReadOnlyList<string>? enabling = null)
    {
        var options = new ReaderOptions
        {
            FilterFaults = CheckFilter,
            FilterWarnings = DoubtFilter,
            NeedsMisp = input is null,
            WorkingDirectory = host.WorkingDirectory,
            Overrides = (enabling ?? []).Distinct().ToDictionary(name => $"destinations.{name}.enabled", _ => "true"),
        };
        var reading = SettingsReader.Read(config, host.Environment, options);
        foreach (var warning in reading.Warnings) talk.Warn(warning);
        var filters = FilterPlan.Parse(reading.Settings.Misp.EventFilters, out var faults)
            ?? throw new RunFailedException(RunOutcome.InvalidInput, string.Join('\n', faults));
        return new Composition(reading.Settings, filters, host, talk);
    }

    /// <summary>One push or dry run, from the lock to the ledger's last word.</summary>
    public Task<RunReport> RunAsync(RunRequest request, ConsoleReporter talk, Action<DestinationInfo, PlanStep>? onStep) =>
        RunAsync(request, talk, onStep, async under =>
        {
            var source = OpenSource(request.Input);
            using var connection = source as IDisposable;
            talk.Begin(source.Info.Name, Allowed(under.Destinations));
            var push = new Push(source, new SourceLedger(under.Ledger), under.Destinations, LedgerOf(under), OptionsOf(request), under.Observer, _host.Time);
            return await push.RunAsync(under.Run, under.Control).ConfigureAwait(false);
        });

    /// <summary>Sends again what was turned down.</summary>
    public Task<RunReport> RetryAsync(RunRequest request, ConsoleReporter talk) =>
        RunAsync(request, talk, onStep: null, under =>
        {
            talk.Begin(source: null, Allowed(under.Destinations));
            return new Retry(under.Destinations, LedgerOf(under), OptionsOf(request), under.Observer, _host.Time)
                .RunAsync(under.Run, under.Control);
        });

    /// <summary>What a run's destinations turned down, by reason. A dry run turns nothing down.</summary>
    public RejectionGroups FailuresOf(RunReport report, bool isDryRun)
    {
        if (isDryRun || report.Destinations.All(one => one.Tally.Rejected == 0)) return RejectionGroups.None;
        using var ledger = OpenLedgerToRead();
        return RejectionGroups.OfRun(new Rejections(ledger).List(report.RunId, destination: null));
    }

    /// <summary>The ledger as it stands, to look at; also while a run is at work.</summary>
    public LedgerFile OpenLedgerToRead() => LedgerFile.OpenToRead(Settings.Ledger);

    /// <exception cref="RunFailedException">Usage: neither the settings nor the ledger know a destination of that name.</exception>
    public void CheckDestination(string name, LedgerFile ledger)
    {
        if (new DestinationRows(ledger).List().All(row => row.Info.Name != name)) Choose([name]);
    }

    /// <summary>Answers where things come from, and what became of them.</summary>
    public Explainer NewExplainer(LedgerFile ledger) =>
        new(ledger, KnownDestinations(ledger), Settings.Instance, Settings.Logs.Directory, _host.Time.GetUtcNow());

    // The enabled ones of the settings, then what else the ledger knows.
    private List<ExplainedDestination> KnownDestinations(LedgerFile ledger)
    {
        var neverBlock = new NeverBlock(NeverBlocked());
        var transport = NewTransport(run: 0, deadline: null);
        var rows = new DestinationRows(ledger).List();
        var live = Settings.Destinations.Where(one => one.Enabled).Select(one => Registration.Kinds.Create(one, transport)).ToList();
        _explained.AddRange(live);
        var destinations = live.Select(one => new ExplainedDestination(rows.FirstOrDefault(row => row.Is(one.Info)), one, new Eligibility(one, neverBlock)))
            .Concat(rows.Where(row => !live.Exists(one => row.Is(one.Info))).Select(row => new ExplainedDestination(row, Enabled: null, Eligibility: null)));
        return [.. destinations];
    }

    /// <summary>Asks MISP for a value that the ledger does not know.</summary>
    public ValueSearch NewValueSearch() => new(Settings.Misp, Settings.CaFile, Settings.Proxy, _host.Time, _log, _secrets);

    private Task<RunReport> RunAsync(
        RunRequest request, ConsoleReporter talk, Action<DestinationInfo, PlanStep>? onStep, Func<UnderLock, Task<RunReport>> work)
    {
        talk.OnStep = (destination, step) => Note(destination, step, onStep);
        var frame = new RunFrame
        {
            Command = request.Command,
            Destinations = request.Destinations,
            Wait = request.Wait,
            MaxDuration = request.MaxDuration,
            SendsNothing = request.IsDryRun,
            RollsBack = request.IsDryRun,
            IsCounted = true,
            HasMetrics = !request.IsDryRun,
        };
        return InRunAsync(frame, talk, async under =>
        {
            var report = await work(under).ConfigureAwait(false);
            return (report, report);
        });
    }

    private static DestinationLedger LedgerOf(UnderLock under) => new(under.Ledger, under.Run);

    /// <summary>The destination to list: the one named, or the only one enabled.</summary>
    public IDestination DestinationToRead(string? name)
    {
        var enabled = Choose(name is null ? [] : [name]);
        if (enabled.Count > 1)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{enabled.Count} destinations are enabled: {string.Join(", ", enabled.Select(one => one.Name))}.", "Name one with --destination.");
        }

        _log = AppLog.Create(Settings.Logs, _talk.IsVeryVerbose, isOptional: true, _host.Time, _secrets);
        return Destination(enabled[0], NewTransport(run: 0, deadline: null), isDryRun: false);
    }

    private void Note(DestinationInfo destination, PlanStep step, Action<DestinationInfo, PlanStep>? onStep)
    {
        if (onStep is not null) _talk.Write((onStep, destination, step), static told => told.onStep(told.destination, told.step));
        if (_talk.IsVeryVerbose) _log.Debug("{Destination}: {Action} {Key} ({Reason}) {Value}", destination.Name, step.Action.ToString(), step.Key, step.Reason, Sanitize.ForDisplay(step.Value ?? "", 200));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var destination in _explained) await destination.DisposeAsync().ConfigureAwait(false);
        AppLog.Close(_log);
        _sockets.Dispose();
    }

    /// <summary>What is wrong with one event filter, in sentences.</summary>
    public static IEnumerable<string> CheckFilter(JsonElement filter)
    {
        _ = EventFilter.Parse(filter, out var faults);
        return faults;
    }

    /// <summary>What in one event filter is allowed, and probably not meant.</summary>
    public static IEnumerable<string> DoubtFilter(JsonElement filter) => EventFilter.Parse(filter, out _)?.Warnings ?? [];

    private List<DestinationSettings> Choose(IReadOnlyList<string> names) => Choose(Settings, names);

    private static List<DestinationSettings> Choose(AppSettings settings, IReadOnlyList<string> names)
    {
        CheckNames(settings, names);
        var chosen = settings.Destinations.Where(one => names.Count == 0 ? one.Enabled : names.Contains(one.Name)).ToList();
        return chosen.Count > 0 ? chosen : throw new RunFailedException(RunOutcome.InvalidInput, "No destination is enabled.", "Set \"enabled\": true for one in the settings.");
    }

    private static void CheckNames(AppSettings settings, IReadOnlyList<string> names)
    {
        foreach (var name in names.Where(name => settings.Destinations.All(one => one.Name != name)))
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"There is no destination '{Sanitize.ForDisplay(name, 80)}'.", $"The settings have: {string.Join(", ", settings.Destinations.Select(one => one.Name))}.");
        }
    }

    private Transport NewTransport(long run, DateTimeOffset? deadline, RunControl? control = null) => new()
    {
        Time = _host.Time,
        Sockets = _sockets,
        Log = new RequestLog(Settings.Logs, run, _host.Time, _talk.Request, _secrets),
        AppLog = _log,
        ResolveSecret = async (secret, ct) => _secrets.Add(await secret.ResolveAsync(ct).ConfigureAwait(false)),
        RetryOptions = new RetryOptions { OnPause = _talk.Paused, Deadline = deadline, Stop = control?.Stop ?? CancellationToken.None },
    };

    // What is known before anything is asked for: the proxies' passwords, and what a managed identity's endpoint is asked with.
    private static Secrets SecretsOf(AppSettings settings, ToolHost host)
    {
        var secrets = new Secrets();
        secrets.AddUserInfo(settings.Proxy?.UserInfo);
        foreach (var (name, value) in host.Environment)
        {
            if (name is "IDENTITY_HEADER" or "MSI_SECRET") secrets.Add(value);
            else if (name.EndsWith("_PROXY", StringComparison.OrdinalIgnoreCase) && value.LastIndexOf('@') is > 0 and var end)
                secrets.AddUserInfo(value[(value.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme ? scheme + 3 : 0)..end]);
        }

        return secrets;
    }

    private SecretReference? WithVault(MispSettings misp) => misp.VaultSignIn is { } fetcher
        ? misp.Key!.WithVault((secret, ct) => new KeyVaultClient(fetcher, NewTransport(run: 0, deadline: null)).GetAsync(secret, ct))
        : misp.Key;

    private IEnumerable<(string Destination, int RequestsPerMinute)> Allowed(IEnumerable<IDestination> destinations) =>
        from destination in destinations
        join one in Settings.Destinations on destination.Info.Name equals one.Name
        select (one.Name, one.RequestsPerMinute);

    private static IDestination Destination(DestinationSettings settings, Transport transport, bool isDryRun)
    {
        var destination = Registration.Kinds.Create(settings, transport);
        return isDryRun ? new DryRunDestination(destination) : destination;
    }

    private ISource OpenSource(string? input)
    {
        var misp = Settings.Misp;
        if (input is null) return MispSource.Open(misp, Settings.CaFile, Settings.Proxy, _filters, _host.Time, _log, _secrets);
        var path = Path.GetFullPath(input, _host.WorkingDirectory);
        return FeedSource.Find(path, _filters, misp.EnforceWarninglist, _host.Time, _log, _talk.Warn) as ISource
            ?? FileSource.Open(path, _filters, misp.EnforceWarninglist, _host.Time, _log);
    }

    private PushOptions OptionsOf(RunRequest request) => new()
    {
        Instance = Settings.Instance,
        Stage = new StageOptions
        {
            Destinations = [],
            ToIdsOnly = Settings.Misp.ToIdsOnly,
            EnforceWarninglist = Settings.Misp.EnforceWarninglist,
            Full = request.Full,
            FullReadEvery = TimeSpan.FromDays(Settings.Misp.FullReadDays),
            Fingerprint = Fingerprints.OfSource(Settings.Misp),
            OnlyEvents = request.Events,
        },
        PolicyFingerprint = destination => Fingerprints.OfDestination(Settings, destination.Info.Name),
        SelectionFingerprint = destination => Fingerprints.OfSelection(Settings, destination.Info.Name),
        MaxDelete = request.MaxDelete ?? Settings.Guard.MaxDelete,
        AcceptChanges = request.AcceptChanges,
        NeverBlock = NeverBlocked(),
        StartsFresh = request.Fresh,
        IsDryRun = request.IsDryRun,
    };

    private string[] NeverBlocked() => [.. Settings.Guard.NeverBlock, .. Fingerprints.OwnHosts(Settings)];
}
