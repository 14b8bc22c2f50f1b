using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class ContextPolicyTests
{
    private static readonly ContextEnds Uses = new("uses", "threat-actor--1", "attack-pattern--2");
    private static readonly ContextEnds Indicates = new("indicates", "indicator--1", "attack-pattern--2") { Indicator = Some.Uuid(1) };

    [Theory]
    [InlineData(false, false, false, false)]
    [InlineData(true, false, false, true)]
    [InlineData(false, true, false, true)]
    [InlineData(false, false, true, true)]
    public void One_part_is_enough_for_context_to_be_on(bool identities, bool actors, bool techniques, bool expected)
    {
        var policy = new ContextPolicy { Identities = identities, Actors = actors, Techniques = techniques, Relations = true };

        Assert.Equal((expected, actors || techniques), (policy.IsOn, policy.NeedsClusters));
    }

    [Theory]
    [InlineData(true, false, 0, false)]
    [InlineData(true, true, 0, true)]
    [InlineData(true, false, 1, false)]
    [InlineData(false, true, 0, false)]
    public void Use_needs_actors_and_techniques(bool actors, bool techniques, int indications, bool expected)
    {
        var policy = new ContextPolicy { Actors = actors, Techniques = techniques, Relations = true, MostIndications = indications };

        Assert.Equal((expected, expected || indications > 0), (policy.Takes(Uses), policy.Takes(ContextType.Relationship)));
    }

    [Theory]
    [InlineData(true, false, 1, true)]
    [InlineData(false, true, 1, true)]
    [InlineData(false, false, 1, false)]
    [InlineData(true, true, 0, false)]
    public void Indication_needs_actors_or_techniques_and_a_number(bool actors, bool techniques, int number, bool expected)
    {
        var policy = new ContextPolicy { Identities = true, Actors = actors, Techniques = techniques, MostIndications = number };

        Assert.Equal((expected, false, expected), (policy.Takes(Indicates), policy.Takes(Uses), policy.Takes(ContextType.Relationship)));
    }

    [Fact]
    public void Relationship_has_the_ids_of_its_ends_in_its_key_and_their_names_in_its_own()
    {
        var one = ContextObject.Relation("uses", ("threat-actor--1", "Grey Moth"), ("attack-pattern--2", "Phishing"), Tlp.Amber);

        Assert.Equal("relationship Grey Moth uses Phishing", $"{one.Label}");
        Assert.Equal("relationship\nuses\nthreat-actor--1\nattack-pattern--2", one.Canonical);
        Assert.Equal((Tlp.Amber, Uses), (one.Tlp, one.Ends));
    }

    [Fact]
    public void Each_type_is_known_by_its_word_and_no_other()
    {
        Assert.All(Enum.GetValues<ContextType>(), type => Assert.Equal(type, ContextObject.TypeOf(ContextObject.Word(type))));
        Assert.All(["indicator", "", null], word => Assert.Null(ContextObject.TypeOf(word)));
    }
}
