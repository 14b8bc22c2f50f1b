using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Ledger;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Sentinel;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>Pushes from a source that a test holds, over a real ledger, to a sandbox's workspace; one clock for all.</summary>
internal sealed class SentinelRun : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-").FullName;
    private readonly SandboxTokens _tokens;

    private SentinelRun(TestTransport test, SandboxHost sandbox)
    {
        Test = test;
        Sandbox = sandbox;
        Source = new FakeSource(test.Time);
        _tokens = new SandboxTokens(sandbox);
        Settings = StixSamples.Settings(sandbox.Sentinel, sandbox.Management) with
        {
            WorkspaceId = sandbox.Options.WorkspaceId,
            SubscriptionId = sandbox.Options.SubscriptionId.ToString(),
            ResourceGroup = sandbox.Options.ResourceGroup,
            WorkspaceName = sandbox.Options.WorkspaceName,
        };
    }

    public TestTransport Test { get; }

    public SandboxHost Sandbox { get; }

    public FakeSource Source { get; }

    public SentinelSettings Settings { get; set; }

    public List<string> Warnings { get; } = [];

    public SentinelState Workspace => Sandbox.SentinelState;

    public int TokensAsked => _tokens.Asked;

    public static async Task<SentinelRun> StartAsync(CancellationToken ct)
    {
        var test = new TestTransport();
        return new SentinelRun(test, await SandboxHost.StartAsync(new SandboxOptions { Time = test.Time }, ct));
    }

    public async Task<DestinationReport> PushAsync(Func<PushOptions, PushOptions>? with = null)
    {
        using var ledger = LedgerFile.Open(LedgerPath, isDryRun: false);
        var run = new RunHistory(ledger).Begin("push", Test.Time.GetUtcNow());
        await using var destination = Open();
        var options = new PushOptions
        {
            Instance = "test",
            SelectionFingerprint = _ => "all",
            PolicyFingerprint = one => $"{one.Policy}",
        };
        if (with is not null) options = with(options);
        var steps = new DestinationLedger(ledger, run);
        var push = new Push(
            [new SourceToRead(Source) { Fingerprint = "all" }], new SourceLedger(ledger), [destination], steps, options,
            new Quiet(Warnings), Test.Time);
        return (await Test.PassAsync(push.RunAsync(run, RunControl.None))).Destinations[0];
    }

    public async Task<List<RemoteIndicator>> ReadAsync()
    {
        await using var destination = Open();
        return await Test.PassAsync(destination.ReadAsync(default).ToListAsync().AsTask());
    }

    public void ForgetLedger()
    {
        foreach (var file in Directory.GetFiles(_folder)) File.Delete(file);
    }

    public async ValueTask DisposeAsync()
    {
        _tokens.Dispose();
        await Sandbox.DisposeAsync();
        Test.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private string LedgerPath => Path.Combine(_folder, "ledger.db");

    private SentinelDestination Open() => new SentinelDestination(Settings, Test.Transport, _tokens);

    private sealed class Quiet(List<string> warnings) : IRunObserver
    {
        public void Reading(SourceInfo source, long eventsDone, long eventsInAll) { }

        public void Planned(DestinationInfo destination, PlanCounts counts) { }

        public void Step(DestinationInfo destination, PlanStep step) { }

        public void Applied(DestinationInfo destination, StepTally soFar, long inAll) { }

        public void Warn(string message) => warnings.Add(message);
    }
}
