using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>
/// Pushes to one destination that gets context objects. Event n has the domain dn.example, and all events are of one organisation.
/// </summary>
public abstract class ContextRuns : IDisposable
{
    private protected const string Moth = "misp-galaxy:threat-actor=\"Grey Moth\"";
    private protected const string Heron = "misp-galaxy:threat-actor=\"Velvet Heron\"";
    private protected const string Phishing = "misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"";
    private protected const string Scripts = "misp-galaxy:mitre-attack-pattern=\"Scripts - T1059\"";

    private protected static readonly string[] MothPhishes =
        ["attack-pattern Phishing", "identity First CERT", "relationship Grey Moth uses Phishing", "threat-actor Grey Moth"];

    private int _changes;

    protected ContextRuns()
    {
        var service = new FakeDestination("sentinel", IndicatorShape.Single) { Upserts = true, IdsNotReusable = true };
        Run.Destinations[0] = service;
        service.Context = new FakeContext(service);
    }

    internal TestRun Run { get; } = new();

    internal FakeDestination Service => Run.Destination;

    internal FakeContext Context => Service.Context!;

    internal IEnumerable<string> Names => Context.Live.Select(one => one.Label).Order(StringComparer.Ordinal);

    public void Dispose()
    {
        Run.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The event as MISP has it from now on.</summary>
    internal MispEvent Event(int number, params string[] tags) =>
        Some.Event(number, Some.Now.AddDays(-2).AddMinutes(++_changes), tags: tags) with
        {
            Organisation = "First CERT",
            OrganisationUuid = Some.Uuid(71),
        };

    private protected void Put(int number, params string[] tags) =>
        Run.Source.Put(Event(number, ["tlp:green", .. tags]), Some.Domain(number));

    /// <summary>The report of the context objects; null where the run has none.</summary>
    private protected static DestinationReport? Of(RunReport report) => report.Destinations.SingleOrDefault(one => one.IsContext);

    private protected async Task<DestinationReport> PushAsync(Func<PushOptions, PushOptions>? with = null) =>
        Of(await Run.PushAsync(with))!;

    private protected Task<DestinationReport> PushEventAsync(int number) => PushAsync(options => options with
    {
        Stage = options.Stage with { OnlyEvents = new HashSet<Guid> { Some.Uuid(number) } },
    });

    private protected Task<DestinationReport> PushInFullAsync() => PushAsync(TestRun.InFull);

    private protected Task<DestinationReport> PushLaterAsync(TimeSpan later)
    {
        Run.Time.Advance(later);
        return PushAsync();
    }

    private protected static TimeSpan Hours(int number) => TimeSpan.FromHours(number);

    /// <summary>The service answers nothing, or what is given, for objects with this name; null: as usual for all.</summary>
    private protected void AnswerFor(string? name, Func<StepOutcome?>? answer = null) => Service.Answer = name is null
        ? null
        : (_, step) => step.Label?.Value != name ? null : answer is null ? new StepOutcome.Rejected("It is not valid.") : answer();

    /// <summary>The process ends after a request of this kind has reached the service, before its answer is recorded.</summary>
    private protected async Task KillAsync(string request)
    {
        Service.OnRequest = (operation, steps) =>
        {
            if ($"{operation} {steps[0].Label?.Type}".Equals(request, StringComparison.OrdinalIgnoreCase) is false) return;
            foreach (var step in steps) Service.Apply(operation, step);
            throw new InvalidOperationException("killed");
        };
        try
        {
            await Run.PushAsync();
        }
        catch (Exception killed) when (killed is InvalidOperationException or AggregateException)
        {
            Service.OnRequest = null;
            return;
        }

        throw new InvalidOperationException($"There was no request '{request}'.");
    }

    /// <summary>A killed run sent a change of the actor that MISP has taken back since.</summary>
    private protected async Task KillDuringChangeThatIsTakenBackAsync()
    {
        Put(1, Moth);
        Put(2);
        await PushAsync();
        Put(2, "tlp:amber", Moth);
        Run.Time.Advance(Hours(1));
        await KillAsync("create threat-actor");
        Assert.Equal("amber", Context.One("threat-actor Grey Moth").Text("tlp"));
        Put(2);
    }

    private protected void LoseLedger()
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Run.LedgerPath)!)) File.Delete(file);
    }
}
