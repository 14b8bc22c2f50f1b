using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class TagMapTests
{
    [Theory]
    [InlineData("tlp:white", Tlp.Clear)]
    [InlineData("tlp:clear", Tlp.Clear)]
    [InlineData("tlp:green", Tlp.Green)]
    [InlineData("tlp:amber", Tlp.Amber)]
    [InlineData("tlp:amber+strict", Tlp.AmberStrict)]
    [InlineData("tlp:red", Tlp.Red)]
    [InlineData(" TLP:WHITE", Tlp.Clear)]
    [InlineData("TLP:Amber+Strict ", Tlp.AmberStrict)]
    [InlineData("tlp: red", Tlp.Red)]
    [InlineData("\u200Btlp:red", Tlp.Red)]
    [InlineData("tlp:unclear", null)]
    [InlineData("tlp:ex:chr", null)]
    [InlineData("tlp:purple", null)]
    [InlineData("tlp", null)]
    [InlineData("nottlp:red", null)]
    public void TLP_tag_gives_its_level(string tag, Tlp? level) => Assert.Equal(level, Read(tag).Tlp);

    [Fact]
    public void Strictest_TLP_is_used_including_local_tags()
    {
        Assert.Equal(Tlp.Red, Read("tlp:green", "tlp:red", "tlp:amber", "tlp:ex:chr").Tlp);
        Assert.Equal(Tlp.Red, TagMap.Read([new("tlp:green"), new("tlp:red", IsLocal: true)], []).Tlp);
    }

    [Theory]
    [InlineData("misp:confidence-level=\"completely-confident\"", 100)]
    [InlineData("misp:confidence-level=\"usually-confident\"", 75)]
    [InlineData("misp:confidence-level=\"fairly-confident\"", 50)]
    [InlineData("misp:confidence-level=\"rarely-confident\"", 25)]
    [InlineData("misp:confidence-level=\"unconfident\"", 0)]
    [InlineData("misp:confidence-level=\"confidence-cannot-be-evaluated\"", 50)]
    [InlineData("estimative-language:confidence-in-analytic-judgment=\"high\"", 95)]
    [InlineData("estimative-language:confidence-in-analytic-judgment=\"moderate\"", 55)]
    [InlineData("estimative-language:confidence-in-analytic-judgment=\"low\"", 0)]
    [InlineData("admiralty-scale:information-credibility=\"1\"", 100)]
    [InlineData("admiralty-scale:information-credibility=\"2\"", 75)]
    [InlineData("admiralty-scale:information-credibility=\"3\"", 50)]
    [InlineData("admiralty-scale:information-credibility=\"4\"", 25)]
    [InlineData("admiralty-scale:information-credibility=\"5\"", 0)]
    [InlineData("admiralty-scale:information-credibility=\"6\"", 50)]
    [InlineData("MISP:Confidence-Level=\"Unconfident\"", 0)]
    [InlineData("admiralty-scale:source-reliability=\"a\"", null)]
    [InlineData("misp:confidence-level=\"sure\"", null)]
    public void Each_confidence_tag_means_its_number(string tag, int? confidence) => Assert.Equal(confidence, Read(tag).Confidence);

    [Fact]
    public void Best_ranked_confidence_scale_wins()
    {
        const string misp = "misp:confidence-level=\"rarely-confident\"";
        const string admiralty = "admiralty-scale:information-credibility=\"2\"";
        const string estimative = "estimative-language:confidence-in-analytic-judgment=\"high\"";

        Assert.Equal(25, Read(estimative, admiralty, misp).Confidence);
        Assert.Equal(75, Read(estimative, admiralty).Confidence);
    }

    [Theory]
    [InlineData("kill-chain:Reconnaissance", KillChainPhase.Reconnaissance)]
    [InlineData("kill-chain:Weaponization", KillChainPhase.Weaponization)]
    [InlineData("kill-chain:Delivery", KillChainPhase.Delivery)]
    [InlineData("kill-chain:Exploitation", KillChainPhase.Exploitation)]
    [InlineData("kill-chain:Installation", KillChainPhase.Installation)]
    [InlineData("kill-chain:Command and Control", KillChainPhase.CommandAndControl)]
    [InlineData("kill-chain:actions on objectives", KillChainPhase.ActionsOnObjectives)]
    public void Each_kill_chain_tag_means_its_phase(string tag, KillChainPhase phase) => Assert.Equal([phase], Read(tag).KillChain);

    [Fact]
    public void Kill_chain_phases_are_distinct_and_in_order() => Assert.Equal(
        [KillChainPhase.Delivery, KillChainPhase.Installation],
        Read("kill-chain:Installation", "kill-chain:Delivery", "Kill-Chain:delivery", "kill-chain:lunch").KillChain);

    [Theory]
    [InlineData("diamond-model:Adversary", DiamondModel.Adversary)]
    [InlineData("diamond-model:Capability", DiamondModel.Capability)]
    [InlineData("diamond-model:infrastructure", DiamondModel.Infrastructure)]
    [InlineData("diamond-model:Victim", DiamondModel.Victim)]
    [InlineData("diamond-model:1", null)]
    [InlineData("my-diamond-model:Victim", null)]
    public void Diamond_model_tag_gives_its_corner(string tag, DiamondModel? corner) => Assert.Equal(corner, Read(tag).DiamondModel);

    [Theory]
    [InlineData("sentinel-threattype:Botnet", ThreatType.Botnet)]
    [InlineData("sentinel-threattype:C2", ThreatType.C2)]
    [InlineData("sentinel-threattype:CryptoMining", ThreatType.CryptoMining)]
    [InlineData("sentinel-threattype:Darknet", ThreatType.Darknet)]
    [InlineData("sentinel-threattype:DDoS", ThreatType.DDoS)]
    [InlineData("sentinel-threattype:MaliciousUrl", ThreatType.MaliciousUrl)]
    [InlineData("sentinel-threattype:Malware", ThreatType.Malware)]
    [InlineData("sentinel-threattype:Phishing", ThreatType.Phishing)]
    [InlineData("sentinel-threattype:Proxy", ThreatType.Proxy)]
    [InlineData("sentinel-threattype:pua", ThreatType.PUA)]
    [InlineData("sentinel-threattype:watchlist", ThreatType.WatchList)]
    [InlineData("sentinel-threattype:weather", null)]
    public void Each_threat_type_tag_means_its_type(string tag, ThreatType? type) => Assert.Equal(type, Read(tag).ThreatType);

    [Theory]
    [InlineData("threat-actor")]
    [InlineData("mitre-intrusion-set")]
    [InlineData("mitre-enterprise-attack-intrusion-set")]
    [InlineData("mitre-mobile-attack-intrusion-set")]
    [InlineData("mitre-pre-attack-intrusion-set")]
    [InlineData("mitre-ics-groups")]
    [InlineData("microsoft-activity-group")]
    [InlineData("360net-threat-actor")]
    public void Actor_galaxies_give_actors(string galaxy)
    {
        Assert.Equal(["Sofacy"], TagMap.Read([], [new(galaxy, "Sofacy")]).Actors);
        Assert.Equal(["Sofacy"], Read($"misp-galaxy:{galaxy}=\"Sofacy\"").Actors);
    }

    [Theory]
    [InlineData("malpedia")]
    [InlineData("mitre-malware")]
    [InlineData("mitre-enterprise-attack-malware")]
    [InlineData("mitre-mobile-attack-malware")]
    [InlineData("mitre-ics-software")]
    [InlineData("ransomware")]
    [InlineData("banker")]
    [InlineData("botnet")]
    [InlineData("rat")]
    [InlineData("stealer")]
    [InlineData("android")]
    [InlineData("backdoor")]
    [InlineData("cryptominers")]
    [InlineData("wiper")]
    [InlineData("stalkerware")]
    public void Malware_galaxies_give_families(string galaxy)
    {
        Assert.Equal(["Emotet"], TagMap.Read([], [new(galaxy, "Emotet")]).Families);
        Assert.Equal(["Emotet"], Read($"misp-galaxy:{galaxy}=\"Emotet\"").Families);
    }

    [Theory]
    [InlineData("misp-galaxy:threat-actor=\"7c1f2e9a-0000-4000-8000-000000000001\"")]
    [InlineData("misp-galaxy:threat-actor=\"7C1F2E9A-0000-4000-8000-000000000001\"")]
    [InlineData("MISP-Galaxy:Threat-Actor = \" 7c1f2e9a-0000-4000-8000-000000000001 \"")]
    [InlineData("misp-galaxy:malpedia=7c1f2e9a-0000-4000-8000-000000000001")]
    public void UUID_in_a_custom_cluster_tag_gives_no_name(string tag)
    {
        var alone = Read(tag);
        var withCluster = TagMap.Read([new(tag)], [new("threat-actor", "Our actor")]);

        Assert.Empty(alone.Actors);
        Assert.Empty(alone.Families);
        Assert.Equal(["Our actor"], withCluster.Actors);
        Assert.Equal([tag], alone.Tags);
    }

    [Theory]
    [InlineData("tool")]
    [InlineData("mitre-tool")]
    [InlineData("mitre-attack-pattern")]
    [InlineData("exploit-kit")]
    public void Other_galaxies_give_no_name(string galaxy)
    {
        var reading = TagMap.Read([new($"misp-galaxy:{galaxy}=\"Mimikatz\"")], [new(galaxy, "Mimikatz")]);

        Assert.Empty(reading.Actors);
        Assert.Empty(reading.Families);
    }

    [Fact]
    public void Names_are_distinct_ignoring_case_and_without_the_MITRE_id()
    {
        var reading = TagMap.Read(
            [new("misp-galaxy:mitre-intrusion-set=\"APT28 - G0007\""), new("misp-galaxy:threat-actor=\"Jackal - The\"")],
            [new("threat-actor", "apt28"), new("mitre-intrusion-set", "APT28 - G0007")]);

        Assert.Equal(["apt28", "Jackal - The"], reading.Actors);
    }

    [Fact]
    public void Local_tags_count_for_TLP_and_are_listed_only_in_AllTags()
    {
        var reading = TagMap.Read(
            [
                new("misp-galaxy:threat-actor=\"Sofacy\"", IsLocal: true), new("our-own-case-number", IsLocal: true),
                new("kill-chain:Delivery", IsLocal: true), new("public"),
            ],
            [new("threat-actor", "Sofacy")]);

        Assert.Equal(["public"], reading.Tags);
        Assert.Equal(4, reading.AllTags.Length);
        Assert.Empty(reading.Actors);
        Assert.Empty(reading.KillChain);
    }

    [Fact]
    public void Tags_are_distinct_and_keep_their_order() => Assert.Equal(["b", "a", "B"], Read("b", "a", " b ", "B", " ").Tags);

    private static TagMeaning Read(params string[] tags) => TagMap.Read([.. tags.Select(tag => new MispTag(tag))], []);
}
