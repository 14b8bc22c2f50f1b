using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Core.Sync;
using MispGraphSync.Ledger;

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

    public List<PlanStep> Steps { get; } = [];

    public List<string> Warnings { get; } = [];

    public TestRun() => Sources.Add(new FakeSource(Time));

    public Task<RunReport> PushAsync(Func<PushOptions, PushOptions>? with = null, RunControl? control = null) => RunAsync(isDryRun: false, Source, with, control);

    public Task<RunReport> PushFromAsync(FakeSource source) => RunAsync(isDryRun: false, source, with: null, control: null);

    public Task<RunReport> PlanAsync(Func<PushOptions, PushOptions>? with = null) => RunAsync(isDryRun: true, Source, with, control: null);

    /// <summary>Sends again what was turned down.</summary>
    public Task<RunReport> RetryAsync(Func<PushOptions, PushOptions>? with = null) => RunAsync(
        isDryRun: false, "errors --retry", with, (run, destinations, ledger, options) => new Retry(destinations, ledger, options, new Observer(this), Time).RunAsync(run, RunControl.Endless));

    public LedgerFile OpenLedger() => LedgerFile.Open(LedgerPath, rollsBack: false);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<RunReport> RunAsync(bool isDryRun, FakeSource source, Func<PushOptions, PushOptions>? with, RunControl? control) => RunAsync(
        isDryRun, "push", with, (run, destinations, ledger, options) => new Push(source, destinations, ledger, options, new Observer(this), Time).RunAsync(run, control ?? RunControl.Endless));

    private async Task<RunReport> RunAsync(
        bool isDryRun, string command, Func<PushOptions, PushOptions>? with, Func<long, IReadOnlyList<IDestination>, PushLedger, PushOptions, Task<RunReport>> work)
    {
        Steps.Clear();
        using var ledger = LedgerFile.Open(LedgerPath, isDryRun);
        var run = new RunHistory(ledger).Begin(command, Time.GetUtcNow());
        var options = new PushOptions
        {
            Instance = Instance,
            Stage = new StageOptions { Destinations = [], Fingerprint = Filters },
            PolicyFingerprint = destination => $"{destination.Policy}",
            IsDryRun = isDryRun,
        };
        var destinations = (Real is null ? (IEnumerable<IDestination>)Destinations : [Real]).Select(one => isDryRun ? new DryDestination(one) : one).ToList();
        var report = await work(run, destinations, new PushLedger(new StagingLedger(ledger), new PlanLedger(ledger), new RecordLedger(ledger, run)), with?.Invoke(options) ?? options);
        new RunHistory(ledger).End(run, report.Status.ToString(), report.ExitCode, "{}", Time.GetUtcNow());
        return report;
    }

    private sealed class Observer(TestRun run) : IRunObserver
    {
        public void Reading(SourceInfo source, long eventsDone, long eventsInAll) { }

        public void Planned(DestinationInfo destination, PlanCounts counts) { }

        public void Step(DestinationInfo destination, PlanStep step)
        {
            lock (run.Steps) run.Steps.Add(step);
        }

        public void Applied(DestinationInfo destination, StepTally soFar, long inAll) { }

        public void Warn(string message) => run.Warnings.Add(message);
    }
}
