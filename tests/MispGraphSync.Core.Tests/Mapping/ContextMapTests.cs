using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public sealed class ContextMapTests
{
    private static readonly Guid Uuid = new("5cf6a4a0-0000-4000-8000-0000000000aa");

    [Theory]
    [InlineData("misp-galaxy:threat-actor=\"Velvet Heron\"", "threat-actor\ntag:misp-galaxy:threat-actor=\"velvet heron\"", "Velvet Heron")]
    [InlineData("misp-galaxy:mitre-intrusion-set=\"Velvet Heron - G9901\"",
        "threat-actor\ntag:misp-galaxy:mitre-intrusion-set=\"velvet heron - g9901\"", "Velvet Heron")]
    [InlineData("misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"", "attack-pattern\nT1566", "Phishing")]
    [InlineData("misp-galaxy:mitre-mobile-attack-attack-pattern=\"Way in - T1566.001\"", "attack-pattern\nT1566.001", "Way in")]
    public void Tag_alone_names_an_object(string tag, string canonical, string name)
    {
        var item = ContextMap.ObjectOf(tag, null)!;

        Assert.Equal(canonical, item.Canonical);
        Assert.Equal(name, item.Name);
        Assert.Equal([tag], item.Labels);
    }

    [Theory]
    [InlineData("tlp:green")]
    [InlineData("misp-galaxy:ransomware=\"Made up\"")]
    [InlineData("misp-galaxy:mitre-attack-pattern=\"Phishing\"")]
    [InlineData("misp-galaxy:mitre-attack-pattern=\"Command and Control - TA0011\"")]
    [InlineData("misp-galaxy:threat-actor=\"5cf6a4a0-0000-4000-8000-0000000000aa\"")]
    [InlineData("misp-galaxy:threat-actor=\"\"")]
    [InlineData("misp-galaxy:threat-actor")]
    public void Other_tags_name_none(string tag) => Assert.Null(ContextMap.ObjectOf(tag, null));

    [Fact]
    public void Cluster_gives_name_key_synonyms_and_number()
    {
        var item = ContextMap.ObjectOf("misp-galaxy:threat-actor=\"old name\"", Cluster with
        {
            ExternalId = "G9901",
            Synonyms = ["Heron Group", "Velvet Heron", "Heron Group"],
            Description = "Made up.",
        })!;

        Assert.Equal($"threat-actor\n{Uuid}", item.Canonical);
        Assert.Equal("Velvet Heron", item.Name);
        Assert.Equal(["Heron Group"], item.Aliases);
        Assert.Equal("G9901", item.MitreId);
        Assert.Equal("Made up.", item.Description);
    }

    [Fact]
    public void Description_of_a_custom_cluster_stays()
    {
        var item = ContextMap.ObjectOf(
            $"misp-galaxy:threat-actor=\"{Uuid}\"", Cluster with { IsCustom = true, Description = "Private." })!;

        Assert.Equal("Velvet Heron", item.Name);
        Assert.Null(item.Description);
    }

    [Fact]
    public void Revoked_cluster_gives_none() =>
        Assert.Null(ContextMap.ObjectOf("misp-galaxy:mitre-attack-pattern=\"Old - T1445\"", Cluster with { IsRevoked = true }));

    [Fact]
    public void Tactics_lose_their_platform_and_come_once()
    {
        var item = ContextMap.ObjectOf("misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"", Cluster with
        {
            Value = "Phishing - T1566",
            KillChain =
            [
                "attack-Windows:initial-access", "attack-Linux:initial-access", "mobile-attack-iOS:initial-access",
                "pre-attack:establish-&-maintain-infrastructure", "nonsense",
            ],
        })!;

        Assert.Equal([("mitre-attack", "initial-access"), ("mitre-mobile-attack", "initial-access")], item.KillChain);
    }

    [Fact]
    public void Number_of_the_cluster_counts_before_that_of_its_name() => Assert.Equal(
        "attack-pattern\nT1566",
        ContextMap.ObjectOf(
            "misp-galaxy:mitre-attack-pattern=\"X\"", Cluster with { Value = "X - T9999", ExternalId = "T1566" })!.Canonical);

    [Fact]
    public void Number_of_the_cluster_names_a_technique_whose_name_has_none()
    {
        const string Tag = "misp-galaxy:mitre-attack-pattern=\"Way in\"";

        Assert.Equal("T1566.001", ContextMap.ObjectOf(Tag, Cluster with { ExternalId = " t1566.001 " })!.Key);
        Assert.Null(ContextMap.ObjectOf(Tag, Cluster with { ExternalId = "T1566.1" }));
    }

    [Theory]
    [InlineData("attack-Windows:initial-access", "mitre-attack", "initial-access")]
    [InlineData("mitre-attack:initial-access", "mitre-attack", "initial-access")]
    [InlineData("mobile-attack-Android:impact", "mitre-mobile-attack", "impact")]
    [InlineData("other:impact", null, null)]
    [InlineData(":impact", null, null)]
    [InlineData("impact", null, null)]
    [InlineData("attack-Windows:two words", null, null)]
    public void Phase_of_a_technique_is_in_the_kill_chain_of_its_matrix(string text, string? chain, string? phase)
    {
        var item = ContextMap.ObjectOf(Technique, Cluster with { Value = "Way in - T1566", KillChain = [text] })!;

        Assert.Equal(chain is null ? [] : [(chain, phase!)], item.KillChain);
    }

    [Fact]
    public void Cluster_of_the_current_list_describes_an_object_before_all_others()
    {
        const string Mobile = "misp-galaxy:mitre-mobile-attack-attack-pattern=\"Way in - T1566\"";
        const string Older = "misp-galaxy:mitre-enterprise-attack-attack-pattern=\"Way in - T1566\"";
        const string Oldest = "misp-galaxy:mitre-pre-attack-attack-pattern=\"Way in - T1566\"";
        var later = Cluster with { ReadAt = DateTimeOffset.UnixEpoch };
        (string Tag, ClusterDetail? Cluster)[] inOrder =
        [
            (Technique, Cluster), (Older, later), (Older, Cluster), (Mobile, Cluster), (Oldest, Cluster),
            (Technique, Cluster with { IsCustom = true }), (Mobile, null), (Oldest, null),
        ];

        for (var i = 0; i < inOrder.Length; i++)
        {
            for (var j = 0; j < inOrder.Length; j++)
            {
                var order = ContextMap.Compare(inOrder[i].Tag, inOrder[i].Cluster, inOrder[j].Tag, inOrder[j].Cluster);
                Assert.Equal(Math.Sign(i - j), Math.Sign(order));
            }
        }
    }

    private const string Technique = "misp-galaxy:mitre-attack-pattern=\"Way in - T1566\"";

    private static ClusterDetail Cluster => new() { Tag = "", Value = "Velvet Heron", Uuid = Uuid };
}
