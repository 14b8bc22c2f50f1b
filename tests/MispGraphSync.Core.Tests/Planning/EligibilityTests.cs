using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class EligibilityTests : IDisposable
{
    private readonly TestRun _run = new();

    public void Dispose() => _run.Dispose();

    /// <summary>What the settings choose; how many of three attributes are sent, and why the others are not.</summary>
    public static TheoryData<string, string, int, SkipReason?> Choices => new()
    {
        { "types", "", 3, null },
        { "types", "domain", 2, SkipReason.ExcludedType },
        { "excludeTypes", "domain", 1, SkipReason.ExcludedType },
        { "excludeTypes", "url", 3, null },
        { "excludeTags", "on-the-event", 0, SkipReason.ExcludedTag },
        { "excludeTags", "on-one-attribute", 2, SkipReason.ExcludedTag },
        { "excludeTags", "other", 3, null },
        { "maxTlp", "green", 2, SkipReason.AboveMaxTlp },
    };

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task Destination_gets_what_its_settings_choose_and_counts_the_rest(
        string setting, string value, int sent, SkipReason? reason)
    {
        _run.Destination.Policy = setting switch
        {
            "types" => new DestinationPolicy { Types = value.Length > 0 ? [value] : [] },
            "excludeTypes" => new DestinationPolicy { ExcludeTypes = [value] },
            "excludeTags" => new DestinationPolicy { ExcludeTags = [value] },
            _ => new DestinationPolicy { MaxTlp = Tlp.Green },
        };
        _run.Source.Put(
            Some.Event(1, tags: ["tlp:green", "on-the-event"]),
            Some.Domain(1), Some.Domain(2, "on-one-attribute"), Some.Attribute(3, "ip-dst", "203.0.113.9", toIds: true, "tlp:amber"));

        var report = (await _run.PushAsync()).Destinations[0];

        Assert.Equal(sent, _run.Destination.Held.Count);
        Assert.Equal(reason is null ? [] : [(reason.Value, 3L - sent)], report.Skipped.Select(one => (one.Key, one.Value)));
    }
}
