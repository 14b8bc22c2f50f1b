using System.Buffers;
using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>The objects on the wire. These ids are at workspaces: another one would be a second object that nobody revokes.</summary>
public sealed class SentinelContextTests
{
    private static readonly Guid Cluster = new("5cf6a4a0-0000-4000-8000-0000000000aa");

    [Fact]
    public void Ids_never_change()
    {
        Assert.Equal(
            [
                "identity--bf9b3b64-2415-568c-9b67-f832b01cbd51",
                "threat-actor--e08732b3-d734-5357-94fe-599f145fb5f3",
                "attack-pattern--fa6cbc87-b6ab-5b15-b0e6-57bed2dda42e",
                "relationship--27fba6d0-cf53-5bbd-80a3-9fb719bc40ba",
            ],
            Items.Select(item => IdOf(item)));
    }

    [Fact]
    public void Identity_is_a_name_and_a_reference() => Same(
        """
        {"type":"identity"
        ,"spec_version":"2.1"
        ,"id":"identity--00000000-0000-4000-8000-000000000001"
        ,"name":"First CERT"
        ,"identity_class":"organization"
        ,"external_references":[{"source_name":"misp-organisation"
        ,"external_id":"5cf6a4a0-0000-4000-8000-0000000000bb"}]
        ,"object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"]
        ,"created":"2026-01-15T12:00:00.000Z"
        ,"modified":"2026-01-15T12:00:00.000Z"}
        """,
        Items[0]);

    [Fact]
    public void Actor_has_its_names_and_references() => Same(
        """
        {"type":"threat-actor"
        ,"spec_version":"2.1"
        ,"id":"threat-actor--00000000-0000-4000-8000-000000000001"
        ,"name":"Velvet Heron"
        ,"description":"Made up."
        ,"threat_actor_types":["unknown"]
        ,"aliases":["VH"]
        ,"labels":["misp-galaxy:threat-actor=\"Velvet Heron\""]
        ,"external_references":[{"source_name":"misp-galaxy"
        ,"external_id":"5cf6a4a0-0000-4000-8000-0000000000aa"},{"source_name":"mitre-attack"
        ,"external_id":"G9901"
        ,"url":"https://attack.mitre.org/groups/G9901"}]
        ,"object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"]
        ,"created":"2026-01-15T12:00:00.000Z"
        ,"modified":"2026-01-15T12:00:00.000Z"}
        """,
        Items[1]);

    [Fact]
    public void Relationship_has_only_its_ends() => Same(
        """
        {"type":"relationship"
        ,"spec_version":"2.1"
        ,"id":"relationship--00000000-0000-4000-8000-000000000001"
        ,"relationship_type":"uses"
        ,"source_ref":"threat-actor--a"
        ,"target_ref":"attack-pattern--b"
        ,"object_marking_refs":["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"]
        ,"created":"2026-01-15T12:00:00.000Z"
        ,"modified":"2026-01-15T12:00:00.000Z"}
        """,
        Items[3]);

    [Fact]
    public void Every_object_proves_its_own_key()
    {
        foreach (var item in Items)
        {
            using var json = JsonDocument.Parse(Text(item));
            Assert.Equal(item.Canonical, SentinelContext.CanonicalOf(item.Type, json.RootElement));
        }
    }

    [Fact]
    public void Content_hash_ignores_dates_and_sees_everything_else()
    {
        var (one, later, strict) = (Hash(Items[1], 0), Hash(Items[1], 5), Hash(Items[1] with { Tlp = Tlp.Red }, 0));

        Assert.Equal(one, later);
        Assert.NotEqual(one, strict);
    }

    // The lines of the expected text are one.
    private static void Same(string expected, ContextObject item) =>
        Assert.Equal(expected.ReplaceLineEndings(""), Text(item));

    private static ContextObject[] Items =>
    [
        new() { Type = ContextType.Identity, Key = "5cf6a4a0-0000-4000-8000-0000000000bb", Name = "First CERT", Tlp = Tlp.Green },
        new()
        {
            Type = ContextType.ThreatActor, Key = $"{Cluster}", Name = "Velvet Heron", Tlp = Tlp.Green, MitreId = "G9901", Aliases = ["VH"],
            Description = "Made up.", Labels = ["misp-galaxy:threat-actor=\"Velvet Heron\""],
        },
        new()
        {
            Type = ContextType.AttackPattern, Key = "T1566.001", Name = "Way in", Tlp = Tlp.Green, MitreId = "T1566.001",
            KillChain = [("mitre-attack", "initial-access")],
        },
        ContextObject.Relation("uses", ("threat-actor--a", "A"), ("attack-pattern--b", "B"), Tlp.Green),
    ];

    private static SentinelContext Context => new(StixSamples.Settings(new Uri("https://a.example"), new Uri("https://b.example")), null!);

    private static string IdOf(ContextObject item) => Context.IdOf(
        item.Type, StableId.ForIndicator("golden", Context.Info.Kind, Context.Info.Scope, item.Canonical, 0));

    private static string Text(ContextObject item)
    {
        var body = new ArrayBufferWriter<byte>();
        Context.WriteItem(body, item, new ItemIdentity(Some.Uuid(1), null, Some.Now, Some.Now, DateTimeOffset.MaxValue));
        return Encoding.UTF8.GetString(body.WrittenSpan);
    }

    private static Hash128 Hash(ContextObject item, int minutes) => Context.WriteItem(
        new ArrayBufferWriter<byte>(), item,
        new ItemIdentity(Some.Uuid(1), null, Some.Now.AddMinutes(minutes), Some.Now.AddMinutes(minutes), DateTimeOffset.MaxValue)).Content;
}
