using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

/// <summary>Destinations of one shape are planned side by side.</summary>
public sealed class SharedPlanTests : IDisposable
{
    /// <summary>More than the ledger keeps of one key.</summary>
    private const int Events = 200;

    private readonly TestRun _run = new();

    public SharedPlanTests() => _run.Destinations.AddRange([new("second", kind: "second"), new("third", kind: "third")]);

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Source_is_read_once_for_all_destinations()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        using var ledger = _run.OpenLedger();
        ledger.Run("UPDATE destination SET plans_everything = 1");

        var read = Keys(ledger).Select(one => (one.Destination.Info.Name, one.Key.Sources.Single().Source)).ToList();

        Assert.Equal(["graph", "second", "third", "graph", "second", "third"], read.Select(one => one.Name));
        Assert.Equal(2, read.Select(one => one.Source).Distinct(ReferenceEqualityComparer.Instance).Count());
    }

    [Fact]
    public async Task Each_destination_sees_all_sources_of_a_value_of_many_events()
    {
        for (var i = 0; i < Events; i++) _run.Source.Put(Some.Event(i), Some.Domain(1), Some.Domain(1_000 + i));
        await _run.PushAsync();
        using var ledger = _run.OpenLedger();
        ledger.Run("UPDATE destination SET plans_everything = 1");

        var counts = new List<int>();
        foreach (var (destination, key) in Keys(ledger))
        {
            // One that looks at the first few leaves the others what it has not read.
            if (destination.Info.Name == "second") _ = key.Sources.Take(70).Count();
            else counts.Add(key.Sources.Select(row => row.Event.Context.Uuid).Distinct().Count());
        }

        Assert.Equal([Events, Events], counts.Where(count => count > 1));
        Assert.Equal(2 * (Events + 1), counts.Count);
    }

    [Fact]
    public async Task Destination_that_plans_changes_only_gets_no_other_key()
    {
        for (var i = 0; i < 9; i++) _run.Source.Put(Some.Event(i), Some.Domain(i));
        await _run.PushAsync();
        using var ledger = _run.OpenLedger();
        ledger.Run("UPDATE destination SET plans_everything = 1 WHERE name = 'second'");
        ledger.Run("INSERT INTO dirty SELECT destination, observables FROM held h JOIN destination d ON d.id = h.destination "
            + "WHERE d.name = 'graph' ORDER BY observables LIMIT 2 OFFSET 3");
        // Its sources have gone.
        ledger.Run("INSERT INTO dirty SELECT id, zeroblob(16) FROM destination WHERE name = 'third'");

        var keys = Keys(ledger).ToLookup(one => one.Destination.Info.Name, one => one.Key.Observables);

        Assert.Equal(9, keys["second"].Count());
        Assert.Equal(keys["second"].Skip(3).Take(2), keys["graph"]);
        Assert.Empty(keys["third"]);
    }

    private IEnumerable<(DestinationState Destination, PlanKey Key)> Keys(LedgerFile ledger)
    {
        var sides = new DestinationLedger(ledger, run: 9);
        List<DestinationState> states = [.. _run.Destinations.Select(one =>
            sides.OpenDestination(one.Info, one.Capabilities.Shape, $"{one.Policy}"))];
        sides.PreparePlan(states, Some.Now);
        return sides.KeysToPlan(states);
    }
}
