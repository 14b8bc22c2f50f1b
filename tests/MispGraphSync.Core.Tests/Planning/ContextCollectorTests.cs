using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class ContextCollectorTests
{
    private const string Actor = "misp-galaxy:threat-actor=\"velvet heron\"";
    private const string Group = "misp-galaxy:mitre-intrusion-set=\"velvet heron - g9901\"";
    private const string Technique = "misp-galaxy:mitre-attack-pattern=\"phishing - t1566\"";
    private const string Mobile = "misp-galaxy:mitre-mobile-attack-attack-pattern=\"phishing - t1566\"";

    private static readonly ContextPolicy All = new() { Identities = true, Actors = true, Techniques = true, Relations = true };

    private readonly Dictionary<string, ClusterDetail> _clusters = [];

    [Fact]
    public void Like_names_of_two_galaxies_stay_two_objects_and_a_number_is_one()
    {
        var set = Collect(All, (1, Tag(Actor)), (1, Tag(Group)), (1, Tag(Technique)), (2, Tag(Mobile)));

        Assert.Equal(
            ["attack-pattern phishing", "threat-actor velvet heron", "threat-actor velvet heron"],
            set.Objects.Select(item => $"{item.Label}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Strictest_TLP_of_all_events_counts()
    {
        var set = Collect(All, (1, Tag(Actor, Tlp.Green)), (2, Tag(Actor, Tlp.Amber)), (3, Tag(Actor, Tlp.Clear)));

        Assert.Equal(Tlp.Amber, Assert.Single(set.Objects).Tlp);
    }

    [Fact]
    public void Relation_needs_both_ends_in_one_event()
    {
        var apart = Collect(All, (1, Tag(Actor)), (2, Tag(T("T1566"))));
        var together = Collect(All, (1, Tag(Actor, Tlp.Green)), (1, Tag(T("T1566"), Tlp.Amber)));

        Assert.Empty(apart.Relations);
        Assert.Equal(Tlp.Amber, Assert.Single(together.Relations).Tlp);
    }

    [Theory]
    [InlineData(Tlp.Green, Tlp.Amber)]
    [InlineData(Tlp.Amber, Tlp.Green)]
    public void Relation_has_the_strictest_TLP_of_both_ends_in_all_events(Tlp actor, Tlp technique)
    {
        var set = Collect(
            All, (1, Tag(Actor, Tlp.Clear)), (1, Tag(T("T1566"), Tlp.Clear)), (2, Tag(Actor, actor)), (2, Tag(T("T1566"), technique)),
            (3, Tag(Actor, Tlp.Clear)), (3, Tag(T("T1566"), Tlp.Clear)));

        Assert.Equal(Tlp.Amber, Assert.Single(set.Relations).Tlp);
    }

    [Fact]
    public void Event_with_very_many_actors_and_techniques_has_no_more_than_two_thousand_relations()
    {
        var actors = Enumerable.Range(0, 50).Select(number => (1L, Tag($"misp-galaxy:threat-actor=\"Actor {number}\"")));
        var techniques = Enumerable.Range(1000, 41).Select(number => (1L, Tag(T($"T{number}"))));

        Assert.Equal(2_000, Collect(All, [.. actors, .. techniques]).Relations.Count());
    }

    [Theory]
    [InlineData(Tlp.Green, Tlp.Amber)]
    [InlineData(Tlp.Amber, Tlp.Green)]
    public void Object_of_two_tags_has_the_stricter_TLP(Tlp one, Tlp other)
    {
        Assert.Equal(Tlp.Amber, Assert.Single(Collect(All, (1, Tag(Technique, one)), (1, Tag(Mobile, other))).Objects).Tlp);
    }

    [Fact]
    public void Two_local_tags_that_are_named_are_two_objects()
    {
        const string other = "misp-galaxy:threat-actor=\"red heron\"";

        var set = Collect(
            All with { Clusters = [Actor, other] }, (1, Tag(Actor) with { IsLocal = true }), (1, Tag(other) with { IsLocal = true }));

        Assert.Equal(["red heron", "velvet heron"], set.Objects.Select(item => item.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Settings_choose_each_part()
    {
        (long, ContextSupport)[] all = [(1, Tag(Actor)), (1, Tag(T("T1566"))), (1, Organisation)];

        Assert.Equal(3, Collect(All, all).Objects.Count());
        Assert.Equal(ContextType.Identity, Assert.Single(Collect(new ContextPolicy { Identities = true }, all).Objects).Type);
        Assert.Equal(ContextType.ThreatActor, Assert.Single(Collect(new ContextPolicy { Actors = true }, all).Objects).Type);
        Assert.Equal(ContextType.AttackPattern, Assert.Single(Collect(new ContextPolicy { Techniques = true }, all).Objects).Type);
        Assert.Empty(Collect(All with { Relations = false }, all).Relations);
    }

    [Fact]
    public void Local_tag_and_custom_cluster_stay_unless_they_are_named()
    {
        const string custom = "misp-galaxy:threat-actor=\"5cf6a4a0-0000-4000-8000-0000000000aa\"";
        _clusters[custom] = new ClusterDetail { Tag = custom, Value = "Our actor", IsCustom = true };
        (long, ContextSupport)[] all = [(1, Tag(Actor) with { IsLocal = true }), (1, Tag(custom))];

        Assert.Empty(Collect(All, all).Objects);
        var named = Collect(All with { Clusters = ["Our actor", Actor] }, all);
        Assert.Equal(["Our actor", "velvet heron"], named.Objects.Select(item => item.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Tag_that_is_local_in_one_event_counts_in_another() =>
        Assert.Single(Collect(All, (1, Tag(Actor) with { IsLocal = true }), (2, Tag(Actor))).Objects);

    [Fact]
    public void Latest_name_of_a_cluster_counts_whatever_its_tag()
    {
        var uuid = Some.Uuid(9);
        var other = "misp-galaxy:threat-actor=\"red heron\"";
        _clusters[Actor] = new ClusterDetail { Tag = Actor, Value = "Velvet Heron", Uuid = uuid, ReadAt = Some.Now };
        _clusters[other] = new ClusterDetail { Tag = other, Value = "Red Heron", Uuid = uuid, ReadAt = Some.Now.AddDays(1) };

        var item = Assert.Single(Collect(All, (1, Tag(Actor)), (2, Tag(other))).Objects);

        Assert.Equal("Red Heron", item.Name);
        Assert.Equal([other, Actor], item.Labels);
    }

    [Fact]
    public void Organisation_created_what_only_its_events_support()
    {
        var named = All with { CreatedBy = true };
        (long, ContextSupport)[] all =
            [(1, Organisation), (1, Tag(Actor)), (1, Tag(Technique)), (2, Organisation), (2, Tag(Actor)), (3, Tag(Technique))];

        var set = Collect(named, all);

        var identity = set.Objects.Single(item => item.Type == ContextType.Identity);
        Assert.Equal(identity.Observables, set.CreatorOf(set.Objects.Single(item => item.Type == ContextType.ThreatActor)));
        Assert.Null(set.CreatorOf(set.Objects.Single(item => item.Type == ContextType.AttackPattern)));
        Assert.All(
            (ContextPolicy[])[All, named with { Identities = false }],
            policy => Assert.All(Collect(policy, all).Objects, item => Assert.Null(Collect(policy, all).CreatorOf(item))));
    }

    private static ContextSupport Organisation => new($"{ContextSupport.Organisation}{Some.Uuid(7)}", "First CERT", Tlp.Green, false);

    private static string T(string number) => $"misp-galaxy:mitre-attack-pattern=\"Way - {number}\"";

    private static ContextSupport Tag(string tag, Tlp tlp = Tlp.Green) => new(tag.ToLowerInvariant(), tag, tlp, false);

    private ContextCollector Collect(ContextPolicy policy, params (long, ContextSupport)[] supports)
    {
        var collector = new ContextCollector(policy, tag => _clusters.GetValueOrDefault(tag));
        collector.Add(supports);
        return collector;
    }
}
