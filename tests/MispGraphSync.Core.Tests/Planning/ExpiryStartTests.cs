using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

/// <summary>Lifetimes that are counted from MISP's times: <c>daysToExpireFrom</c>.</summary>
public sealed class ExpiryStartTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(ExpiryStart.Sent, 30)]
    [InlineData(ExpiryStart.LastSeen, 20)]
    [InlineData(ExpiryStart.Attribute, 27)]
    public async Task Lifetime_is_counted_from_the_time_that_the_setting_names(ExpiryStart start, int daysLeft)
    {
        Put(lastSeenDaysAgo: 10);

        await PushAsync(start);

        Assert.Equal(Some.Now.AddDays(daysLeft), Assert.Single(_run.Destination.Held).Expires);
    }

    [Fact]
    public async Task Attribute_without_last_seen_counts_from_its_last_change()
    {
        Put(lastSeenDaysAgo: null);

        await PushAsync(ExpiryStart.LastSeen);

        Assert.Equal(Some.Now.AddDays(27), Assert.Single(_run.Destination.Held).Expires);
    }

    [Fact]
    public async Task Last_seen_at_the_end_of_all_time_is_no_limit()
    {
        Put(lastSeenDaysAgo: (Some.Now - DateTimeOffset.MaxValue).TotalDays + 1);

        await PushAsync(ExpiryStart.LastSeen);

        Assert.Equal(Some.Now.AddDays(30), Assert.Single(_run.Destination.Held).Expires);
    }

    [Fact]
    public async Task Indicator_with_an_end_is_never_renewed()
    {
        Put(lastSeenDaysAgo: 10);
        await PushAsync(ExpiryStart.LastSeen);

        foreach (var days in (double[])[10, 9, 0.9, 0.2, 30])
        {
            _run.Time.Advance(TimeSpan.FromDays(days));
            Assert.Equal(0, (await PushAsync(ExpiryStart.LastSeen)).Planned.Total);
        }
    }

    [Fact]
    public async Task Later_last_seen_lengthens_the_life_in_one_step()
    {
        Put(lastSeenDaysAgo: 10);
        await PushAsync(ExpiryStart.LastSeen);

        Put(lastSeenDaysAgo: 1, changed: true);
        Assert.Equal(new PlanCounts(0, 0, 1, 0), (await PushAsync(ExpiryStart.LastSeen)).Planned);

        Assert.Equal(Some.Now.AddDays(29), Assert.Single(_run.Destination.Held).Expires);
        Assert.Equal(0, (await PushAsync(ExpiryStart.LastSeen)).Planned.Total);
    }

    [Fact]
    public async Task Earlier_last_seen_shortens_the_life_by_an_update()
    {
        Put(lastSeenDaysAgo: 1);
        await PushAsync(ExpiryStart.LastSeen);

        Put(lastSeenDaysAgo: 10, changed: true);
        Assert.Equal(new PlanCounts(0, 1, 0, 0), (await PushAsync(ExpiryStart.LastSeen)).Planned);

        Assert.Equal(Some.Now.AddDays(20), Assert.Single(_run.Destination.Held).Expires);
    }

    [Fact]
    public async Task What_ended_before_it_is_sent_is_skipped_and_what_is_held_of_it_deleted()
    {
        Put(lastSeenDaysAgo: 31);
        Assert.Equal(0, (await PushAsync(ExpiryStart.LastSeen)).Planned.Total);

        await PushAsync(ExpiryStart.Sent);
        Assert.Single(_run.Destination.Held);
        var ended = await PushAsync(ExpiryStart.LastSeen);

        Assert.Equal(new PlanCounts(0, 0, 0, 1), ended.Planned);
        Assert.Equal(1, ended.Skipped[SkipReason.Ended]);
        Assert.Empty(_run.Destination.Held);
    }

    private void Put(double? lastSeenDaysAgo, bool changed = false)
    {
        var domain = ((EventItem.Attribute)Some.Domain(1)).Value with
        {
            LastSeen = lastSeenDaysAgo is { } days ? Some.Now.AddDays(-days) : null,
        };
        _run.Source.Put(Some.Event(1, changed ? Some.Now.AddDays(-1) : null), new EventItem.Attribute(domain));
    }

    private async Task<DestinationReport> PushAsync(ExpiryStart start)
    {
        _run.Destination.Policy = new DestinationPolicy { ExpiryStart = start };
        return (await _run.PushAsync(options => options with { AcceptChanges = true, Stage = options.Stage with { Full = true } }))
            .Destinations[0];
    }

    [Theory]
    [InlineData(ExpiryStart.Sent, null, null)]
    [InlineData(ExpiryStart.Sent, 5, 5)]
    [InlineData(ExpiryStart.Attribute, null, 20)]
    [InlineData(ExpiryStart.Attribute, null, 28, 1)]
    [InlineData(ExpiryStart.LastSeen, null, 28, 1)]
    [InlineData(ExpiryStart.Attribute, null, 22, 2)]
    [InlineData(ExpiryStart.Attribute, null, null, 3)]
    [InlineData(ExpiryStart.LastSeen, 5, 5, 3)]
    [InlineData(ExpiryStart.Attribute, 5, 5)]
    [InlineData(ExpiryStart.Attribute, 25, 20)]
    public void Source_ends_by_its_lifetime_or_by_a_sighting_whichever_is_earlier(
        ExpiryStart start, int? reported, int? expected, int timesMissing = 0)
    {
        var @event = Some.Event(1);
        if (timesMissing > 1) @event = @event with { Timestamp = DateTimeOffset.UnixEpoch, Date = new DateOnly(2026, 1, 7) };
        if (timesMissing > 2) @event = @event with { Date = null };
        var source = new IndicatorSource
        {
            Attribute = Some.Uuid(1),
            Part = 0,
            Type = "domain",
            Combined = [],
            Timestamp = timesMissing > 0 ? DateTimeOffset.UnixEpoch : Some.Now.AddDays(-10),
        };
        var row = new IndicatorSourceRow(source, new EventFacts(@event, "misp", isAged: false))
        {
            Facts = new AttributeFacts { EndsAt = reported is { } days ? Some.Now.AddDays(days) : null },
        };

        var end = new DestinationPolicy { ExpiryStart = start }.EndOf(row, RuleEffect.None);

        Assert.Equal(expected is { } left ? Some.Now.AddDays(left).Date : null, end?.Date);
    }
}
