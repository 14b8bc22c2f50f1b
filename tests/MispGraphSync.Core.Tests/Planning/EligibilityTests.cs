using System.Net;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
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

    [Fact]
    public async Task Attribute_that_only_a_rule_sends_counts_as_mapped()
    {
        _run.Destination.Policy = SendsDomains();
        _run.Source.Put(
            Some.Event(1), Some.Attribute(1, "domain", "a.example", toIds: false),
            Some.Attribute(2, "url", "http://b.example/", toIds: false), Some.Domain(3));

        var report = await _run.PushAsync(options => options with { Stage = options.Stage with { ForRules = true } });

        Assert.Equal((2L, 2), (report.Source.Mapped, _run.Destination.Held.Count));
        Assert.Equal([(SkipReason.NotForDetection, 1L)], report.Source.Skipped.Select(one => (one.Key, one.Value)));
    }

    [Fact]
    public async Task Run_without_a_destination_keeps_what_only_a_rule_of_it_sends()
    {
        var (first, second) = (_run.Destination, new FakeDestination("sentinel", IndicatorShape.Single));
        second.Policy = SendsDomains();
        _run.Destinations.Add(second);
        await PushAsync(Some.Now.AddDays(-2));
        Assert.Equal((0, 1), (first.Held.Count, second.Held.Count));
        _run.Destinations.Remove(second);
        await PushAsync(Some.Now.AddDays(-1));
        _run.Destinations.Add(second);

        var report = await PushAsync(Some.Now.AddDays(-1));

        Assert.Equal((1, 0L), (second.Held.Count, report.Destinations[1].Planned.Total));

        Task<RunReport> PushAsync(DateTimeOffset changed)
        {
            _run.Source.Put(Some.Event(1, changed), Some.Attribute(1, "domain", "a.example", toIds: false));
            return _run.PushAsync(options => options with
            {
                Stage = options.Stage with { ForRules = true, OtherPolicies = [second.Policy] },
            });
        }
    }

    private static DestinationPolicy SendsDomains() => new()
    {
        Rules =
        [
            new Rule
            {
                Name = "rules[0]",
                Text = "type domain",
                When = [new RuleCondition(RuleKey.All.Single(one => one.Name == "type")) { Names = ["domain"] }],
                Then = new RuleEffect { Send = true },
            },
        ],
    };

    [Fact]
    public void First_reason_counts_of_several()
    {
        var policy = new DestinationPolicy
        {
            Action = IndicatorAction.Block,
            Types = ["url"],
            ExcludeTags = ["x"],
            MaxTlp = Tlp.Green,
            MaxPap = Tlp.Green,
            ExpiryStart = ExpiryStart.Attribute,
        };
        var row = Row("10.0.0.1", Some.Now.AddDays(-31), "x", "tlp:amber", "PAP:AMBER");

        Assert.Equal(SkipReason.ExcludedType, ReasonFor(row, policy));
        policy = policy with { Types = [], ExcludeTypes = ["ip-dst"] };
        Assert.Equal(SkipReason.ExcludedType, ReasonFor(row, policy));
        policy = policy with { ExcludeTypes = [] };
        Assert.Equal(SkipReason.ExcludedTag, ReasonFor(row, policy));
        policy = policy with { ExcludeTags = [] };
        Assert.Equal(SkipReason.AboveMaxTlp, ReasonFor(row, policy));
        policy = policy with { MaxTlp = Tlp.Amber };
        Assert.Equal(SkipReason.AboveMaxPap, ReasonFor(row, policy));
        policy = policy with { MaxPap = Tlp.Amber };
        Assert.Equal(SkipReason.Ended, ReasonFor(row, policy));
        policy = policy with { ExpiryStart = ExpiryStart.Sent };
        Assert.Equal(SkipReason.NeverBlock, ReasonFor(row, policy));
        policy = policy with { Action = IndicatorAction.Alert };
        Assert.Null(ReasonFor(row, policy));
    }

    [Fact]
    public void Source_ends_at_the_very_moment_of_its_end()
    {
        var policy = new DestinationPolicy { ExpiryStart = ExpiryStart.Attribute };

        Assert.Equal(SkipReason.Ended, ReasonFor(Row("203.0.113.9", Some.Now.AddDays(-30)), policy));
        Assert.Null(ReasonFor(Row("203.0.113.9", Some.Now.AddDays(-30).AddSeconds(1)), policy));
    }

    [Fact]
    public void Source_without_the_form_that_a_destination_takes_is_not_sent_there()
    {
        var row = Row("203.0.113.9", Some.Now);
        var (combinedOnly, singleOnly) = (
            row with { Source = row.Source with { Single = null } }, row with { Source = row.Source with { Combined = [] } });

        Assert.Equal(SkipReason.NoFieldHere, ReasonFor(combinedOnly, new DestinationPolicy()));
        Assert.Null(ReasonFor(singleOnly, new DestinationPolicy()));
        Assert.Null(ReasonFor(combinedOnly, new DestinationPolicy(), IndicatorShape.Combined));
        Assert.Equal(SkipReason.NoFieldHere, ReasonFor(singleOnly, new DestinationPolicy(), IndicatorShape.Combined));
    }

    [Theory]
    [InlineData(EventChoice.No, SkipReason.NotSelected, false)]
    [InlineData(EventChoice.Yes, null, false)]
    [InlineData(EventChoice.Aged, null, true)]
    public void Event_is_chosen_once_for_all_of_its_sources(EventChoice choice, SkipReason? reason, bool isAged)
    {
        var asked = 0;
        var policy = new DestinationPolicy { Events = (_, now) => now == Some.Now && asked++ == 0 ? choice : EventChoice.Yes };
        var eligibility = Of(policy, IndicatorShape.Single);
        var row = Row("203.0.113.9", Some.Now);

        for (var i = 0; i < 3; i++)
        {
            var verdict = eligibility.Judge(row);
            Assert.Equal((reason, isAged), (verdict.Reason, verdict.IsAged));
        }

        Assert.Equal(1, asked);
    }

    [Fact]
    public void Choices_of_so_many_events_are_remembered_that_memory_does_not_grow_with_their_number()
    {
        var asked = 0;
        var policy = new DestinationPolicy { Events = (_, _) => asked++ < 0 ? EventChoice.No : EventChoice.Yes };
        var eligibility = Of(policy, IndicatorShape.Single);
        var source = Row("203.0.113.9", Some.Now).Source;
        var rows = Enumerable.Range(0, 4_097)
            .Select(_ => new IndicatorSourceRow(source, new EventFacts(Some.Event(1), "misp", isAged: false))).ToList();

        foreach (var row in rows[..4_096].Concat(rows[..1])) eligibility.Judge(row);
        Assert.Equal(4_096, asked);
        foreach (var row in rows[4_096..].Concat(rows[..1])) eligibility.Judge(row);
        Assert.Equal(4_098, asked);
    }

    [Theory]
    [InlineData("type", "ip-dst", true, true)]
    [InlineData("type", "ip-dst", false, false)]
    [InlineData("type", "url", true, false)]
    [InlineData("falsePositivesAtLeast", "", true, true)]
    [InlineData("olderThan", "", true, true)]
    public void Only_a_rule_that_sends_and_may_match_can_take_what_needs_one(string key, string name, bool send, bool mayTake)
    {
        var when = new RuleCondition(RuleKey.All.Single(one => one.Name == key)) { Names = [name], Number = 5 };
        var never = new Rule { Name = "rules[0]", Text = "", When = [when], Then = new RuleEffect { Confidence = 1 } };
        var rule = never with { Then = new RuleEffect { Send = send } };

        var eligibility = Of(new DestinationPolicy { Rules = [never, rule] }, IndicatorShape.Single);

        Assert.Equal(mayTake, eligibility.MayTake(Row("203.0.113.9", Some.Now)));
    }

    private static SkipReason? ReasonFor(
        IndicatorSourceRow row, DestinationPolicy policy, IndicatorShape shape = IndicatorShape.Single) =>
        Of(policy, shape).SkipReasonFor(row);

    private static Eligibility Of(DestinationPolicy policy, IndicatorShape shape) =>
        new(new FakeDestination(form: shape) { Policy = policy }, new NeverBlock([]), Some.Now);

    private static IndicatorSourceRow Row(string address, DateTimeOffset changed, params string[] tags)
    {
        var observable = new Observable.NetworkAddress(IPAddress.Parse(address), Direction.Destination);
        return new IndicatorSourceRow(
            new IndicatorSource
            {
                Attribute = Some.Uuid(7),
                Part = 0,
                Type = "ip-dst",
                Combined = [observable],
                Single = observable,
                Timestamp = changed,
                Tags = [.. tags.Select(tag => new MispTag(tag))],
            },
            new EventFacts(Some.Event(1), "misp", isAged: false));
    }
}
