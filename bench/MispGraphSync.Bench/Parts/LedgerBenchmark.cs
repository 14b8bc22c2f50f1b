using BenchmarkDotNet.Attributes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;

namespace MispGraphSync.Bench.Parts;

/// <summary>Supports into the ledger, the plan out of it, and its steps built; of 10,000 attributes each.</summary>
[MemoryDiagnoser]
public class LedgerBenchmark
{
    private static readonly DateTimeOffset Now = new(2026, 1, 3, 0, 0, 0, TimeSpan.Zero);

    private static readonly TakesEverything Destination = new();
    private List<(MispEvent Event, List<IndicatorSource> Supports)> _events = [];
    private string _folder = "";
    private int _file;

    [GlobalSetup]
    public async Task SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("misp-graph-bench-").FullName;
        var context = new MapContext("misp", Guid.Empty, ToIdsOnly: true, EnforceWarninglist: true);
        _events = [.. (await SampleEvents.ReadAsync(SampleEvents.Json(events: 100, attributes: 100)))
            .Select(read => (read.Event, read.Items.SelectMany(item => Mapper.Map(item, context).Sources).ToList()))];
        using var ledger = LedgerFile.Open(Path.Combine(_folder, "staged.db"), isDryRun: false);
        Stage(ledger);
    }

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(_folder, recursive: true);

    [Benchmark(OperationsPerInvoke = 10_000)]
    public void Stage()
    {
        using var ledger = LedgerFile.Open(Path.Combine(_folder, $"{_file++}.db"), isDryRun: false);
        Stage(ledger);
    }

    [Benchmark(OperationsPerInvoke = 10_000)]
    public long Plan()
    {
        using var ledger = LedgerFile.Open(Path.Combine(_folder, "staged.db"), isDryRun: true);
        return Plan(new DestinationLedger(ledger, run: 1), NewPlanner()).Total;
    }

    [Benchmark(OperationsPerInvoke = 10_000)]
    public long PlanAndBuild()
    {
        using var ledger = LedgerFile.Open(Path.Combine(_folder, "staged.db"), isDryRun: true);
        var planner = NewPlanner();
        var plan = new DestinationLedger(ledger, run: 1);
        Plan(plan, planner);
        var memory = plan.OpenDestination(Destination.Info, Destination.Capabilities.Shape, "");
        var bytes = 0L;
        foreach (var planned in plan.ReadSteps(memory, StepAction.Create)) bytes += planner.Build(planned.Key, planned.Step).Body.Length;
        return bytes;
    }

    private static Planner NewPlanner()
    {
        var facts = new PlanFacts(Now, "bench", new HashSet<string> { "misp" }, LooksAtDestination: false);
        return new Planner(Destination, new Eligibility(Destination, new NeverBlock([]), facts.Now), facts, _ => null);
    }

    private static PlanCounts Plan(IDestinationLedger plan, Planner planner)
    {
        var memory = plan.OpenDestination(Destination.Info, Destination.Capabilities.Shape, "");
        plan.PreparePlan([memory], Now);
        foreach (var key in plan.KeysToPlan(memory))
        {
            if (planner.Decide(key) is PlanDecision.Step step) plan.AddStep(memory, key, step.Decision);
        }

        return plan.CountSteps(memory);
    }

    private void Stage(LedgerFile ledger)
    {
        var staging = new SourceLedger(ledger);
        var source = staging.OpenSource(new SourceInfo("misp", "misp"));
        staging.BeginListing(source);
        foreach (var (read, sources) in _events)
        {
            using var writer = staging.WriteEvent(read, Now);
            foreach (var row in sources) writer.Add(row);
            var context = new MispEvent { Uuid = read.Uuid, Info = read.Info, Date = read.Date, Timestamp = read.Timestamp };
            writer.Complete(context with { Tags = read.Tags });
        }

        staging.EndReading();
    }
}
