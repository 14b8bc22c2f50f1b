using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class HostOfUrlTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData(IndicatorAction.Alert, 3, null)]
    [InlineData(IndicatorAction.Block, 1, 2L)]
    [InlineData(IndicatorAction.Warn, 1, 2L)]
    [InlineData(IndicatorAction.Allow, 1, 2L)]
    public async Task Hosts_of_URLs_are_sent_only_with_action_alert(IndicatorAction action, int held, long? skipped)
    {
        _run.Destinations.Clear();
        foreach (var form in (IndicatorShape[])[IndicatorShape.Combined, IndicatorShape.Single])
        {
            _run.Destinations.Add(
                new FakeDestination(form.ToString().ToLowerInvariant(), form) { Policy = new DestinationPolicy { Action = action } });
        }

        _run.Source.Put(Some.Event(1), UrlWithHosts());

        var report = await _run.PushAsync();

        Assert.All(_run.Destinations, destination => Assert.Equal(held, destination.Held.Count));
        Assert.All(report.Destinations,
            one => Assert.Equal(skipped, one.Skipped.TryGetValue(SkipReason.WeakAlone, out var count) ? count : null));
    }

    [Fact]
    public async Task Hosts_of_URLs_are_removed_when_the_action_becomes_block()
    {
        _run.Destination.Policy = new DestinationPolicy { Action = IndicatorAction.Alert };
        _run.Source.Put(Some.Event(1), UrlWithHosts());
        await _run.PushAsync();

        _run.Destination.Policy = new DestinationPolicy { Action = IndicatorAction.Block };
        await _run.PushAsync(options => options with { AcceptChanges = true });

        Assert.Single(_run.Destination.Held);
    }

    [Fact]
    public async Task Host_that_is_also_outside_the_object_is_sent_with_any_action()
    {
        _run.Destination.Policy = new DestinationPolicy { Action = IndicatorAction.Block };
        _run.Source.Put(Some.Event(1), UrlWithHosts(), Some.Attribute(9, "domain", "shared.example"));

        await _run.PushAsync();

        Assert.Equal(2, _run.Destination.Held.Count);
    }

    private static EventItem.Object UrlWithHosts() => new(new MispObject
    {
        Name = "url",
        Attributes =
        [
            InUrl(1, "url", "http://shared.example/evil"),
            InUrl(2, "domain", "shared.example"),
            InUrl(3, "ip-dst", "198.51.100.7") with { ObjectRelation = "ip" },
        ],
    });

    private static MispAttribute InUrl(int number, string type, string value) => new()
    {
        Uuid = Some.Uuid(number),
        Type = type,
        Value = value,
        ToIds = true,
        Timestamp = Some.Now.AddDays(-3),
        ObjectRelation = type,
    };
}
