using MispGraphSync.Core.Domain;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

/// <summary>Clusters as MISP gives them, of the event and of its attributes.</summary>
public sealed class ClusterDetailTests
{
    private const string Least =
        """ "type":"threat-actor","value":"Velvet Heron","tag_name":"misp-galaxy:threat-actor=\"Velvet Heron\"" """;

    [Fact]
    public async Task Cluster_is_read_with_its_text_and_lists()
    {
        var cluster = Assert.Single(await ReadAsync(
            """
            {"uuid":"5cf6a4a0-0000-4000-8000-0000000000aa","type":"mitre-attack-pattern","value":"Phishing - T1566","default":true,
             "tag_name":"misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"","description":"Made up.","distribution":"3",
             "meta":{"external_id":["T1566"],"kill_chain":["attack-Windows:initial-access","attack-Linux:initial-access"],
                     "refs":["https://attack.mitre.org/techniques/T1566"],"synonyms":["Bait",""]},
             "GalaxyClusterRelation":[{"referenced_galaxy_cluster_type":"related-to","Tag":[{"name":"x"}]}]}
            """));

        Assert.Equal("Phishing - T1566", cluster.Value);
        Assert.Equal(new Guid("5cf6a4a0-0000-4000-8000-0000000000aa"), cluster.Uuid);
        Assert.Equal("Made up.", cluster.Description);
        Assert.Equal("T1566", cluster.ExternalId);
        Assert.Equal(["attack-Windows:initial-access", "attack-Linux:initial-access"], cluster.KillChain);
        Assert.Equal(["Bait"], cluster.Synonyms);
        Assert.False(cluster.IsCustom);
        Assert.False(cluster.IsRevoked);
    }

    [Theory]
    [InlineData(""" "revoked":true """)]
    [InlineData(""" "meta":{"revoked":["1"]} """)]
    [InlineData(""" "GalaxyClusterRelation":[{"referenced_galaxy_cluster_type":"revoked-by"}] """)]
    public async Task Revoked_cluster_is_known_by_any_of_its_marks(string mark) =>
        Assert.True(Assert.Single(await ReadAsync("{" + Least + "," + mark + "}")).IsRevoked);

    [Theory]
    [InlineData(""" "default":false """, true)]
    [InlineData(""" "default":true """, false)]
    [InlineData(""" "distribution":"0" """, false)]
    public async Task Custom_cluster_says_that_it_is_no_default(string mark, bool isCustom) =>
        Assert.Equal(isCustom, Assert.Single(await ReadAsync("{" + Least + "," + mark + "}")).IsCustom);

    [Theory]
    [InlineData("""{"type":"ransomware","value":"Made up","tag_name":"misp-galaxy:ransomware=\"Made up\""}""")]
    [InlineData("""{"type":"threat-actor","value":"","tag_name":"misp-galaxy:threat-actor=\"\""}""")]
    [InlineData("""{"type":"threat-actor","value":"Velvet Heron"}""")]
    [InlineData("""{"type":"threat-actor","value":"X","tag_name":"misp-galaxy:threat-actor=\"X\"","deleted":true}""")]
    [InlineData("""{"meta":[],"GalaxyClusterRelation":{},"type":"threat-actor","value":null,"tag_name":7}""")]
    public async Task Other_clusters_are_not_kept(string cluster) => Assert.Empty(await ReadAsync(cluster));

    [Fact]
    public async Task Clusters_of_attributes_belong_to_the_event()
    {
        var events = await TestReader.ReadAsync(
            """{"Event":{"info":"x","Attribute":[{"type":"domain","value":"a.example","Galaxy":[{"type":"threat-actor","GalaxyCluster":[{"""
            + Least + "}]}]}]}}");

        Assert.Equal("Velvet Heron", Assert.Single(Assert.Single(events).Event.Clusters).Value);
    }

    private static async Task<IReadOnlyList<ClusterDetail>> ReadAsync(string cluster)
    {
        var events = await TestReader.ReadAsync(
            """{"Event":{"info":"x","Galaxy":[{"type":"threat-actor","description":"d","GalaxyCluster":[""" + cluster + "]}]}}");
        return Assert.Single(events).Event.Clusters;
    }
}
