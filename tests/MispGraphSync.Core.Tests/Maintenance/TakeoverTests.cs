using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Maintenance;

/// <summary>Takeover from another tool: its indicators that ours is beside are removed, and no others.</summary>
public sealed class TakeoverTests : IDisposable
{
    private readonly TestRun _run = new();
    private readonly Dictionary<string, Hash128> _observables = [];

    private FakeDestination Service => _run.Destination;

    /// <summary>The event that another tool's indicators name; null: they name none.</summary>
    private Guid? Event { get; set; }

    /// <summary>The other tool's indicators are like ours.</summary>
    private bool RecognisesAll { get; set; }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task Indicator_of_the_other_tool_that_doubles_ours_is_found_and_removed_by_its_id()
    {
        await PushAsync(3);
        var left = Leave(1);
        Leave(9);

        var found = await VerifyAsync();

        Assert.Equal((RunOutcome.Incomplete, 1L, 1L), (found.Outcome, found.Found[FindingKind.LeftBehind], found.LegacyKept));
        var finding = _run.Findings.Single(one => one.Kind == FindingKind.LeftBehind);
        Assert.Equal((left.Id, left.Key, RepairKind.Remove), (finding.Id, finding.Key, finding.Repair));
        Assert.Equal(5, Service.Held.Count);

        var repaired = await VerifyAsync(repairs: true);

        Assert.Equal((RunOutcome.Done, 1L, 1L), (repaired.Outcome, repaired.Repair!.Planned.Delete, repaired.Repair.Tally.Accepted));
        Assert.Equal((left.Key, left.Id), (_run.Steps.Single().Key, _run.Steps.Single().Id));
        Assert.Equal(StepReasons.Legacy, _run.Steps.Single().Reason);
        Assert.Equal(["id-1", "id-2", "id-3", "legacy-9"], Service.Held.Select(one => one.Id).Order());
        Assert.Equal(0, (await _run.PushAsync()).Destinations[0].Planned.Total);
    }

    [Fact]
    public async Task Indicator_of_the_other_tool_stays_while_ours_is_not_listed()
    {
        await PushAsync(2);
        Leave(1);
        Service.Held.RemoveAt(0);

        Assert.Equal(1, (await VerifyAsync()).LegacyKept);
    }

    [Fact]
    public async Task Indicator_that_has_expired_is_left_alone()
    {
        await PushAsync(2);
        Leave(1, expires: Some.Now);

        var found = await VerifyAsync();

        Assert.Equal((0L, 0L), (found.Found.GetValueOrDefault(FindingKind.LeftBehind), found.LegacyKept));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public async Task Indicator_that_names_an_event_is_removed_only_where_ours_is_of_that_event(int @event, int count)
    {
        await PushAsync(2);
        Leave(1);
        Event = Some.Uuid(@event);

        Assert.Equal(count, (await VerifyAsync()).Found.GetValueOrDefault(FindingKind.LeftBehind));
    }

    [Fact]
    public async Task Indicator_that_is_listed_twice_counts_once()
    {
        await PushAsync(2);
        Service.Held.Add(Leave(1));

        Assert.Equal(1, (await VerifyAsync()).Found[FindingKind.LeftBehind]);
    }

    [Fact]
    public async Task Our_own_indicator_is_never_taken_for_one_of_the_other_tool()
    {
        await PushAsync(2);
        RecognisesAll = true;

        var found = await VerifyAsync();

        Assert.Equal((0L, 2L), (found.Found.GetValueOrDefault(FindingKind.LeftBehind), found.LegacyKept));
    }

    [Fact]
    public async Task More_removals_than_the_limit_allows_are_withheld()
    {
        await PushAsync(3);
        Leave(1);
        Leave(2);
        var limit = new DeletionLimit(1, IsPercent: false);

        var result = await VerifyAsync(repairs: true, limit);

        Assert.Equal(RunOutcome.DeletionsWithheld, result.Outcome);
        Assert.Equal(new Failure.TakeoverWithheld("graph", "old-tool", 2, 5, limit), result.Failure?.Failure);
        Assert.Equal(5, Service.Held.Count);
        Assert.Equal(RunOutcome.Done, (await VerifyAsync(repairs: true, new DeletionLimit(2, IsPercent: false))).Outcome);
        Assert.Equal(3, Service.Held.Count);
    }

    [Fact]
    public async Task Removal_at_a_service_that_fails_is_reported_as_its_failure()
    {
        await PushAsync(2);
        Leave(1);
        Service.OnRequest = (_, _) => throw new RunFailedException(RunOutcome.Unreachable, "The service is down.");

        var result = await VerifyAsync(repairs: true);

        Assert.Equal((RunOutcome.Unreachable, 1L), (result.Outcome, result.Repair!.Tally.NotAttempted + result.Repair.Tally.Unknown));
    }

    private async Task PushAsync(int count)
    {
        _run.Source.Put(Some.Event(1), Some.Domains(1, count));
        await _run.PushAsync();
        foreach (var step in _run.Steps) _observables[step.Value!] = step.Observables;
        _run.Time.Advance(TimeSpan.FromHours(1));
    }

    private FakeIndicator Leave(int number, DateTimeOffset? expires = null)
    {
        var one = new FakeIndicator(
            $"legacy-{number}", Guid.NewGuid(), $"DomainName {{ Value = d{number}.example }}", "{}", expires ?? Some.Now.AddDays(9));
        Service.Held.Add(one);
        return one;
    }

    private async Task<VerifiedDestination> VerifyAsync(bool repairs = false, DeletionLimit? limit = null) =>
        (await _run.VerifyAllAsync(repairs, with: options => options with
        {
            MaxDelete = limit ?? options.MaxDelete,
            ForeignToolAt = destination => new ForeignTool("old-tool", destination, Recognise),
        }))[0];

    private LegacyIndicator? Recognise(RemoteIndicator there) =>
        RecognisesAll || there.Id!.StartsWith("legacy", StringComparison.Ordinal)
            ? new LegacyIndicator(there, _observables.GetValueOrDefault(there.Value), Event)
            : null;
}
