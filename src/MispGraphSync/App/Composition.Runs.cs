using MispGraphSync.Commands;
using MispGraphSync.Core.Runs;
using MispGraphSync.Core.Sending;
using MispGraphSync.Http;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;

namespace MispGraphSync.App;

// Every run, whatever it does, has the same frame: log, lock, ledger, number, clock, end. However it ends, its end is recorded.
internal sealed partial class Composition
{
    private ClockGuard? _clock;

    public async Task<FinishedRun> RunAsync(RunRequest request)
    {
        var started = _host.Time.GetTimestamp();
        _reporter.OnStep = request.OnStep;
        using var deadline = new CancellationTokenSource(request.MaxDuration ?? Timeout.InfiniteTimeSpan, _host.Time);
        using var control = new RunControl(_host.Interrupt, deadline.Token, _host.Abort);
        try
        {
            OpenLog(request.Common, isOptional: request.IsDryRun);
            var chosen = Settings.Choose(request.Destinations);
            using var held = await LockAsync(request.Wait < request.MaxDuration ? request.Wait : request.MaxDuration ?? request.Wait)
                .ConfigureAwait(false);
            using var warning = _reporter.WarnOnInterrupt();
            using var ledger = Settings.Ledger is { } file
                ? LedgerFile.Open(file, isDryRun: request.IsDryRun)
                : LedgerFile.OpenInMemory();
            var run = await RunLockedAsync(request, chosen, ledger, control).ConfigureAwait(false);
            WriteMetrics(request, run.Report.Outcome, run.Report.Duration, run.Report);
            return run;
        }
        catch (Exception fault)
        {
            Failures.Log(_log, NameOf(request.Verb), fault, _host);
            WriteMetrics(request, Failures.OutcomeOf(fault, _host), _host.Time.GetElapsedTime(started));
            throw;
        }
        finally
        {
            _reporter.End();
        }
    }

    private Task<RunLock> LockAsync(TimeSpan wait) => RunLock.TakeAsync(Settings.LockedFile, wait, _host.Time, _host.Interrupt, who =>
        _reporter.Warn($"{who} Waiting up to {Durations.Text(wait)} for it to finish."));

    private async Task<FinishedRun> RunLockedAsync(
        RunRequest request, List<DestinationSettings> chosen, LedgerFile ledger, RunControl control)
    {
        var isPush = request.Verb is RunVerb.Push or RunVerb.Plan or RunVerb.Retry;
        var stamps = Settings.Ledger is null
            ? null
            : new RunStamps(ledger, Settings.Logs.Directory, RunStamps.HostName(_host.Environment));
        // A number that is rolled back is given again: a verify that only looks must not leave request files under it.
        var id = isPush || !request.IsDryRun ? BeginRun(request, ledger, stamps) : 0;
        var clock = _clock = request.IsDryRun ? null : new ClockGuard(_host.Time, _sockets, _log);
        _log.Information("Run {Run} started: {Command}", id, NameOf(request.Verb));
        try
        {
            var retries = new RetryOptions
            {
                OnPause = _reporter.Paused,
                Deadline = _host.Time.GetUtcNow() + request.MaxDuration,
                Stop = control.Stop,
            };
            var transport = NewTransport(id, retries) with { Clocks = clock };
            if (!request.IsDryRun) stamps?.WriteBegin(_host.Time.GetUtcNow());
            if (clock is not null) await CheckClockAsync(clock, chosen, ledger, control).ConfigureAwait(false);
            var destinations = chosen.ConvertAll(one => Open(one, transport));
            if (request.IsDryRun && request.Verb != RunVerb.Verify)
                destinations = destinations.ConvertAll(IDestination (one) => new DryRunDestination(one));

            var run = new OpenRun(id, chosen, destinations, ledger, transport, control);
            var report = await WorkAsync(request, run).ConfigureAwait(false);
            var rejections = request.IsDryRun
                ? RejectionGroups.None
                : RejectionGroups.OfRun(new Rejections(ledger).List(id, destination: null));
            RunLog.Ended(_log, report, rejections);
            RecordEnd(ledger, report, RunJson.Text(report));
            if (!request.IsDryRun) stamps?.WriteEnd(_host.Time.GetUtcNow());
            return new FinishedRun(report, rejections) { HasLedger = Settings.Ledger is not null };
        }
        catch (Exception fault)
        {
            RecordEnd(ledger, ReportOf(id, Failures.OutcomeOf(fault, _host)), json: null);
            throw;
        }
        finally
        {
            if (!request.IsDryRun && clock is not { IsWrong: true }) LogRetention.Tidy(Settings.Logs, _host.Time.GetUtcNow());
        }
    }

    private Task<RunReport> WorkAsync(RunRequest request, OpenRun run)
    {
        if (request.Verb is RunVerb.Push or RunVerb.Plan) return PushAsync(request, run);
        _reporter.Begin(source: null, run.Limits);
        return request.Verb switch
        {
            RunVerb.Retry => new Retry(run.Destinations, run.DestinationLedger, PushOptionsOf(request), _reporter, _host.Time)
                .RunAsync(run.Id, run.Control),
            RunVerb.Verify => VerifyAsync(request, run),
            _ => new Purge(run.Destinations, run.DestinationLedger, PurgeOptionsOf(request), _reporter, _host.Time, request.ConfirmAsync)
                .RunAsync(run.Id, run.Control),
        };
    }

    private async Task<RunReport> PushAsync(RunRequest request, OpenRun run)
    {
        var sources = OpenSources(request);
        try
        {
            _reporter.Begin(sources[0].Source.Info.Name, run.Limits);
            var push = new Push(
                sources, new SourceLedger(run.Ledger), run.Destinations, run.DestinationLedger, PushOptionsOf(request), _reporter,
                _host.Time);
            return await push.RunAsync(run.Id, run.Control).ConfigureAwait(false);
        }
        finally
        {
            foreach (var connection in sources.Select(one => one.Source).OfType<IDisposable>()) connection.Dispose();
        }
    }

    private async Task<RunReport> VerifyAsync(RunRequest request, OpenRun run)
    {
        var started = _host.Time.GetTimestamp();
        var foreign = request.TakesOverFrom is { } tool ? ForeignTools(tool, run) : [];
        var options = new VerifyOptions
        {
            Instance = Settings.Instance,
            Sources = Settings.Sources.Select(one => one.Name).ToHashSet(),
            PolicyFingerprint = FingerprintOf,
            NeverBlock = NeverBlock,
            Repairs = !request.IsDryRun,
            ForeignToolAt = destination => foreign.GetValueOrDefault(destination),
            MaxDelete = request.MaxDelete ?? Settings.Guard.MaxDelete,
        };
        var verification = new Verification(
            run.Destinations, run.DestinationLedger, options, _reporter, _host.Time,
            (result, findings) => _reporter.Write(() => request.OnVerified(result, findings)));
        var results = await verification.RunAsync(run.Control).ConfigureAwait(false);
        return ReportOf(run.Id, RunOutcomes.Worst([run.Control.Outcome, .. results.Select(result => result.Outcome)])) with
        {
            Duration = _host.Time.GetElapsedTime(started),
            Destinations = [.. results.Select(result => result.ToReport())],
        };
    }

    private Dictionary<IDestination, ForeignTool> ForeignTools(string tool, OpenRun run)
    {
        var found = new Dictionary<IDestination, ForeignTool>();
        var kind = Registration.Kinds.TakeoverFrom(tool);
        foreach (var (settings, destination) in run.Settings.Zip(run.Destinations).Where(one => one.First.Kind == kind.Name))
        {
            var foreign = kind.Takeover!.At(tool, destination, settings, run.Transport);
            found[destination] = foreign;
            if (foreign.At != destination) _opened.Add(foreign.At);
        }

        return found.Count > 0 ? found : throw new RunFailedException(
            RunOutcome.InvalidInput, $"--adopt: {tool} left nothing at a destination that is enabled: it pushed to the kind '{kind.Name}'.",
            "Enable one of that kind, or name it with --destination.");
    }

    private PushOptions PushOptionsOf(RunRequest request) => new()
    {
        Instance = Settings.Instance,
        Stage = new StageOptions
        {
            Full = request.Full,
            OnlyEvents = request.Events,
            Details = DestinationEvents.DetailsFor(Enabled) + Fingerprints.DetailsForRules(Enabled),
            ForRules = Enabled.Any(one => !one.Policy.Rules.IsEmpty),
            OtherPolicies = [.. Enabled.Select(one => one.Policy).Where(policy => !policy.Rules.IsEmpty)],
            FindMatches = DestinationEvents.FinderFor(Enabled),
        },
        PolicyFingerprint = FingerprintOf,
        SelectionFingerprint = destination => Fingerprints.OfSelection(Settings, destination.Info.Name),
        MaxDelete = request.MaxDelete ?? Settings.Guard.MaxDelete,
        AcceptChanges = request.AcceptChanges,
        NeverBlock = NeverBlock,
        ReadsAllSources = request is { Input: null, Sources: [] },
        OtherSources = request is { Input: null, Sources: [] } ? []
            : [.. Settings.Sources.Where(one => !one.IsServer || one.Url is not null).Select(one => one.Name).Except(request.Sources)],
        SharesPlace = destination => Settings.Destinations.Any(one =>
            !one.Enabled && one.Info with { Name = "" } == destination.Info with { Name = "" }),
        MayHaveLostRecords = _mayHaveLostRecords,
        HasNoLedger = Settings.Ledger is null,
        IsDryRun = request.IsDryRun,
    };

    private PurgeOptions PurgeOptionsOf(RunRequest request) => new()
    {
        Instance = Settings.Instance,
        PolicyFingerprint = FingerprintOf,
        IsDryRun = request.IsDryRun,
    };

    // Whatever a run is limited to, as much is known of each event as every destination needs.
    private IEnumerable<DestinationSettings> Enabled => Settings.Destinations.Where(one => one.Enabled);

    // Where what is taken depends on the time, everything is planned on the first run of each day.
    private string FingerprintOf(IDestination destination)
    {
        var settings = Fingerprints.OfDestination(Settings, destination.Info.Name);
        return destination.Policy.DependsOnTime ? $"{settings} {_host.Time.GetUtcNow().UtcDateTime:yyyy-MM-dd}" : settings;
    }

    /// <summary>The report of a run that read no source.</summary>
    private static RunReport ReportOf(long run, RunOutcome outcome) => new()
    {
        RunId = run,
        Status = RunReport.StatusOf(outcome),
        Outcome = outcome,
        Duration = TimeSpan.Zero,
        Source = SourceReport.None,
        Destinations = [],
    };

    private void RecordEnd(LedgerFile ledger, RunReport report, string? json)
    {
        if (report.RunId == 0) return;
        try
        {
            new RunHistory(ledger).End(
                report.RunId, report.Status.Slug(), ExitCodes.Of(report.Outcome), json, _host.Time.GetUtcNow());
        }
        catch (RunFailedException fault) when (fault.IsOfLedger && report.Outcome != RunOutcome.Done)
        {
            // An earlier failure is reported already; this one follows from it.
        }
    }

    private void WriteMetrics(RunRequest request, RunOutcome outcome, TimeSpan duration, RunReport? report = null)
    {
        if (!request.WritesMetrics || Settings.MetricsTextfile is not { } file) return;
        var metrics = new PushMetrics { Ended = _host.Time.GetUtcNow(), Outcome = outcome, Duration = duration, Report = report };
        if (_clock is { } clock) metrics = metrics with { ClockOffsets = clock.Offsets };
        if (MetricsFile.Write(file, metrics) is { } warning) _reporter.Warn(warning);
    }

    private static string NameOf(RunVerb verb) => verb == RunVerb.Retry ? "errors --retry" : verb.ToString().ToLowerInvariant();

    /// <summary>What a run has while it holds the lock.</summary>
    private sealed record OpenRun(
        long Id, IReadOnlyList<DestinationSettings> Settings, IReadOnlyList<IDestination> Destinations, LedgerFile Ledger,
        Transport Transport, RunControl Control)
    {
        public DestinationLedger DestinationLedger { get; } = new(Ledger, Id);

        public IEnumerable<(string Destination, int RequestsPerMinute)> Limits => Settings.Select(one => (one.Name, one.RequestsPerMinute));
    }
}
