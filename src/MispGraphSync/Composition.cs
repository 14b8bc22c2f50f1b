using System.Text.Json;
using MispGraphSync.Commands;
using MispGraphSync.Configuration;
using MispGraphSync.Core.Sync;
using MispGraphSync.Destinations;
using MispGraphSync.Explaining;
using MispGraphSync.Http;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.SignIn;
using MispGraphSync.Sources;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using Serilog;
using Serilog.Core;

namespace MispGraphSync;

/// <summary>The object graph, built by hand in one place: from settings to a run, or to one destination.</summary>
internal sealed partial class Composition : IAsyncDisposable
{
    private readonly ToolHost _host;
    private readonly Talk _talk;
    private readonly FilterPlan _filters;
    private Logger _log = new LoggerConfiguration().CreateLogger();
    private readonly SocketsHttpHandler _sockets;
    private readonly List<IDestination> _explained = [];

    private Composition(Settings settings, FilterPlan filters, ToolHost host, Talk talk)
    {
        Settings = settings with { Misp = settings.Misp with { Key = WithVault(settings.Misp) } };
        _filters = filters;
        _host = host;
        _talk = talk;
        _sockets = HttpSockets.Create(settings.CaFile, settings.Proxy);
    }

    public Settings Settings { get; }

    /// <summary>Reads the settings and says what should be known of them. An <paramref name="input"/> takes MISP's place.</summary>
    /// <param name="enabling">Destinations that count as enabled, whatever the settings say.</param>
    /// <exception cref="RunFailedException">Usage, with every fault there is.</exception>
    public static Composition Load(string? config, string? input, ToolHost host, Talk talk, IReadOnlyList<string>? enabling = null)
    {
        var options = new ReaderOptions
        {
            CheckFilter = CheckFilter,
            DoubtFilter = DoubtFilter,
            NeedsMisp = input is null,
            WorkingDirectory = host.WorkingDirectory,
            Overrides = (enabling ?? []).Distinct().ToDictionary(name => $"destinations.{name}.enabled", _ => "true"),
        };
        var reading = SettingsReader.Read(config, host.Environment, options);
        foreach (var warning in reading.Warnings) talk.Warn(warning);
        var filters = FilterPlan.Parse(reading.Settings.Misp.EventFilters, out var faults)
            ?? throw new RunFailedException(ExitCode.Usage, string.Join('\n', faults));
        return new Composition(reading.Settings, filters, host, talk);
    }

    /// <summary>One push or dry run, from the lock to the ledger's last word.</summary>
    public Task<RunReport> RunAsync(RunRequest request, Talk talk, Action<DestinationInfo, PlanStep>? onStep) =>
        RunAsync(request, talk, onStep, async (run, destinations, ledger, control) =>
        {
            using var source = OpenSource(request.Input);
            talk.Begin(source.Source.Info.Name, Allowed(destinations));
            return await new Push(source.Source, destinations, ledger, OptionsOf(request), talk, _host.Time).RunAsync(run, control).ConfigureAwait(false);
        });

    /// <summary>Sends again what was turned down.</summary>
    public Task<RunReport> RetryAsync(RunRequest request, Talk talk) =>
        RunAsync(request, talk, onStep: null, (run, destinations, ledger, control) =>
        {
            talk.Begin(source: null, Allowed(destinations));
            return new Retry(destinations, ledger, OptionsOf(request), talk, _host.Time).RunAsync(run, control);
        });

    /// <summary>What a run's destinations turned down, by reason. A dry run turns nothing down.</summary>
    public RunFailures FailuresOf(RunReport report, bool isDryRun)
    {
        if (isDryRun || report.Destinations.All(one => one.Tally.Rejected == 0)) return RunFailures.None;
        using var ledger = OpenLedgerToRead();
        return RunFailures.Of(new Rejections(ledger).List(report.RunId, destination: null));
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
        var live = Settings.Destinations.Where(one => one.Enabled).Select(one => DestinationKinds.Create(one, transport)).ToList();
        _explained.AddRange(live);
        var destinations = live.Select(one => new ExplainedDestination(rows.FirstOrDefault(row => row.Is(one.Info)), one, new Eligibility(one, neverBlock)))
            .Concat(rows.Where(row => !live.Exists(one => row.Is(one.Info))).Select(row => new ExplainedDestination(row, Live: null, Takes: null)));
        return [.. destinations];
    }

    /// <summary>Asks MISP for a value that the ledger does not know.</summary>
    public ValueSearch NewValueSearch() => new(Settings.Misp, Settings.CaFile, Settings.Proxy, _host.Time, _log);

    private async Task<RunReport> RunAsync(
        RunRequest request, Talk talk, Action<DestinationInfo, PlanStep>? onStep, Func<long, List<IDestination>, PushLedger, RunControl, Task<RunReport>> work)
    {
        talk.OnStep = (destination, step) => Note(destination, step, onStep);
        var chosen = Choose(request.Destinations);
        _log = AppLog.Create(Settings.Logs, talk.IsVeryVerbose, isOptional: request.IsDryRun);
        using var deadline = new CancellationTokenSource(request.MaxDuration ?? Timeout.InfiniteTimeSpan, _host.Time);
        using var control = new RunControl(_host.Interrupt, deadline.Token, _host.Abort);
        var wait = request.Wait < request.MaxDuration ? request.Wait : request.MaxDuration ?? request.Wait;
        using var held = await LockAsync(wait, talk).ConfigureAwait(false);
        using var told = talk.TellOnInterrupt();
        using var ledger = LedgerFile.Open(Settings.Ledger, rollsBack: request.IsDryRun);
        var history = new RunHistory(ledger);
        var run = history.Begin(request.Command, _host.Time.GetUtcNow());
        _log.Information("Run {Run} started: {Command}", run, request.Command);

        var transport = NewTransport(run, request.MaxDuration is { } limit ? _host.Time.GetUtcNow() + limit : null, control);
        var destinations = chosen.Select(one => Destination(one, transport, request.IsDryRun)).ToList();
        try
        {
            var report = await work(run, destinations, new PushLedger(new StagingLedger(ledger), new PlanLedger(ledger), new RecordLedger(ledger, run)), control).ConfigureAwait(false);
            Close(history, run, report);
            _log.Information("Run {Run} ended: {Status}, exit {ExitCode}", run, RunJson.Slug(report.Status), (int)report.ExitCode);
            if (!request.IsDryRun)
            {
                if (Settings.MetricsTextfile is { } metrics) MetricsFile.Write(metrics, report, _host.Time.GetUtcNow());
                LogRetention.Tidy(Settings.Logs, _host.Time.GetUtcNow());
            }

            return report;
        }
        catch (RunFailedException failure)
        {
            Close(history, run, failure);
            throw;
        }
        finally
        {
            talk.End();
            foreach (var destination in destinations) await destination.DisposeAsync().ConfigureAwait(false);
        }
    }

    private Task<RunLock> LockAsync(TimeSpan wait, Talk talk) => RunLock.TakeAsync(
        Settings.Ledger, wait, _host.Time, _host.Interrupt, who => talk.Warn($"{who} This one is waiting for its end, up to {Durations.Text(wait)}."));

    // A ledger that could not be written has been told of in the report already.
    private void Close(RunHistory history, long run, RunReport report)
    {
        try
        {
            history.End(run, RunJson.Slug(report.Status), report.ExitCode, RunJson.Text(report), _host.Time.GetUtcNow());
        }
        catch (RunFailedException fault) when (fault.IsOfLedger && report.ExitCode != ExitCode.Ok)
        {
        }
    }

    private void Close(RunHistory history, long run, RunFailedException failure)
    {
        try
        {
            history.End(run, RunJson.Slug(RunStatus.Failed), failure.Code, report: null, _host.Time.GetUtcNow());
        }
        catch (RunFailedException fault) when (fault.IsOfLedger)
        {
            // What failed first is what the user needs to hear of.
        }
    }

    /// <summary>The destination to list: the one named, or the only one enabled.</summary>
    public IDestination DestinationToRead(string? name)
    {
        var enabled = Choose(name is null ? [] : [name]);
        if (enabled.Count > 1)
        {
            throw new RunFailedException(
                ExitCode.Usage, $"{enabled.Count} destinations are enabled: {string.Join(", ", enabled.Select(one => one.Name))}.", "Name one with --destination.");
        }

        _log = AppLog.Create(Settings.Logs, _talk.IsVeryVerbose, isOptional: true);
        return Destination(enabled[0], NewTransport(run: 0, deadline: null), isDryRun: false);
    }

    private void Note(DestinationInfo destination, PlanStep step, Action<DestinationInfo, PlanStep>? onStep)
    {
        if (onStep is not null) _talk.Write((onStep, destination, step), static told => told.onStep(told.destination, told.step));
        if (_talk.IsVeryVerbose) _log.Debug("{Destination}: {Action} {Key} ({Reason}) {Value}", destination.Name, step.Action.ToString(), step.Key, step.Reason, Printable.Line(step.Value ?? "", 200));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var destination in _explained) await destination.DisposeAsync().ConfigureAwait(false);
        await _log.DisposeAsync().ConfigureAwait(false);
        _sockets.Dispose();
    }

    /// <summary>What is wrong with one event filter, in sentences.</summary>
    public static IEnumerable<string> CheckFilter(JsonElement filter)
    {
        _ = EventFilter.Parse(filter, out var faults);
        return faults;
    }

    /// <summary>What in one event filter is allowed, and probably not meant.</summary>
    public static IEnumerable<string> DoubtFilter(JsonElement filter) => EventFilter.Parse(filter, out _)?.Doubts ?? [];

    private List<DestinationSettings> Choose(IReadOnlyList<string> names) => Choose(Settings, names);

    private static List<DestinationSettings> Choose(Settings settings, IReadOnlyList<string> names)
    {
        CheckNames(settings, names);
        var chosen = settings.Destinations.Where(one => names.Count == 0 ? one.Enabled : names.Contains(one.Name)).ToList();
        return chosen.Count > 0 ? chosen : throw new RunFailedException(ExitCode.Usage, "No destination is enabled.", "Set \"enabled\": true for one in the settings.");
    }

    private static void CheckNames(Settings settings, IReadOnlyList<string> names)
    {
        foreach (var name in names.Where(name => settings.Destinations.All(one => one.Name != name)))
        {
            throw new RunFailedException(
                ExitCode.Usage, $"There is no destination '{Printable.Line(name, 80)}'.", $"The settings have: {string.Join(", ", settings.Destinations.Select(one => one.Name))}.");
        }
    }

    private Transport NewTransport(long run, DateTimeOffset? deadline, RunControl? control = null) => new()
    {
        Time = _host.Time,
        Sockets = _sockets,
        Log = new RequestLog(Settings.Logs, run, _host.Time, _talk.Request),
        AppLog = _log,
        ResolveSecret = (secret, ct) => secret.ResolveAsync(ct),
        OnPause = _talk.Paused,
        Deadline = deadline,
        Stop = control?.Stop ?? CancellationToken.None,
    };

    private SecretReference? WithVault(MispSettings misp) => misp.KeyFetcher is { } fetcher
        ? misp.Key!.WithVault((secret, ct) => new KeyVault(fetcher, NewTransport(run: 0, deadline: null)).GetAsync(secret, ct))
        : misp.Key;

    private IEnumerable<(string Destination, int RequestsPerMinute)> Allowed(IEnumerable<IDestination> destinations) =>
        from destination in destinations
        join one in Settings.Destinations on destination.Info.Name equals one.Name
        select (one.Name, one.RequestsPerMinute);

    private static IDestination Destination(DestinationSettings settings, Transport transport, bool isDryRun)
    {
        var destination = DestinationKinds.Create(settings, transport);
        return isDryRun ? new DryDestination(destination) : destination;
    }

    private OpenedSource OpenSource(string? input) => input is null
        ? OpenedSource.OfServer(Settings, _filters, _host.Time, _log)
        : OpenedSource.OfPath(Path.GetFullPath(input, _host.WorkingDirectory), Settings, _filters, _host.Time, _log, _talk.Warn);

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
            Fingerprint = Fingerprints.OfReading(Settings.Misp),
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
