using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Runs;

/// <summary>Takeover of what this installation created while it signed in as another application.</summary>
public sealed class EarlierAppTests : LostLedgerRuns
{
    public EarlierAppTests() => Run.Destinations[0] = new FakeDestination("defender", IndicatorShape.Single)
    {
        Upserts = true,
        HasSharedNamespace = true,
    };

    [Fact]
    public async Task Indicator_of_an_aged_event_is_taken_over_and_left_to_expire()
    {
        Put(1, 2, 3);
        await PushLaterAsync();
        for (var i = 0; i < 3; i++) Service.Held[i] = Service.Held[i] with { Events = [Some.Uuid(i + 1)] };
        SignInAsAnotherApp();
        File.Delete(Run.LedgerPath);
        Run.Source.Aged.Add(Some.Uuid(2));
        Run.Source.AgedAndChanged[Some.Uuid(2)] = Run.Source.Events[Some.Uuid(2)];
        Put(1);
        await PushLaterAsync();

        var taken = await AdoptAsync();

        Assert.Equal((RunOutcome.Done, 3L, 3L), (taken.Outcome, taken.Found[FindingKind.EarlierApp], taken.Repair?.Held));
        Assert.Equal((new PlanCounts(0, 3, 0, 0), new StepTally(3, 0, 0, 0)), (taken.Repair!.Planned, taken.Repair.Tally));
        Assert.Equal(new PlanCounts(0, 0, 0, 1), (await PushLaterAsync()).Planned);
        Assert.Equal(["d1.example", "d2.example"], Values());
    }

    [Fact]
    public async Task Indicator_of_an_unread_event_is_taken_over_and_kept()
    {
        Put(1, 2, 3);
        await PushLaterAsync();
        SignInAsAnotherApp();
        File.Delete(Run.LedgerPath);
        Run.Source.Unreadable.Add(Some.Uuid(2));
        await PushLaterAsync();
        await AdoptAsync();

        Assert.Equal(0, (await PushLaterAsync()).Planned.Delete);
        Assert.Equal(3, Service.Held.Count);

        Run.Source.Unreadable.Clear();
        Assert.Equal(0, (await PushLaterAsync()).Planned.Delete);
        Assert.Equal(0, (await PushLaterAsync()).Planned.Total);
        Assert.Equal(RunOutcome.Done, (await Run.VerifyAsync()).Outcome);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Killed_takeover_is_finished_by_the_next_one(int done)
    {
        Put(1, 2, 3);
        await PushLaterAsync();
        SignInAsAnotherApp();
        File.Delete(Run.LedgerPath);
        Put(1, 2);
        await PushLaterAsync();
        Service.OnRequest = (operation, steps) =>
        {
            foreach (var step in steps.Take(done)) Service.Apply(operation, step);
            throw new InvalidOperationException("killed");
        };
        await Assert.ThrowsAnyAsync<Exception>(() => AdoptAsync());
        Service.OnRequest = null;

        Assert.Equal(RunOutcome.Done, (await AdoptAsync()).Outcome);

        await PushLaterAsync();
        Assert.Equal(["d1.example", "d2.example"], Values());
        Assert.Equal(0, (await PushLaterAsync()).Planned.Total);
    }

    [Fact]
    public async Task Unanswered_takeover_is_reconciled_by_the_next_run()
    {
        Put(1, 2, 3);
        await PushLaterAsync();
        SignInAsAnotherApp();
        File.Delete(Run.LedgerPath);
        Put(1, 2);
        await PushLaterAsync();
        Service.Answer = (operation, step) =>
        {
            Service.Apply(operation, step);
            return new StepOutcome.Unknown("lost on the way back");
        };

        Assert.Equal(RunOutcome.Unreachable, (await AdoptAsync()).Outcome);
        Service.Answer = null;

        await PushLaterAsync();
        Assert.Equal(["d1.example", "d2.example"], Values());
        Assert.Equal(0, (await PushLaterAsync()).Planned.Total);
    }

    [Fact]
    public async Task Indicator_that_the_ledger_holds_stays_held_once()
    {
        Put(1, 2);
        await PushLaterAsync();
        SignInAsAnotherApp();

        Assert.Equal((RunOutcome.Done, 2L), ((await AdoptAsync()).Outcome, (await Run.VerifyAsync()).AsSent));

        Put(1);
        Assert.Equal(new PlanCounts(0, 0, 0, 1), (await PushLaterAsync()).Planned);
        Assert.Equal(["d1.example"], Values());
    }

    [Fact]
    public async Task Verification_without_repair_sends_nothing_and_names_each_once()
    {
        Put(1, 2);
        await PushLaterAsync();
        SignInAsAnotherApp();
        Service.Sent.Clear();

        var found = await Run.VerifyAsync(adopts: true);

        Assert.Equal((RunOutcome.Incomplete, 2), (found.Outcome, Service.OfEarlierApp.Count));
        Assert.Equal(
            [(FindingKind.EarlierApp, "d1.example"), (FindingKind.EarlierApp, "d2.example")],
            Run.Findings.Select(finding => (finding.Kind, Domain(finding.Value!))).Order());
        Assert.Empty(Service.Sent);
    }

    [Fact]
    public async Task Verification_names_what_an_earlier_app_holds_and_has_not_ended()
    {
        Put(1, 2);
        await PushLaterAsync();
        SignInAsAnotherApp();
        Put(1, 2, 3);
        await PushLaterAsync();
        var ended = Service.Held.Single(one => Domain(one.Value) == "d2.example");
        Service.Held[Service.Held.IndexOf(ended)] = ended with { Expires = Run.Time.GetUtcNow() };
        Run.Warnings.Clear();

        await Run.VerifyAsync();

        Assert.Equal(
            ["'defender': held by an earlier app registration: 1 (fake DomainName { Value = d1.example }). Take them over."], Run.Warnings);
    }

    [Fact]
    public async Task Push_with_a_new_ledger_names_what_an_earlier_app_holds()
    {
        Put(1);
        await PushLaterAsync();
        SignInAsAnotherApp();
        LoseLedger();

        await PushLaterAsync();

        Assert.Contains(
            "'defender': held by an earlier app registration: 1 (fake DomainName { Value = d1.example }). Take them over.", Run.Warnings);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "domain d1")]
    [InlineData(3, "domain d1, domain d2, domain d3")]
    [InlineData(4, "domain d1, domain d2, domain d3, …")]
    public void Message_has_three_examples_of_many_values(int count, string examples)
    {
        var values = new CountedValues();
        for (var i = 1; i <= count; i++) values.Add(new IndicatorLabel("domain", $"d{i}"));

        Assert.Equal((count, examples), (values.Count, values.Examples));
    }

    [Fact]
    public async Task Purge_with_a_new_ledger_names_what_an_earlier_app_holds_and_leaves_it()
    {
        Put(1, 2);
        await PushLaterAsync();
        LoseLedger();
        SignInAsAnotherApp();

        await Run.PurgeAsync();

        Assert.Equal(2, Service.Held.Count);
        Assert.Contains(
            Run.Warnings, text => text.StartsWith("'defender': held by an earlier app registration: 2 (", StringComparison.Ordinal));
    }

    private void SignInAsAnotherApp() => Service.OfEarlierApp.UnionWith(Service.Held.Select(one => one.Key));

    private Task<VerifiedDestination> AdoptAsync()
    {
        Run.Time.Advance(TimeSpan.FromMinutes(15));
        return Run.VerifyAsync(repairs: true, adopts: true);
    }

    private Task<DestinationReport> PushLaterAsync()
    {
        Run.Time.Advance(TimeSpan.FromMinutes(15));
        return PushAsync();
    }
}
