using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;
using MispGraphSync.Core.Sending;
using MispGraphSync.Ledger;
using MispGraphSync.Output;

namespace MispGraphSync.Tests;

/// <summary>Runs pushes over a real ledger in a folder of its own, with a source and destinations that a test holds.</summary>
internal sealed class TestRun : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-").FullName;

    public FakeTimeProvider Time { get; } = new(Some.Now);

    public FakeSource Source => Sources[0];

    public List<FakeSource> Sources { get; } = [];

    public List<FakeDestination> Destinations { get; } = [new FakeDestination()];

    public FakeDestination Destination => Destinations[0];

    /// <summary>Takes the place of the doubles.</summary>
    public IDestination? Real { get; set; }

    public string LedgerPath => Path.Combine(_folder, "ledger.db");

    public string Instance { get; set; } = "misp-graph";

    /// <summary>Part of the reading's fingerprint: a test changes it to say that the filters changed.</summary>
    public string Filters { get; set; } = "all";

    /// <summary>What is read of single attributes.</summary>
    public ReportOptions Reports { get; set; } = new();

    /// <summary>Part of every destination's selection: a test changes it to say that settings choose other indicators.</summary>
    public string Settings { get; set; } = "";

    /// <summary>The ledger of the current run; null between runs.</summary>
    public LedgerFile? AtWork { get; private set; }

    /// <summary>False: the end of a run is not recorded, as on a full disk.</summary>
    public bool EndsRuns { get; set; } = true;

    public List<PlanStep> Steps { get; } = [];

    /// <summary>Called with the number of steps taken from the plan, after each.</summary>
    public Action<int>? OnStep { get; set; }

    /// <summary>The plans that were announced, by destination.</summary>
    public List<(string Destination, PlanCounts Counts)> Plans { get; } = [];

    public List<string> Warnings { get; } = [];

    /// <summary>How often the ledger ran a statement in the last push or plan.</summary>
    public long StatementsRun { get; private set; }

    /// <summary>How many instructions those took: they grow with the rows that were looked at.</summary>
    public long InstructionsRun { get; private set; }

    /// <summary>Of the last verification, for all destinations.</summary>
    public List<Finding> Findings { get; } = [];

    /// <summary>The options of a full read that somebody asked for.</summary>
    public static PushOptions InFull(PushOptions options) => options with { Stage = options.Stage with { Full = true } };

    public TestRun() => Sources.Add(new FakeSource(Time));

    public Task<RunReport> PushAsync(Func<PushOptions, PushOptions>? with = null, RunControl? control = null) =>
        RunAsync(isDryRun: false, Sources, with, control);

    public Task<RunReport> PushFromAsync(FakeSource source, Func<PushOptions, PushOptions>? with = null) =>
        RunAsync(isDryRun: false, [source], with, control: null);

    public Task<RunReport> PlanAsync(Func<PushOptions, PushOptions>? with = null) => RunAsync(isDryRun: true, Sources, with, control: null);

    /// <summary>Sends rejected indicators again.</summary>
    public Task<RunReport> RetryAsync(Func<PushOptions, PushOptions>? with = null) => RunAsync(
        isDryRun: false, "errors --retry", with, (run, destinations, ledger, options) =>
            new Retry(destinations, ledger, options, new Observer(this), Time).RunAsync(run, RunControl.None));

    /// <param name="adopts">Takes over what an earlier app registration created.</param>
    public async Task<VerifiedDestination> VerifyAsync(bool repairs = false, RunControl? control = null, bool adopts = false) =>
        (await VerifyAllAsync(repairs, control, options => options with
        {
            ForeignToolAt = destination => adopts ? new ForeignTool("earlier-app", destination, Recognise: null) : null,
        }))[0];

    /// <summary>Context objects have a result of their own, after that of their destination.</summary>
    public async Task<IReadOnlyList<VerifiedDestination>> VerifyAllAsync(
        bool repairs = false, RunControl? control = null, Func<VerifyOptions, VerifyOptions>? with = null)
    {
        Steps.Clear();
        Findings.Clear();
        using var ledger = LedgerFile.Open(LedgerPath, isDryRun: !repairs);
        var run = new RunHistory(ledger).Begin("verify", Time.GetUtcNow());
        var options = new VerifyOptions
        {
            Instance = Instance,
            Sources = Sources.Select(source => source.Info.Name).ToHashSet(),
            PolicyFingerprint = destination => $"{destination.Policy}",
            Repairs = repairs,
        };
        var sides = new DestinationLedger(ledger, run);
        var verification = new Verification(
            [.. Destinations], sides, with?.Invoke(options) ?? options, new Observer(this), Time,
            (_, findings) => Findings.AddRange(findings));
        var results = await verification.RunAsync(control ?? RunControl.None);
        new RunHistory(ledger).End(run, "completed", ExitCodes.Of(results[0].Outcome), "{}", Time.GetUtcNow());
        return results;
    }

    public async Task<RunReport> PurgeAsync(
        bool isDryRun = false, RunControl? control = null, Func<DestinationInfo, long, bool>? confirm = null)
    {
        Steps.Clear();
        using var ledger = LedgerFile.Open(LedgerPath, isDryRun);
        var run = new RunHistory(ledger).Begin("purge", Time.GetUtcNow());
        var options = new PurgeOptions
        {
            Instance = Instance,
            PolicyFingerprint = destination => $"{destination.Policy}",
            IsDryRun = isDryRun,
        };
        var sides = new DestinationLedger(ledger, run);
        var destinations = Destinations.Select(one => isDryRun ? new DryRunDestination(one) : (IDestination)one).ToList();
        var purge = new Purge(destinations, sides, options, new Observer(this), Time, (info, count) =>
            Task.FromResult(confirm?.Invoke(info, count) ?? true));
        return await purge.RunAsync(run, control ?? RunControl.None);
    }

    public LedgerFile OpenLedger() => LedgerFile.Open(LedgerPath, isDryRun: false);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<RunReport> RunAsync(
        bool isDryRun, IReadOnlyList<FakeSource> sources, Func<PushOptions, PushOptions>? with, RunControl? control) =>
        RunAsync(
        isDryRun, "push", with, (run, destinations, ledger, options) =>
            new Push(
                [.. sources.Select(one => new SourceToRead(one) { Fingerprint = Filters, Reports = Reports })], new SourceLedger(AtWork!),
                destinations, ledger, options, new Observer(this), Time)
                .RunAsync(run, control ?? RunControl.None));

    private async Task<RunReport> RunAsync(
        bool isDryRun, string command, Func<PushOptions, PushOptions>? with, Func<long, IReadOnlyList<IDestination>, IDestinationLedger,
        PushOptions, Task<RunReport>> work)
    {
        Steps.Clear();
        using var ledger = LedgerFile.Open(LedgerPath, isDryRun);
        var run = new RunHistory(ledger).Begin(command, Time.GetUtcNow());
        var options = new PushOptions
        {
            Instance = Instance,
            PolicyFingerprint = destination => $"{destination.Policy}",
            SelectionFingerprint = destination => $"{destination.Policy.MaxTlp} {Settings}",
            IsDryRun = isDryRun,
        };
        var destinations = (Real is null ? (IEnumerable<IDestination>)Destinations : [Real])
            .Select(one => isDryRun ? new DryRunDestination(one) : one)
            .ToList();
        AtWork = ledger;
        var report = await work(run, destinations, new DestinationLedger(ledger, run), with?.Invoke(options) ?? options);
        AtWork = null;
        if (!EndsRuns) return report;
        new RunHistory(ledger).End(run, report.Status.ToString(), ExitCodes.Of(report.Outcome), "{}", Time.GetUtcNow());
        (StatementsRun, InstructionsRun) = (ledger.StatementsRun, ledger.InstructionsRun);
        return report;
    }

    private sealed class Observer(TestRun run) : IRunObserver
    {
        public void Reading(SourceInfo source, long eventsDone, long eventsInAll) { }

        public void Planned(DestinationInfo destination, PlanCounts counts)
        {
            lock (run.Steps) run.Plans.Add((destination.Name, counts));
        }

        public void Step(DestinationInfo destination, PlanStep step)
        {
            lock (run.Steps)
            {
                run.Steps.Add(step);
                run.OnStep?.Invoke(run.Steps.Count);
            }
        }

        public void Applied(DestinationInfo destination, StepTally soFar, long inAll) { }

        public void Warn(string message) => run.Warnings.Add(message);
    }
}
