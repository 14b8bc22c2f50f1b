using MispGraphSync.Commands;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Runs;
using MispGraphSync.Destinations;
using MispGraphSync.Doctor;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Output.Explain;
using MispGraphSync.Policies;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Feed;
using MispGraphSync.Sources.File;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using Serilog.Core;

namespace MispGraphSync.App;

/// <summary>The object graph, built by hand in one place: from settings to what a verb needs.</summary>
internal sealed partial class Composition : IAsyncDisposable
{
    private const int MaxCasesLength = 16 * 1024 * 1024;
    private static readonly TimeSpan DoctorsMaxWait = TimeSpan.FromSeconds(5);

    private readonly ToolHost _host;
    private readonly ConsoleReporter _reporter;
    private readonly Dictionary<string, FilterPlan> _filters;
    private readonly SocketsHttpHandler _sockets;
    private readonly Secrets _secrets;
    private readonly List<IDestination> _opened = [];
    private Logger _log = AppLog.None;

    /// <exception cref="RunFailedException">The filters contradict each other, or caFile holds no certificate.</exception>
    public Composition(AppSettings settings, ToolHost host, ConsoleReporter reporter)
    {
        _host = host;
        _reporter = reporter;
        _filters = settings.Sources.ToDictionary(one => one.Name, FiltersOf, StringComparer.OrdinalIgnoreCase);
        _secrets = SecretsOf(settings, host);
        _sockets = HttpSockets.Create(settings.CaFile, settings.Proxy);
        Settings = settings with { Sources = [.. settings.Sources.Select(one => WithVault(one, () => NewTransport(run: 0)))] };
    }

    public AppSettings Settings { get; }

    private string[] NeverBlock => [.. Settings.Guard.NeverBlock, .. Fingerprints.OwnHosts(Settings), .. Registration.Kinds.NeverBlock];

    public async ValueTask DisposeAsync()
    {
        foreach (var destination in _opened) await destination.DisposeAsync().ConfigureAwait(false);
        AppLog.Close(_log);
        _sockets.Dispose();
    }

    public async Task ReadAsync(ReadRequest request)
    {
        var chosen = Settings.Choose(request.Destination is { } name ? [name] : []);
        if (chosen.Count > 1)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"{chosen.Count} destinations are enabled: {string.Join(", ", chosen.Select(one => one.Name))}.",
                "Name one with --destination.");
        }

        OpenLog(request.Common, isOptional: true);
        using var stop = _host.StopSource();
        try
        {
            var destination = Open(chosen[0], NewTransport(run: 0));
            await destination.PrepareAsync(stop.Token).ConfigureAwait(false);
            var output = request.OutputFor(destination.Info.Name);
            // On the same terminal, what is written as it comes shows how far the listing is.
            if (!_host.IsOutTerminal) _reporter.Begin(source: null, []);
            var listed = 0L;
            if (!request.Count.IsFull)
            {
                await foreach (var indicator in destination.ReadAsync(stop.Token).ConfigureAwait(false))
                {
                    if (request.Count.Takes(indicator)) output.Add(indicator);
                    if (request.Count.IsFull || _host.IsOutputLost) break;
                    if (++listed % 100 == 0) _reporter.Listed(destination.Info, listed);
                }
            }

            _reporter.End();
            output.End();
            if (!request.Common.IsQuiet && !_host.IsOutputLost)
                _host.Error.WriteLine(WrappedText.Wrap(request.Count.Text(destination.Info.Name), _host.ErrorWidth()));
        }
        catch (Exception fault)
        {
            Failures.Log(_log, "read", fault, _host);
            throw;
        }
        finally
        {
            _reporter.End();
        }
    }

    /// <summary>Tries the rules on cases. Filters are not evaluated.</summary>
    /// <exception cref="RunFailedException">InvalidInput: there is no such file, or it has faults.</exception>
    public PolicyTestResult TestPolicy(string file)
    {
        if (!File.Exists(file)) throw new RunFailedException(RunOutcome.InvalidInput, $"There is no file {Sanitize.ForDisplay(file)}.");
        var names = Settings.Destinations.Select(one => one.Name).ToList();
        var sources = Settings.Sources.Select(one => one.Name).ToList();
        var text = SettingsFile.Load(file, "file of cases", MaxCasesLength);
        var cases = new PolicyCaseReader(file, names, sources, _host.Time.GetUtcNow()).Read(text);
        var transport = NewTransport(run: 0);
        return new PolicyTest(
            Settings, one => Open(one with { EventFilters = [], Sources = [] }, transport), new NeverBlock(NeverBlock),
            _host.Time.GetUtcNow()).Run(cases);
    }

    public PolicyExplanation ExplainPolicy(LedgerFile ledger, string asked) =>
        NewExplainer(ledger).ExplainPolicy(asked, new NeverBlock(NeverBlock));

    /// <summary>Answers where a value comes from and what happened to it.</summary>
    public Explainer NewExplainer(LedgerFile ledger) =>
        new(ledger, KnownDestinations(ledger), Settings.Instance, Settings.Logs.Directory, _host.Time.GetUtcNow());

    /// <summary>Ask each MISP server for a value that the ledger does not know.</summary>
    public IEnumerable<ValueSearch> NewValueSearches() => Settings.Sources.Where(one => one.IsServer)
        .Select(one => new ValueSearch(one, Settings.CaFile, Settings.Proxy, _host.Time, _log, _secrets));

    /// <summary>The enabled destinations of the settings, then the others in the ledger.</summary>
    public List<ExplainedDestination> KnownDestinations(LedgerFile ledger)
    {
        var neverBlock = new NeverBlock(NeverBlock);
        var transport = NewTransport(run: 0);
        var rows = DestinationRow.All(ledger);
        var enabled = Settings.Destinations.Where(one => one.Enabled).Select(one => Open(one, transport)).ToList();
        var others = rows.Where(row => !enabled.Exists(one => row.Is(one.Info)));
        return
        [
            .. enabled.Select(one => new ExplainedDestination(
                rows.FirstOrDefault(row => row.Is(one.Info)), one, new Eligibility(one, neverBlock, _host.Time.GetUtcNow()))),
            .. others.Select(row => new ExplainedDestination(row, Enabled: null, Eligibility: null)),
        ];
    }

    /// <summary>Unlike a run, the doctor repeats a request only one time, and does not wait long.</summary>
    public DoctorContext OpenDoctor(
        SettingsInspection inspection, IReadOnlyList<DestinationSettings> chosen, bool writes, CancellationToken ct)
    {
        var logError = LocalChecks.ErrorOfWritingTo(Settings.Logs.Directory);
        var metricsError = Settings.MetricsTextfile is { } file
            ? MetricsFile.FindObstacle(file) ?? LocalChecks.ErrorOfWritingTo(Path.GetDirectoryName(file)!)
            : null;
        _log = AppLog.Create(Settings.Logs, isDebug: false, isOptional: true, _host.Time, _secrets);
        return NewDoctor(
            logError is null, Endpoint.Of(Settings, chosen, Registration.Kinds), chosen,
            (connectivity, sources, destinations) =>
                DoctorContext.All(inspection, logError, metricsError, connectivity, sources, destinations, writes), ct);
    }

    /// <summary>The checks that test one answer of <c>config init</c>. They leave no file.</summary>
    public DoctorContext OpenAnswerTest(AnswerTest test, DestinationSettings? destination, CancellationToken ct) => NewDoctor(
        isLogged: false, AnswerChecks.Endpoints(test, Settings, destination, Registration.Kinds), destination is null ? [] : [destination],
        (connectivity, sources, destinations) => AnswerChecks.Of(test, connectivity, sources, destinations.SingleOrDefault()), ct);

    private DoctorContext NewDoctor(
        bool isLogged, IReadOnlyList<Endpoint> endpoints, IReadOnlyList<DestinationSettings> chosen,
        Func<Connectivity, IReadOnlyList<MispContext>, DestinationChecks[], IReadOnlyList<Check>> select, CancellationToken ct)
    {
        var kinds = Registration.Kinds;
        var logging = isLogged ? Settings.Logs : Settings.Logs with { Requests = RequestLogging.None };
        var transport = NewTransport(run: 0, new RetryOptions { MaxRetries = 1, MaxWait = DoctorsMaxWait }) with
        {
            Log = new RequestLog(logging, run: 0, _host.Time, secrets: _secrets),
        };
        var connectivity = new Connectivity(endpoints, Settings, _host.Time, ct);
        MispContext[] sources = [.. Settings.Sources.Select(one =>
            new MispContext(Settings, WithVault(one, () => transport), _filters[one.Name], connectivity, transport, ct))];
        DestinationChecks[] destinations =
            [.. chosen.Select(one => kinds.Of(one).Checks(new CheckInput(kinds, one, transport, connectivity.SkipIfUnreachableAsync, ct)))];
        return new DoctorContext(select(connectivity, sources, destinations), async () =>
        {
            foreach (var destination in destinations) await destination.DisposeAsync().ConfigureAwait(false);
            foreach (var source in sources) source.Dispose();
            connectivity.Dispose();
            await DisposeAsync().ConfigureAwait(false);
        });
    }

    private void OpenLog(CommonArguments common, bool isOptional) =>
        _reporter.Log = _log = AppLog.Create(Settings.Logs, common.IsVeryVerbose, isOptional, _host.Time, _secrets);

    private Transport NewTransport(long run, RetryOptions? retries = null) => new()
    {
        Time = _host.Time,
        Sockets = _sockets,
        Log = new RequestLog(Settings.Logs, run, _host.Time, _reporter.Request, _secrets),
        AppLog = _log,
        ResolveSecret = async (secret, ct) => _secrets.Add(await secret.ResolveAsync(ct).ConfigureAwait(false)),
        RetryOptions = retries ?? new RetryOptions { OnPause = _reporter.Paused },
    };

    private IDestination Open(DestinationSettings settings, Transport transport)
    {
        var destination = Registration.Kinds.Create(DestinationEvents.WithEvents(settings), transport);
        _opened.Add(destination);
        return destination;
    }

    private static FilterPlan FiltersOf(MispSettings source) => FilterPlan.Parse(source.EventFilters, out var faults)
        ?? throw new RunFailedException(RunOutcome.InvalidInput, string.Join('\n', faults));

    private List<SourceToRead> OpenSources(RunRequest request) => request.Input is { } input
        ? [ToRead(Settings.Sources[0], OpenSaved(Path.GetFullPath(input, _host.WorkingDirectory), SavedOptions(Settings.Sources[0])))]
        : Settings.ChooseSources(request.Sources).ConvertAll(one => ToRead(one, OpenSource(one)));

    private SourceToRead ToRead(MispSettings settings, ISource source) => new(source)
    {
        ToIdsOnly = settings.ToIdsOnly,
        EnforceWarninglist = settings.EnforceWarninglist,
        FullReadEvery = TimeSpan.FromDays(settings.FullReadDays),
        Fingerprint = Fingerprints.OfSource(settings),
        Reports = new ReportOptions
        {
            ReadsScores = settings.Decay is not null,
            Threshold = settings.Decay?.Threshold,
            ScoreIsConfidence = settings.Decay is { AsConfidence: true },
            ReadsSightings = settings.Expirations != ExpirationSightings.None || NeedsSightings,
            NeedsSightings = NeedsSightings,
            Expirations = $"{settings.Expirations}",
        },
    };

    private bool NeedsSightings => Enabled.Any(one => one.Policy.Rules.Any(rule => rule.Asks(RuleKey.FalsePositives)));

    private ISource OpenSource(MispSettings source)
    {
        if (source.IsServer)
            return MispSource.Open(source, Settings.CaFile, Settings.Proxy, _filters[source.Name], _host.Time, _log, _secrets);
        var label = Settings.Sources.Count == 1 ? "misp.path" : $"misp.{source.Name}.path";
        var options = SavedOptions(source) with { Name = source.Name, Setting = label };
        try
        {
            if (source.Kind == MispSettings.File) return FileSource.Open(source.Path!, options);
            return FeedSource.Find(source.Path!, options, _reporter.Warn) ?? throw new RunFailedException(
                RunOutcome.Unreachable, $"There is no MISP feed at {source.Path}: it has no manifest.json of one.", $"Check {label}.");
        }
        catch (RunFailedException failure)
        {
            return new MissingSource(source.Name, source.Kind, failure);
        }
    }

    private ISource OpenSaved(string path, SavedSourceOptions options) =>
        FeedSource.Find(path, options, _reporter.Warn) ?? FileSource.Open(path, options);

    private SavedSourceOptions SavedOptions(MispSettings source) =>
        new(_filters[source.Name], source.EnforceWarninglist, _host.Time, _log);

    private static MispSettings WithVault(MispSettings misp, Func<Transport> transport) =>
        misp.VaultSignIn is not { } signIn ? misp : misp with
        {
            Key = misp.Key?.WithVault((secret, ct) => new KeyVaultClient(signIn, transport()).GetAsync(secret, ct)),
            SightingsKey = misp.SightingsKey?.WithVault((secret, ct) => new KeyVaultClient(signIn, transport()).GetAsync(secret, ct)),
        };

    // Secrets that are known before any is resolved: the proxies' passwords, and what a managed identity's endpoint is asked with.
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
}
