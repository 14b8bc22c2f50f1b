using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using Xunit;

namespace MispGraphSync.Tests.Ledger;

/// <summary>What the ledger knows of single attributes comes with their sources, wherever these are read.</summary>
public sealed class AttributeFactTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Plan_has_the_facts_of_each_source(bool plansEverything)
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1), Some.Domain(2));
        await _run.PushAsync();
        using var ledger = _run.OpenLedger();
        ledger.Run(
            "INSERT INTO fact (source, attribute, score, decayed, confident, false_positives, ends_at) VALUES (1, ?, 29, 1, 0, 2, ?)",
            Some.Uuid(1_000_001), Some.Now);
        if (plansEverything) ledger.Run("UPDATE destination SET plans_everything = 1");
        else ledger.Run("INSERT INTO dirty SELECT destination, observables FROM held");

        var facts = Rows(ledger).ToDictionary(row => row.Source.Attribute, row => row.Facts);

        Assert.Null(facts[Some.Uuid(1_000_002)]);
        var known = new AttributeFacts { DecayScore = 29, IsDecayed = true, FalsePositives = 2, EndsAt = Some.Now };
        Assert.Equal(known, facts[Some.Uuid(1_000_001)]);
        Assert.Equal(known, new IndicatorSourceSearch(ledger).Find(new() { Attribute = Some.Uuid(1_000_001) }, max: 1)[0].Row.Facts);
        Assert.Equal(
            known, new AttributeReader(ledger).All().SelectMany(one => one.Sources).First(row => row.Facts is not null).Facts);
    }

    [Fact]
    public async Task Facts_of_another_source_are_not_those_of_the_same_attribute_here()
    {
        _run.Source.Put(Some.Event(1), Some.Domain(1));
        await _run.PushAsync();
        using var ledger = _run.OpenLedger();
        ledger.Run("INSERT INTO source (id, name) VALUES (2, 'other')");
        ledger.Run("INSERT INTO fact (source, attribute, score) VALUES (2, ?, 5)", Some.Uuid(1_000_001));
        ledger.Run("UPDATE destination SET plans_everything = 1");

        Assert.Equal([null], Rows(ledger).Select(row => row.DecayScore));
    }

    private List<IndicatorSourceRow> Rows(LedgerFile ledger)
    {
        IDestinationLedger sides = new DestinationLedger(ledger, run: 9);
        var state = sides.OpenDestination(
            _run.Destination.Info, _run.Destination.Capabilities.Shape, $"{_run.Destination.Policy}");
        sides.PreparePlan([state], Some.Now);
        return [.. sides.KeysToPlan(state).SelectMany(key => key.Sources.ToList())];
    }
}
