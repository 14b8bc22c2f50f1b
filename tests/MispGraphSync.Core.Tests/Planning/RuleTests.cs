using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class RuleTests
{
    /// <summary>A condition with a value that the row of <see cref="Row"/> meets, and one that it does not meet.</summary>
    public static TheoryData<string, string, string> Names { get; } = new()
    {
        { "type", "IP-dst", "ip-src" },
        { "category", "Network activity", "Payload delivery" },
        { "object", "url", "file" },
        { "role", "host", "domain" },
        { "tag", "confidence:low*", "confidence:high*" },
        { "tag", "*:state=\"inc*te\"", "*:state=\"inc*ted\"" },
        { "tag", "*confidence:low*", "*confidence:high*" },
        { "tag", "LOCAL:one", "local:on" },
        { "galaxy", "threat-actor", "malpedia" },
        { "galaxy", "threat-actor=Made Up*", "threat-actor=Made" },
        { "organisation", "CERT-A", "CERT-B" },
        { "source", "misp", "other" },
        { "threatLevel", "medium", "high" },
        { "tlp", "amber", "green" },
        { "tlp", "amber", "white" },
        { "pap", "red", "amber" },
        { "pap", "red", "white" },
    };

    public static TheoryData<string, int, int> Numbers { get; } = new()
    {
        { "confidenceBelow", 26, 25 },
        { "decayScoreBelow", 31, 30 },
        { "falsePositivesAtLeast", 2, 3 },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Condition_on_texts_matches_one_of_them_without_regard_to_case(string key, string matching, string other)
    {
        Assert.True(Matches(Condition(key) with { Names = [other, matching] }));
        Assert.False(Matches(Condition(key) with { Names = [other] }));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Condition_on_a_number_matches_up_to_its_limit(string key, int matching, int other)
    {
        Assert.True(Matches(Condition(key) with { Number = matching }));
        Assert.False(Matches(Condition(key) with { Number = other }));
    }

    [Theory]
    [InlineData("olderThan", 10)]
    [InlineData("firstSeenBefore", 30)]
    [InlineData("lastSeenBefore", 20)]
    public void Condition_on_an_age_matches_what_is_older(string key, int age)
    {
        Assert.True(Matches(Condition(key) with { Age = TimeSpan.FromDays(age - 1) }));
        Assert.False(Matches(Condition(key) with { Age = TimeSpan.FromDays(age) }));
        Assert.False(Matches(Condition(key) with { Age = TimeSpan.FromDays(age + 1) }));
        Assert.True(Matches(Condition(key) with { Before = Today.AddDays(1 - age) }));
        Assert.False(Matches(Condition(key) with { Before = Today.AddDays(-1 - age) }));
    }

    [Fact]
    public void Each_condition_has_a_test() => Assert.Equal(
        RuleKey.All.Select(key => key.Name).Order(),
        Names.Select(row => row.Data.Item1).Concat(Numbers.Select(row => row.Data.Item1))
            .Concat(["olderThan", "firstSeenBefore", "lastSeenBefore"]).Distinct().Order());

    [Fact]
    public void What_is_not_known_meets_no_condition()
    {
        var bare = new IndicatorSourceRow(
            Row().Source with { Object = null, Role = null, Category = null, Tags = [], Galaxies = [] },
            new EventFacts(Some.Event(1), "misp", isAged: false));

        foreach (var key in new[] { "object", "role", "category", "pap", "galaxy", "organisation" })
            Assert.False(Condition(key) is { } condition && (condition with { Names = ["*", "red"] }).Matches(Subject(bare)), key);
        Assert.False((Condition("decayScoreBelow") with { Number = 100 }).Matches(Subject(bare)));
        Assert.False((Condition("falsePositivesAtLeast") with { Number = 1 }).Matches(Subject(bare)));
    }

    [Theory]
    [InlineData("olderThan", true)]
    [InlineData("lastSeenBefore", true)]
    [InlineData("falsePositivesAtLeast", false)]
    [InlineData("tag", false)]
    public void Only_a_condition_on_an_age_changes_the_answer_from_day_to_day(string key, bool changes)
    {
        var rule = Rule("type", "ip-dst", RuleEffect.None);
        rule = rule with { When = [.. rule.When, Condition(key)] };

        Assert.Equal(changes, new DestinationPolicy { Rules = [Rule("type", "md5", RuleEffect.None), rule] }.DependsOnTime);
        Assert.Equal((true, true, false), (rule.Asks(key), rule.Asks("type"), rule.Asks("source")));
    }

    [Fact]
    public void TLP_clear_is_also_called_white()
    {
        var clear = new IndicatorSourceRow(
            Row().Source with { Tags = [] }, new EventFacts(Some.Event(1, tags: ["tlp:clear", "PAP:CLEAR"]), "misp", isAged: false));

        foreach (var key in (string[])["tlp", "pap"])
        {
            foreach (var word in (string[])["clear", "white"])
                Assert.True((Condition(key) with { Names = [word] }).Matches(Subject(clear)), $"{key} {word}");
        }
    }

    [Theory]
    [InlineData(39, true, 30)]
    [InlineData(100, true, 100)]
    [InlineData(39, false, 25)]
    public void Decay_score_is_the_confidence_in_steps_of_ten_where_settings_say_so(int score, bool isConfidence, int expected) =>
        Assert.Equal(
            expected, (Row() with { Facts = new AttributeFacts { DecayScore = score, IsConfidence = isConfidence } }).TaggedConfidence);

    [Fact]
    public void First_matching_rule_that_sets_a_property_decides_it()
    {
        var policy = new DestinationPolicy
        {
            Rules =
            [
                Rule("type", "md5", new RuleEffect { Send = false, DaysToExpire = 1 }),
                Rule("type", "ip-dst", new RuleEffect { Action = IndicatorAction.Block }),
                Rule("type", "ip-dst", new RuleEffect { Action = IndicatorAction.Warn, Severity = ThreatLevel.High, DaysToExpire = 7 }),
                Rule("type", "ip-dst", new RuleEffect { DaysToExpire = 9, Confidence = 80 }),
            ],
        };

        Assert.Equal(
            new RuleEffect { Action = IndicatorAction.Block, Severity = ThreatLevel.High, DaysToExpire = 7, Confidence = 80 },
            policy.EffectOn(Row(), Today));
    }

    [Fact]
    public void Effect_of_an_earlier_rule_wins_property_by_property()
    {
        var (first, later) = (Effect(true, IndicatorAction.Block, 1), Effect(false, IndicatorAction.Warn, 2));

        Assert.Equal(first, first.Or(later));
        Assert.Equal(later, RuleEffect.None.Or(later));
        Assert.Equal(first, first.Or(RuleEffect.None));

        static RuleEffect Effect(bool flag, IndicatorAction action, int number) => new()
        {
            Send = flag,
            Action = action,
            DaysToExpire = number,
            Severity = (ThreatLevel)number,
            Confidence = number,
            ThreatType = (ThreatType)number,
            GenerateAlert = flag,
            PassiveOnly = flag,
        };
    }

    [Fact]
    public void Rule_needs_all_of_its_conditions()
    {
        var rule = Rule("type", "ip-dst", new RuleEffect { Send = false });
        rule = rule with { When = [.. rule.When, Condition("organisation") with { Names = ["CERT-B"] }] };

        Assert.Equal(RuleEffect.None, new DestinationPolicy { Rules = [rule] }.EffectOn(Row(), Today));
    }

    [Fact]
    public void Rule_that_matches_nothing_changes_nothing() => RandomRules.Sample(rules =>
    {
        var nothing = Rule("type", "no-such-type", new RuleEffect { Send = false, Action = IndicatorAction.Block, DaysToExpire = 1 });
        var with = new DestinationPolicy { Rules = [nothing, .. rules] };
        Assert.Equal(new DestinationPolicy { Rules = [.. rules] }.EffectOn(Row(), Today), with.EffectOn(Row(), Today));
    });

    [Fact]
    public void Order_of_sources_does_not_matter() => Gen.Select(RandomRules, Gen.Int[0, 5]).Sample((rules, first) =>
    {
        var policy = new DestinationPolicy { Rules = [.. rules] };
        IndicatorSourceRow[] rows = [Row("ip-dst"), Row("ip-src"), Row("domain"), Row("url"), Row("md5"), Row("sha256")];
        var one = Merge(policy, rows);
        var other = Merge(policy, [.. rows[first..].Reverse(), .. rows[..first]]);
        Assert.Equal(
            (one.Action, one.PassiveOnly, one.GenerateAlert, one.Severity, one.Confidence, one.Lifetime),
            (other.Action, other.PassiveOnly, other.GenerateAlert, other.Severity, other.Confidence, other.Lifetime));
    });

    [Theory]
    [InlineData("allow allow", IndicatorAction.Allow)]
    [InlineData("allow alert", IndicatorAction.Alert)]
    [InlineData("alert warn allow", IndicatorAction.Warn)]
    [InlineData("warn block alert", IndicatorAction.Block)]
    public void Merged_action_is_the_strongest_and_allow_only_if_all_allow(string actions, IndicatorAction merged)
    {
        var words = actions.Split(' ');
        var policy = new DestinationPolicy
        {
            Rules = [.. words.Select((word, i) => Rule("type", $"type{i}", new RuleEffect
            {
                Action = Enum.Parse<IndicatorAction>(word, ignoreCase: true),
            }))],
        };

        Assert.Equal(merged, Merge(policy, [.. words.Select((_, i) => Row($"type{i}"))]).Action);
    }

    [Theory]
    [InlineData("true", "true", true, true)]
    [InlineData("true", "false", false, true)]
    [InlineData("true", "none", false, true)]
    [InlineData("false", "none", false, null)]
    [InlineData("false", "false", false, false)]
    public void Alert_is_raised_if_any_source_asks_and_silence_needs_all(string one, string other, bool isPassive, bool? alerts)
    {
        bool? Of(string word) => word == "none" ? null : bool.Parse(word);
        var policy = new DestinationPolicy
        {
            Rules =
            [
                Rule("type", "one", new RuleEffect { PassiveOnly = Of(one), GenerateAlert = Of(one) }),
                Rule("type", "other", new RuleEffect { PassiveOnly = Of(other), GenerateAlert = Of(other) }),
            ],
        };

        foreach (var merged in (Indicator[])[Merge(policy, Row("one"), Row("other")), Merge(policy, Row("other"), Row("one"))])
            Assert.Equal((isPassive, alerts), (merged.PassiveOnly, merged.GenerateAlert));
    }

    [Theory]
    [InlineData(SkipReason.NotForDetection)]
    [InlineData(SkipReason.UnsupportedRelation)]
    [InlineData(SkipReason.WeakAlone)]
    public void What_needs_a_rule_is_sent_by_a_rule_alone(SkipReason reason)
    {
        var row = Row() with { Source = Row().Source with { NeedsRule = reason } };

        Assert.Equal(reason, Reason(row));
        Assert.Equal(reason, Reason(row, Rule("type", "ip-dst", new RuleEffect { Action = IndicatorAction.Block })));
        Assert.Null(Reason(row, Send(true)));
    }

    [Fact]
    public void Send_lifts_types_and_tags_and_nothing_else()
    {
        Assert.Null(Reason(Row(), Send(true), policy => policy with { Types = ["md5"] }));
        Assert.Null(Reason(Row(), Send(true), policy => policy with { ExcludeTypes = ["ip-dst"] }));
        Assert.Null(Reason(Row(), Send(true), policy => policy with { ExcludeTags = ["local:one"] }));
        Assert.Null(Reason(Row() with { Source = Row().Source with { IsHostOfUrl = true } }, Send(true), Blocks));

        Assert.Equal(SkipReason.AboveMaxTlp, Reason(Row(), Send(true), policy => policy with { MaxTlp = Tlp.Green }));
        Assert.Equal(SkipReason.AboveMaxPap, Reason(Row(), Send(true), policy => policy with { MaxPap = Tlp.Amber }));
        Assert.Equal(SkipReason.NeverBlock, Reason(Row(address: "10.0.0.1"), Send(true), Blocks));
        Assert.Equal(SkipReason.NotSelected, Reason(Row(), Send(true), policy => policy with { Events = (_, _) => EventChoice.No }));
        Assert.Equal(SkipReason.NoFieldHere, Reason(Row() with { Source = Row().Source with { Single = null } }, Send(true)));

        static DestinationPolicy Blocks(DestinationPolicy policy) => policy with { Action = IndicatorAction.Block };
    }

    [Fact]
    public void Rule_decides_what_is_never_blocked_by_its_action()
    {
        var alert = Rule("type", "ip-dst", new RuleEffect { Action = IndicatorAction.Alert });

        Assert.Null(Reason(Row(address: "10.0.0.1"), alert, policy => policy with { Action = IndicatorAction.Block }));
        Assert.Equal(SkipReason.NeverBlock, Reason(
            Row(address: "10.0.0.1"), Rule("type", "ip-dst", new RuleEffect { Action = IndicatorAction.Block })));
    }

    [Fact]
    public void Rule_that_says_so_keeps_a_source_home() => Assert.Equal(SkipReason.ExcludedByRule, Reason(Row(), Send(false)));

    [Theory]
    [InlineData("whois-registrant-email")]
    [InlineData("target-machine")]
    [InlineData("iban")]
    [InlineData("yara")]
    public void No_rule_sends_what_is_never_an_indicator(string type)
    {
        var item = new EventItem.Attribute(new MispAttribute { Uuid = Some.Uuid(1), Type = type, Value = "x@example.com", ToIds = false });

        var context = new MapContext("misp", Some.Uuid(2), ToIdsOnly: true, EnforceWarninglist: true, ForRules: true);

        Assert.Empty(Mapper.Map(item, context).Sources);
    }

    [Theory]
    [InlineData("url", "host", "domain", SkipReason.NotForDetection)]
    [InlineData("ip-port", "ptr-record", "domain", SkipReason.UnsupportedRelation)]
    public void Attribute_of_an_object_that_only_a_rule_sends_names_its_role(string name, string role, string type, SkipReason reason)
    {
        var member = new MispAttribute
        {
            Uuid = Some.Uuid(1),
            Type = type,
            Value = "bad.example",
            ToIds = reason != SkipReason.NotForDetection,
            ObjectRelation = role,
        };
        var item = new EventItem.Object(new MispObject { Name = name, Attributes = [member] });
        var context = new MapContext("misp", Some.Uuid(2), ToIdsOnly: true, EnforceWarninglist: true);

        Assert.Empty(Mapper.Map(item, context).Sources);
        var mapped = Mapper.Map(item, context with { ForRules = true });

        var source = Assert.Single(mapped.Sources);
        Assert.Equal((reason, name, role), (source.NeedsRule, source.Object, source.Role));
        Assert.Equal(reason, Assert.Single(mapped.Attributes).Outcome.SkipReason);
    }

    private static readonly DateTimeOffset Today = new(2026, 1, 15, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<Rule[]> RandomRules = Gen.Select(
        Gen.Int[0, 4].Select(i => new[] { "ip-dst", "ip-src", "domain", "url", "md5" }[i]),
        Gen.Int[0, 3], Gen.Bool, Gen.Int[1, 90], Gen.Int[1, 3],
        (type, action, flag, days, level) => Rule("type", type, new RuleEffect
        {
            Action = (IndicatorAction)action,
            PassiveOnly = flag,
            GenerateAlert = flag ? null : true,
            DaysToExpire = days % 2 == 0 ? days : null,
            Severity = (ThreatLevel)level,
            Confidence = days,
        })).Array[0, 6];

    private static bool Matches(RuleCondition condition) => condition.Matches(Subject(Row()));

    private static RuleSubject Subject(IndicatorSourceRow row) => new(row, new DestinationPolicy(), Today);

    private static RuleCondition Condition(string key) => new(RuleKey.All.Single(one => one.Name == key));

    private static Rule Send(bool send) => Rule("type", "ip-dst", new RuleEffect { Send = send });

    private static Rule Rule(string key, string value, RuleEffect effect) =>
        new() { Name = "rules[0]", Text = $"{key} {value} {effect}", When = [Condition(key) with { Names = [value] }], Then = effect };

    private static SkipReason? Reason(IndicatorSourceRow row, Rule? rule = null, Func<DestinationPolicy, DestinationPolicy>? with = null)
    {
        var policy = new DestinationPolicy { Rules = rule is null ? [] : [rule] };
        var destination = new FakeDestination(form: IndicatorShape.Single) { Policy = with?.Invoke(policy) ?? policy };
        return new Eligibility(destination, new NeverBlock([]), Some.Now).SkipReasonFor(row);
    }

    private static Indicator Merge(DestinationPolicy policy, params IndicatorSourceRow[] rows)
    {
        var merger = new Merger(policy, IndicatorShape.Single);
        foreach (var row in rows) merger.Add(row, policy.EffectOn(row, Today));
        return merger.Merge();
    }

    private static IndicatorSourceRow Row(string type = "ip-dst", string address = "203.0.113.7")
    {
        string[] tags = ["tlp:amber", "PAP:RED", "workflow:state=\"incomplete\"", "misp-galaxy:threat-actor=\"Made Up Bear\""];
        var @event = Some.Event(1, tags: tags) with { Organisation = "CERT-A" };
        var single = new Observable.NetworkAddress(System.Net.IPAddress.Parse(address), Direction.Unknown);
        return new IndicatorSourceRow(
            new IndicatorSource
            {
                Attribute = Some.Uuid(7),
                Part = 0,
                Type = type,
                Category = "Network activity",
                Combined = [single],
                Single = single,
                Object = "url",
                Role = "host",
                Timestamp = Today.AddDays(-10),
                FirstSeen = Today.AddDays(-30),
                LastSeen = Today.AddDays(-20),
                Tags =
                [
                    new MispTag("confidence:low-ish"), new MispTag("local:one", IsLocal: true),
                    new MispTag("misp:confidence-level=\"rarely-confident\""),
                ],
            },
            new EventFacts(@event, "misp", isAged: false))
        {
            Facts = new AttributeFacts { DecayScore = 30, FalsePositives = 2 },
        };
    }
}
