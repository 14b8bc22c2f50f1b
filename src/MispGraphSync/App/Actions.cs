using System.Text.Json;
using MispGraphSync.Commands;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Destinations;
using MispGraphSync.Doctor;
using MispGraphSync.Hits;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Output.Explain;
using MispGraphSync.Output.Report;
using MispGraphSync.Policies;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.App;

/// <summary>What the verbs do, from the settings file on. Each call builds what it needs and disposes of it.</summary>
internal sealed class Actions(ToolHost host)
{
    /// <summary>Push, plan, retry, verify or purge.</summary>
    public async Task<FinishedRun> RunAsync(RunRequest request)
    {
        var needsMisp = request is { Verb: RunVerb.Push or RunVerb.Plan, Input: null };
        // What is named is verified or purged also where it is disabled.
        var enabled = request.Verb is RunVerb.Verify or RunVerb.Purge ? request.Destinations : [];
        var inspection = Inspect(request.Common.Config, needsMisp, enabled);
        await using var composition = Compose(request, inspection);
        return await composition.RunAsync(request).ConfigureAwait(false);
    }

    private Composition Compose(RunRequest request, SettingsInspection inspection)
    {
        try
        {
            var settings = Checked(inspection);
            if (request.Verb is RunVerb.Retry or RunVerb.Verify) _ = settings.RequiredLedger;
            return new Composition(settings, host, new ConsoleReporter(host, request.Common, request.PrintsRequests));
        }
        catch (RunFailedException failure) when (request.WritesMetrics && inspection.Settings.MetricsTextfile is not null)
        {
            var metrics = new PushMetrics { Ended = host.Time.GetUtcNow(), Outcome = failure.Outcome, Duration = TimeSpan.Zero };
            if (MetricsFile.Write(inspection.Settings.MetricsTextfile, metrics) is { } warning) host.Warn(warning);
            throw;
        }
    }

    /// <summary>Lists the destination that is named, or the only one enabled.</summary>
    public async Task ReadAsync(ReadRequest request)
    {
        await using var composition = NewComposition(request.Common, ReadSettings(request.Common.Config, needsMisp: false, enabled: []));
        await composition.ReadAsync(request).ConfigureAwait(false);
    }

    public async Task<HitsReport> HitsAsync(HitsRequest request)
    {
        await using var composition = NewComposition(request.Common, ReadSettings(request.Common.Config, needsMisp: false, enabled: []));
        return await composition.HitsAsync(request).ConfigureAwait(false);
    }

    /// <summary>Tries the rules on the cases of a file.</summary>
    public async Task<PolicyTestResult> TestPolicyAsync(CommonArguments common, string file)
    {
        await using var composition = NewComposition(common, ReadOfflineSettings(common));
        return composition.TestPolicy(file);
    }

    /// <summary>Shows which rule decides what about a value or UUID.</summary>
    public async Task<PolicyExplanation> ExplainPolicyAsync(CommonArguments common, string asked)
    {
        await using var composition = NewComposition(common, ReadOfflineSettings(common));
        using var ledger = OpenToRead(composition.Settings);
        return composition.ExplainPolicy(ledger, asked);
    }

    public async Task<Explanation> ExplainAsync(ExplainRequest request)
    {
        await using var composition = NewComposition(request.Common, ReadOfflineSettings(request.Common));
        using var ledger = OpenToRead(composition.Settings);
        var explanation = composition.NewExplainer(ledger).Explain(request.Asked);
        if (explanation.IsSeen || !request.AsksMisp) return explanation;
        using var stop = host.StopSource();
        // The explanation is complete without the answer of a server.
        var (found, notes) = (new List<MispHit>(), new List<string>());
        var answers = 0;
        foreach (var search in composition.NewValueSearches())
        {
            try
            {
                found.AddRange(await search.FindAsync(ValueVariants.Of(request.Asked), stop.Token).ConfigureAwait(false));
                answers++;
            }
            catch (RunFailedException failure)
            {
                notes.Add(failure.Message);
            }
        }

        return explanation with
        {
            InMisp = answers > 0 ? found : null,
            MispNote = notes.Count > 0 ? string.Join(' ', notes.Distinct()) : null,
        };
    }

    public async Task<ReportData> GatherReportAsync(CommonArguments common)
    {
        await using var composition = NewComposition(common, ReadOfflineSettings(common));
        var settings = composition.Settings;
        return WithLedger(settings, (ledger, owner) => ReportData.Gather(
            ledger, StatusReport.Gather(ledger, settings, owner, ReportData.RecentRuns, host.Time.GetUtcNow()),
            composition.KnownDestinations(ledger), settings.Logs.Directory, Registration.Kinds));
    }

    public StatusReport GatherStatus(CommonArguments common, int runs)
    {
        var settings = ReadOfflineSettings(common);
        return WithLedger(settings, (ledger, owner) => StatusReport.Gather(ledger, settings, owner, runs, host.Time.GetUtcNow()));
    }

    /// <summary>How this program reads settings.</summary>
    public ReaderOptions ReaderOptions { get; } = new()
    {
        Table = Registration.Kinds.Table,
        FilterFaults = FilterFaults,
        OwnFilterFaults = DestinationEvents.FaultsOf,
        FilterWarnings = FilterWarnings,
        WorkingDirectory = host.WorkingDirectory,
    };

    /// <summary>The settings for a verb that reads only the ledger: without a secret, where none is given.</summary>
    public AppSettings ReadOfflineSettings(CommonArguments common) =>
        Checked(Inspect(common.Config, needsMisp: false, enabled: [], needsSecrets: false));

    /// <summary>Whether a ledger is kept; also true for settings with faults, which the run reports.</summary>
    public bool HasLedger(CommonArguments common)
    {
        try
        {
            return Inspect(common.Config, needsMisp: false, enabled: []) is { Faults.Count: > 0 } or { Settings.Ledger: not null };
        }
        catch (RunFailedException)
        {
            return true;
        }
    }

    /// <summary>For a shell that completes a line, as is the next; nothing where the settings have faults.</summary>
    public IEnumerable<string> DestinationNames(string? config) =>
        Suggest(config, settings => settings.Destinations.Select(one => one.Name));

    public IEnumerable<string> SourceNames(string? config) =>
        Suggest(config, settings => settings.Sources.Select(one => one.Name));

    public IEnumerable<string> RunNumbers(string? config) => Suggest(config, settings =>
    {
        using var ledger = LedgerFile.OpenToRead(settings.RequiredLedger);
        return [.. new RunHistory(ledger).Latest(10).Select(run => $"{run.Id}")];
    });

    private IReadOnlyList<string> Suggest(string? config, Func<AppSettings, IEnumerable<string>> words)
    {
        try
        {
            return [.. words(SettingsReader.Read(config, host.Environment, ReaderOptions).Settings)];
        }
        catch (RunFailedException)
        {
            return [];
        }
    }

    public DoctorContext OpenDoctor(DoctorRequest request, CancellationToken ct)
    {
        SettingsInspection inspection;
        try
        {
            // First as they are: an unknown name is a fault of the command line, not of the settings.
            inspection = Inspect(request.Config, needsMisp: true, enabled: []);
            if (inspection.Faults.Count == 0) inspection.Settings.CheckNames(request.Destinations);
            if (request.Destinations.Count > 0) inspection = Inspect(request.Config, needsMisp: true, request.Destinations);
        }
        catch (RunFailedException failure)
        {
            return new DoctorContext(DoctorContext.SettingsOnly(LocalChecks.Settings(failure)));
        }

        if (inspection.Faults.Count > 0) return new DoctorContext(DoctorContext.SettingsOnly(LocalChecks.Settings(inspection)));
        var chosen = inspection.Settings.Choose(request.Destinations);
        try
        {
            var quiet = new CommonArguments(request.Config, IsQuiet: true, IsVerbose: false, IsVeryVerbose: false);
            var composition = new Composition(inspection.Settings, host, new ConsoleReporter(host, quiet, printsRequests: false));
            return composition.OpenDoctor(inspection, chosen, request.Writes, ct);
        }
        catch (RunFailedException failure)
        {
            // Such as a caFile without a certificate.
            return new DoctorContext(DoctorContext.SettingsOnly(LocalChecks.Settings(failure)));
        }
    }

    /// <summary>Tests an answer of <c>config init</c> by doctor's checks: what is wrong, and what shows that it works.</summary>
    public async Task<IReadOnlyList<AnswerFinding>> TestAnswerAsync(AnswerTest test, SettingsInspection soFar, string? destination)
    {
        using var stop = host.StopSource();
        var found = new List<CheckResult>();
        var (successes, skipped) = (new List<CheckResult>(), new List<CheckResult>());
        try
        {
            var quiet = new CommonArguments(soFar.File, IsQuiet: true, IsVerbose: false, IsVeryVerbose: false);
            var composition = new Composition(soFar.Settings, host, new ConsoleReporter(host, quiet, printsRequests: false));
            var settings = soFar.Settings.Destinations.FirstOrDefault(one => one.Name == destination);
            await using var doctor = composition.OpenAnswerTest(test, settings, stop.Token);
            await foreach (var (check, results) in CheckRunner.RunAsync(doctor.Checks, host.Time, stop.Token).ConfigureAwait(false))
            {
                found.AddRange(results.Where(one => one.Status is CheckStatus.Failed or CheckStatus.Warning));
                skipped.AddRange(results.Where(one => one.Status == CheckStatus.Skipped));
                if (AnswerChecks.ShowsSuccess(test, check)) successes.AddRange(results.Where(one => one.Status == CheckStatus.Ok));
            }
        }
        catch (RunFailedException failure)
        {
            found.Add(CheckResult.FromFailure(failure));
        }

        if (!found.Exists(one => one.Status == CheckStatus.Failed)) found.InsertRange(0, successes);
        if (found.Count == 0) found.AddRange(skipped.Distinct());
        return [.. found.Select(one => new AnswerFinding(one.Status.Slug(), one.Cause, one.Remedy, one.Status == CheckStatus.Failed))];
    }

    /// <summary>What is wrong with one event filter, in sentences.</summary>
    private static IEnumerable<string> FilterFaults(JsonElement filter)
    {
        _ = EventFilter.Parse(filter, out var faults);
        return faults;
    }

    /// <summary>What in one event filter is allowed, and probably not meant.</summary>
    private static IEnumerable<string> FilterWarnings(JsonElement filter) => EventFilter.Parse(filter, out _)?.Warnings ?? [];

    private Composition NewComposition(CommonArguments common, AppSettings settings) =>
        new(settings, host, new ConsoleReporter(host, common, printsRequests: false));

    private AppSettings ReadSettings(string? config, bool needsMisp, IReadOnlyList<string> enabled) =>
        Checked(Inspect(config, needsMisp, enabled));

    private AppSettings Checked(SettingsInspection inspection)
    {
        if (inspection.Faults.Count > 0) throw inspection.ToException();
        foreach (var warning in inspection.Warnings) host.Warn(warning);
        return inspection.Settings;
    }

    private SettingsInspection Inspect(string? config, bool needsMisp, IReadOnlyList<string> enabled, bool needsSecrets = true) =>
        SettingsReader.Inspect(config, host.Environment, ReaderOptions with
        {
            NeedsMisp = needsMisp,
            NeedsSecrets = needsSecrets,
            Overrides = enabled.Distinct().ToDictionary(name => $"destinations.{name}.enabled", _ => "true"),
        });

    /// <summary>
    /// Opens the ledger to read, and warns of one that is lost or older than the last run: it does not show what was sent.
    /// </summary>
    public LedgerFile OpenToRead(AppSettings settings)
    {
        var ledger = LedgerFile.OpenToRead(settings.RequiredLedger);
        var mismatch = new RunStamps(ledger, settings.Logs.Directory, RunStamps.HostName(host.Environment)).Check();
        // A run in progress may have begun after the ledger was opened.
        if (mismatch.Kind >= StampMismatchKind.Older && RunLock.OwnerOf(settings.RequiredLedger) is null)
            host.Warn($"{mismatch.Message} It does not show what the destinations hold: the next push lists them.");
        return ledger;
    }

    private T WithLedger<T>(AppSettings settings, Func<LedgerFile, LockOwner?, T> read)
    {
        // The owner first: the other way round, a run that ends in between would be shown as killed.
        var owner = RunLock.OwnerOf(settings.RequiredLedger);
        using var ledger = OpenToRead(settings);
        return read(ledger, owner);
    }
}
