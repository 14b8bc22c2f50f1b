using MispGraphSync.Core.Ports;
using MispGraphSync.Core.Runs;

namespace MispGraphSync.Tests.Runs;

/// <summary>Pushes to one destination whose ledger is lost in between. Event n has the domain dn.example.</summary>
public abstract class LostLedgerRuns : IDisposable
{
    internal TestRun Run { get; } = new();

    internal FakeDestination Service => Run.Destination;

    public void Dispose()
    {
        Run.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void LoseLedger()
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(Run.LedgerPath)!)) File.Delete(file);
    }

    /// <summary>d2.example is revoked and wanted again, which the new ledger cannot know.</summary>
    private protected async Task LoseLedgerAfterRevocationAsync()
    {
        Put(1, 2);
        await PushAsync();
        Put(1);
        await PushAsync();
        LoseLedger();
        Put(1, 2);
    }

    private protected void Put(params int[] numbers)
    {
        for (var i = 1; i <= 9; i++) Run.Source.Remove(Some.Event(i));
        foreach (var number in numbers) Run.Source.Put(Some.Event(number), Some.Domain(number));
    }

    private protected async Task<DestinationReport> PushAsync(Func<PushOptions, PushOptions>? with = null) =>
        (await Run.PushAsync(with)).Destinations[0];

    /// <summary>Lets the time pass while a run waits for the list.</summary>
    private protected async Task<T> WithTimeAsync<T>(Task<T> push)
    {
        while (!push.IsCompleted)
        {
            Run.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        return await push;
    }

    private protected IEnumerable<string> Values() => Service.Held.Select(one => Domain(one.Value)).Order();

    private protected static string Domain(string canonical) => canonical["DomainName { Value = ".Length..^2];
}
