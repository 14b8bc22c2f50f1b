using System.Collections.Immutable;
using System.Text.Json;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public class MergerTests
{
    private static readonly DestinationPolicy Policy = new();

    [Fact]
    public void Merge_unites_tags_actors_families_and_kill_chain_in_order()
    {
        var merged = Merge(
            Row(1, attributeTags: ["b", "kill-chain:Delivery"]),
            Row(2, attributeTags: ["a", "kill-chain:Reconnaissance", "misp-galaxy:threat-actor=\"Made Up Bear\""]));

        Assert.Equal(
            ["a", "b", "kill-chain:Delivery", "kill-chain:Reconnaissance", "misp-galaxy:threat-actor=\"Made Up Bear\""], merged.Tags);
        Assert.Equal([KillChainPhase.Reconnaissance, KillChainPhase.Delivery], merged.KillChain);
        Assert.Equal(["Made Up Bear"], merged.Actors);
    }

    [Fact]
    public void Merge_unites_what_events_and_attributes_say()
    {
        var one = Row(
            1,
            eventTags:
            [
                "b-event", "kill-chain:Installation", "misp-galaxy:threat-actor=\"Event Bear\"", "misp-galaxy:malpedia=\"Event RAT\"",
            ],
            attributeTags: ["c-own", "kill-chain:Delivery", "misp-galaxy:threat-actor=\"Own Cat\"", "misp-galaxy:malpedia=\"Own Worm\""]);
        var other = Row(2, eventTags: ["a-other", "kill-chain:Exploitation", "misp-galaxy:malpedia=\"Other Bot\""]);

        foreach (var merged in (Indicator[])[Merge(one, other), Merge(other, one)])
        {
            Assert.Equal(
                [
                    "a-other", "b-event", "c-own", "kill-chain:Delivery", "kill-chain:Exploitation", "kill-chain:Installation",
                    "misp-galaxy:malpedia=\"Event RAT\"", "misp-galaxy:malpedia=\"Other Bot\"", "misp-galaxy:malpedia=\"Own Worm\"",
                    "misp-galaxy:threat-actor=\"Event Bear\"", "misp-galaxy:threat-actor=\"Own Cat\"",
                ],
                merged.Tags);
            Assert.Equal([KillChainPhase.Delivery, KillChainPhase.Exploitation, KillChainPhase.Installation], merged.KillChain);
            Assert.Equal(["Event Bear", "Own Cat"], merged.Actors);
            Assert.Equal(["Event RAT", "Other Bot", "Own Worm"], merged.Families);
        }
    }

    [Fact]
    public void Facts_of_an_event_unite_its_tags_with_its_own_attributes_in_order()
    {
        string[] tags =
        [
            "z", "kill-chain:Delivery", "kill-chain:Reconnaissance", "kill-chain:Delivery", "misp-galaxy:threat-actor=\"Bear\"",
            "misp-galaxy:malpedia=\"RAT\"",
        ];
        var read = Some.Event(1, tags: tags) with { Actors = ["BEAR", "Ant"], Families = ["Ape"], Campaigns = ["a campaign", "z"] };

        var facts = new EventFacts(read, "misp", isAged: false);

        Assert.Equal(
            [
                "a campaign", "kill-chain:Delivery", "kill-chain:Reconnaissance", "misp-galaxy:malpedia=\"RAT\"",
                "misp-galaxy:threat-actor=\"Bear\"", "z",
            ],
            facts.Tags);
        Assert.Equal(["Ant", "Bear"], facts.Actors);
        Assert.Equal(["Ape", "RAT"], facts.Families);
        Assert.Equal([KillChainPhase.Reconnaissance, KillChainPhase.Delivery], facts.KillChain);
    }

    [Fact]
    public void Confidence_of_the_attribute_wins_over_that_of_its_event()
    {
        var both = Row(
            1, eventTags: ["misp:confidence-level=\"completely-confident\""], attributeTags: ["misp:confidence-level=\"unconfident\""]);

        Assert.Equal(0, Merge(both).Confidence);
    }

    [Fact]
    public void Merged_indicator_has_the_observables_of_the_shape_that_its_destination_takes()
    {
        var row = Row(1);
        Observable name = new Observable.FileName("a.exe");
        row = row with { Source = row.Source with { Combined = [name, row.Source.Single!] } };
        var combined = new Merger(Policy, IndicatorShape.Combined);
        combined.Add(row, RuleEffect.None);

        Assert.Equal([name, row.Source.Single!], combined.Merge().Observables);
        Assert.Equal([row.Source.Single!], Merge(row).Observables);
    }

    [Theory]
    [InlineData(ThreatType.Phishing, "Botnet", "Malware", ThreatType.Phishing, true)]
    [InlineData(null, "Botnet", "Malware", ThreatType.Botnet, true)]
    [InlineData(null, null, "Malware", ThreatType.Malware, true)]
    [InlineData(null, null, null, ThreatType.WatchList, false)]
    public void Threat_type_is_of_a_rule_then_of_the_attribute_then_of_the_event_then_the_default(
        ThreatType? ofRule, string? own, string? ofEvent, ThreatType expected, bool isTagged)
    {
        var merged = Merge((Row(1, eventTags: Tag(ofEvent), attributeTags: Tag(own)), new RuleEffect { ThreatType = ofRule }));

        Assert.Equal((expected, isTagged), (merged.ThreatType, merged.ThreatTypeIsTagged));

        static string[] Tag(string? type) => type is null ? [] : [$"sentinel-threattype:{type}"];
    }

    [Theory]
    [InlineData("Victim", "Adversary", DiamondModel.Victim)]
    [InlineData(null, "Adversary", DiamondModel.Adversary)]
    [InlineData(null, null, null)]
    public void Diamond_model_of_the_attribute_wins_over_that_of_its_event(string? own, string? ofEvent, DiamondModel? expected)
    {
        Assert.Equal(expected, Merge(Row(1, eventTags: Tag(ofEvent), attributeTags: Tag(own))).DiamondModel);

        static string[] Tag(string? model) => model is null ? [] : [$"diamond-model:{model}"];
    }

    [Fact]
    public void Rule_overrides_the_severity_confidence_and_lifetime_that_MISP_gives()
    {
        var rule = new RuleEffect { Severity = ThreatLevel.Undefined, Confidence = 7, DaysToExpire = 3 };

        var merged = Merge((Row(1, level: ThreatLevel.High, eventTags: ["misp:confidence-level=\"completely-confident\""]), rule));

        Assert.Equal((ThreatLevel.Undefined, 7, 3.0), (merged.Severity, merged.Confidence, merged.Lifetime.TotalDays));
    }

    [Fact]
    public void Merge_takes_the_highest_severity_and_confidence()
    {
        var merged = Merge(
            Row(1, level: ThreatLevel.Low, eventTags: ["misp:confidence-level=\"completely-confident\""]),
            Row(2, level: ThreatLevel.High));

        Assert.Equal((ThreatLevel.High, 100), (merged.Severity, merged.Confidence));
    }

    [Fact]
    public void Merge_takes_the_strictest_TLP_and_the_default_for_untagged()
    {
        Assert.Equal(Tlp.Red, Merge(Row(1, eventTags: ["tlp:clear"]), Row(2, attributeTags: ["tlp:red"])).Tlp);
        Assert.Equal(Tlp.Amber, Merge(Row(1, eventTags: ["tlp:clear"]), Row(2)).Tlp);
        Assert.Equal(Tlp.Clear, Merge(Row(1, eventTags: ["tlp:white"])).Tlp);
    }

    [Fact]
    public void TLP_red_is_always_passive() => Assert.True(Merge(Row(1, eventTags: ["tlp:red"])).PassiveOnly);

    [Fact]
    public void Lead_has_the_highest_severity_then_the_oldest_event()
    {
        Assert.Equal("Event 3", Merge(Row(3, level: ThreatLevel.High), Row(1), Row(2)).Title);
        Assert.Equal("Event 1", Merge(Row(3), Row(1), Row(2)).Title);
    }

    [Fact]
    public void Hundred_events_are_named_once_each_oldest_first()
    {
        IndicatorSourceRow[] rows = [.. Enumerable.Range(1, 150).Reverse().Select(number => Row(number))];

        var merged = Merge([.. rows, .. rows]);

        var oldest = rows.OrderBy(row => row.Event.When).ThenBy(row => row.Source.Attribute).Take(100);
        Assert.Equal(oldest.Select(row => row.Event.Context.Uuid), merged.Events);
    }

    [Fact]
    public void Event_with_two_sources_is_named_once_whichever_is_read_first()
    {
        var newer = Row(1);
        var older = new IndicatorSourceRow(newer.Source with { Attribute = Some.Uuid(1) }, newer.Event);

        Assert.Equal([Some.Uuid(1), Some.Uuid(2)], Merge(newer, Row(2), older).Events);
        Assert.Equal([Some.Uuid(1), Some.Uuid(2)], Merge(older, newer, Row(2)).Events);
    }

    [Fact]
    public void Event_is_named_in_the_order_of_its_oldest_source_among_events_of_one_day()
    {
        var (one, other) = (Row(1), Row(11));
        IndicatorSourceRow[] rows = [Of(one, 1), Of(other, 5), Of(one, 9)];

        Assert.Equal([Some.Uuid(1), Some.Uuid(11)], Merge(rows).Events);
        Assert.Equal([Some.Uuid(1), Some.Uuid(11)], Merge([.. rows.Reverse()]).Events);

        static IndicatorSourceRow Of(IndicatorSourceRow row, int attribute) =>
            row with { Source = row.Source with { Attribute = Some.Uuid(attribute) } };
    }

    [Fact]
    public void First_part_of_an_attribute_leads()
    {
        var first = Row(1);
        var second = first with { Source = first.Source with { Part = 1, Comment = "the second part" } };
        first = first with { Source = first.Source with { Comment = "the first part" } };

        Assert.Equal("the first part", Merge(first, second).Comment);
        Assert.Equal("the first part", Merge(second, first).Comment);
    }

    [Fact]
    public void Indicator_needs_a_source()
    {
        var fault = Assert.Throws<InvalidOperationException>(() => new Merger(Policy, IndicatorShape.Single).Merge());

        Assert.Equal("An indicator needs a source.", fault.Message);
    }

    [Fact]
    public void Cleared_merger_merges_as_a_new_one_does()
    {
        var merger = new Merger(Policy, IndicatorShape.Single);
        Assert.Equal(default, merger.Rank);
        var before = Row(
            1, level: ThreatLevel.High, eventTags: ["tlp:red", "kill-chain:Delivery", "misp-galaxy:threat-actor=\"Some Bear\""],
            attributeTags: ["misp-galaxy:malpedia=\"Some RAT\""]);
        merger.Add(before, RuleEffect.None);
        Assert.NotEqual(default, merger.Rank);

        merger.Clear();
        Assert.Equal((0, default), (merger.Count, merger.Rank));
        merger.Add(Row(2, level: ThreatLevel.Low), RuleEffect.None);

        Assert.Equal(Text(Merge(Row(2, level: ThreatLevel.Low))), Text(merger.Merge()));
    }

    [Fact]
    public void Most_relevant_tags_are_kept_of_too_many()
    {
        string[] tags =
        [
            .. Enumerable.Range(0, 150).Select(number => $"a{number:d3}"),
            "misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"", "misp-galaxy:threat-actor=\"Some Bear\"", "tlp:red",
        ];

        var merged = Merge(Row(1, attributeTags: tags));

        Assert.Equal(Merger.MostTags, merged.Tags.Length);
        Assert.Equal([.. tags[..97], .. tags[^3..]], merged.Tags);
    }

    [Fact]
    public void Five_oldest_sources_are_named_oldest_first()
    {
        var merged = Merge([.. Enumerable.Range(1, 9).Reverse().Select(number => Row(number))]);

        Assert.Equal(9, merged.SourceCount);
        Assert.Equal([1, 2, 3, 4, 5], merged.Sources.Select(support =>
            int.Parse(support.EventInfo["Event ".Length..], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void Merge_takes_the_longest_lifetime_and_type_wins_over_TLP()
    {
        var policy = Policy with
        {
            ExpiryByType = ImmutableDictionary<string, int>.Empty.Add("domain", 90),
            ExpiryByTlp = ImmutableDictionary<Tlp, int>.Empty.Add(Tlp.Amber, 7),
        };

        Assert.Equal(90, Merge(policy, Row(1)).Lifetime.TotalDays);
        Assert.Equal(7, Merge(policy, Row(1, type: "hostname")).Lifetime.TotalDays);
        Assert.Equal(30, Merge(policy, Row(1, type: "hostname", eventTags: ["tlp:green"])).Lifetime.TotalDays);
        Assert.Equal(90, Merge(policy, Row(1, type: "hostname"), Row(2), Row(3, type: "hostname")).Lifetime.TotalDays);
    }

    [Fact]
    public void Merge_takes_the_earliest_valid_from_and_the_latest_last_reported()
    {
        var merged = Merge(Row(5), Row(2));

        Assert.Equal(new DateTimeOffset(2026, 1, 3, 0, 0, 0, TimeSpan.Zero), merged.ValidFrom);
        Assert.Equal(Some.Now.AddDays(-2), merged.LastReported);
    }

    [Fact]
    public void First_seen_of_an_attribute_wins_over_the_date_of_its_event()
    {
        var seen = Some.Now.AddDays(-1);
        var row = Row(1);

        var merged = Merge(row with { Source = row.Source with { FirstSeen = seen } });

        Assert.Equal((seen, seen), (merged.ValidFrom, merged.LastReported));
    }

    [Fact]
    public void Merge_does_not_depend_on_the_order_of_sources() =>
        Gen.Select(Gen.Int[1, 9], Gen.Int[1, 4], OneOf("tlp:clear", "tlp:green", "tlp:amber", "tlp:red", "x")).Array[1, 6].Sample(drawn =>
        {
            var rows = drawn.Select(one => Row(one.Item1, level: (ThreatLevel)one.Item2, attributeTags: [one.Item3])).ToArray();
            Assert.Equal(Text(Merge(rows)), Text(Merge([.. rows.Reverse()])));
        });

    [Fact]
    public void Merged_TLP_is_never_laxer_than_any_source() =>
        OneOf("tlp:clear", "TLP:WHITE", "tlp:green", "tlp:amber", "tlp:amber+strict", "tlp:red", "none").Array[1, 6].Sample(tags =>
        {
            var rows = tags.Select((tag, i) => Row(i + 1, attributeTags: [tag])).ToArray();
            var merged = Merge(rows);
            Assert.All(rows, row => Assert.True(merged.Tlp >= (row.TaggedTlp ?? Policy.DefaultTlp)));
        });

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(at => texts[at]);

    private static string Text(Indicator merged) => string.Join(' ', merged.Observables) + JsonSerializer.Serialize(merged);

    private static Indicator Merge(params IndicatorSourceRow[] rows) => Merge(Policy, rows);

    private static Indicator Merge(DestinationPolicy policy, params IndicatorSourceRow[] rows) =>
        Merge(policy, [.. rows.Select(row => (row, policy.EffectOn(row, Some.Now)))]);

    private static Indicator Merge(params (IndicatorSourceRow, RuleEffect)[] rows) => Merge(Policy, rows);

    private static Indicator Merge(DestinationPolicy policy, (IndicatorSourceRow Row, RuleEffect Effect)[] rows)
    {
        var merger = new Merger(policy, IndicatorShape.Single);
        foreach (var (row, effect) in rows) merger.Add(row, effect);
        return merger.Merge();
    }

    private static IndicatorSourceRow Row(int number, string type = "domain", ThreatLevel level = ThreatLevel.Medium,
        string[]? eventTags = null, string[]? attributeTags = null)
    {
        var read = Some.Event(number, level: level, tags: eventTags ?? []);
        var context = new MispEvent
        {
            Uuid = read.Uuid,
            Info = read.Info,
            Date = read.Date,
            Timestamp = read.Timestamp,
            ThreatLevel = level,
            Tags = read.Tags
        };
        return new IndicatorSourceRow(
            new IndicatorSource
            {
                Attribute = Some.Uuid(1_000 + number),
                Part = 0,
                Type = type,
                Combined = [new Observable.DomainName("d.example")],
                Single = new Observable.DomainName("d.example"),
                Timestamp = Some.Now.AddDays(-3),
                Tags = [.. (attributeTags ?? []).Select(tag => new MispTag(tag))],
            },
            new EventFacts(context, "misp", isAged: false));
    }
}
