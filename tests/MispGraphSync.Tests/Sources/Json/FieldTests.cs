using MispGraphSync.Core.Domain;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

public class FieldTests
{
    [Fact]
    public async Task An_event_is_read_from_text_and_from_numbers_alike()
    {
        const string asText = """
            {"id":"322","uuid":"11111111-1111-4111-8111-111111111111","info":"Ti\u0074le","date":"2026-11-20","timestamp":"1795498979",
             "publish_timestamp":"1795499119","threat_level_id":"2","analysis":"1","distribution":"4","sharing_group_id":"7",
             "published":true,
             "orgc_id":"9","Orgc":{"id":"9","name":"Example Org","uuid":"22222222-2222-4222-8222-222222222222"},
             "Tag":[{"name":" tlp:amber ","local":0},{"name":"reviewed","local":true}]}
            """;
        const string asNumbers = """
            {"id":322,"uuid":"11111111-1111-4111-8111-111111111111","info":"Title","date":"2026-11-20","timestamp":1795498979,
             "publish_timestamp":1795499119,"threat_level_id":2,"analysis":1,"distribution":4,"sharing_group_id":7,"published":"1",
             "Orgc":{"id":9,"name":"Example Org","uuid":"22222222-2222-4222-8222-222222222222"},
             "Tag":[{"name":" tlp:amber ","exportable":true},{"local":"1","name":"reviewed"},{"name":" "}]}
            """;

        var first = Assert.Single(await TestReader.ReadAsync(asText)).Event;
        var second = Assert.Single(await TestReader.ReadAsync(asNumbers)).Event;

        Assert.Equal(322, first.Id);
        Assert.Equal("Title", first.Info);
        Assert.Equal(new DateOnly(2026, 11, 20), first.Date);
        Assert.Equal(1795498979, first.Timestamp.ToUnixTimeSeconds());
        Assert.Equal(ThreatLevel.Medium, first.ThreatLevel);
        Assert.Equal(7, first.SharingGroupId);
        Assert.True(first.Published);
        Assert.Equal("Example Org", first.Organisation);
        Assert.Equal([new MispTag(" tlp:amber "), new MispTag("reviewed", IsLocal: true)], first.Tags);
        Assert.Equal(first.Tags, second.Tags);
        Assert.Equal(first with { Tags = [] }, second with { Tags = [] });
    }

    [Theory]
    [InlineData("false", true)]
    [InlineData("0", true)]
    [InlineData("\"0\"", true)]
    [InlineData("true", false)]
    [InlineData("\"1\"", false)]
    [InlineData("null", false)]
    public async Task A_tag_that_is_not_exportable_is_treated_as_local(string exportable, bool stays)
    {
        var json = $$"""{"info":"x","Tag":[{"name":"tlp:red","exportable":{{exportable}} }]}""";
        var read = Assert.Single(await TestReader.ReadAsync(json)).Event;

        Assert.Equal(new MispTag("tlp:red", stays), Assert.Single(read.Tags));
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("0", false)]
    public async Task An_inherited_tag_of_an_attribute_is_treated_as_local(string inherited, bool stays)
    {
        var attribute = await TestReader.ReadAttributeAsync(
            $$"""{"type":"domain","value":"evil.example","Tag":[{"name":"tlp:red","inherited":{{inherited}} }]}""");

        Assert.Equal(new MispTag("tlp:red", stays), Assert.Single(attribute.Tags));
    }

    [Theory]
    [InlineData("true", 1)]
    [InlineData("false", 0)]
    public async Task A_cluster_whose_tag_is_not_exportable_is_skipped(string exportable, int names)
    {
        const string tag = """
            "misp-galaxy:threat-actor=\"a2ff8955-8c99-41a1-b858-9fe3bba1aa30\""
            """;
        var owner = $$"""
            "Galaxy":[{"type":"threat-actor","GalaxyCluster":[{"value":"Our actor","distribution":"3","local":false,"tag_name":{{tag}} }]}],
            "Tag":[{"name":{{tag}},"exportable":{{exportable}} }]
            """;

        var attribute = await TestReader.ReadAttributeAsync($$"""{"type":"domain","value":"evil.example",{{owner}} }""");
        var (read, _) = Assert.Single(await TestReader.ReadAsync($$"""{"Event":{"info":"x",{{owner}} } }"""));

        Assert.Equal(names, attribute.Galaxies.Count);
        Assert.Equal(names, read.Galaxies.Count);
    }

    [Fact]
    public async Task Missing_or_unreadable_fields_have_their_default()
    {
        var read = Assert.Single(await TestReader.ReadAsync(
            """
            {"info":null,"uuid":"no uuid","date":"soon","timestamp":"","publish_timestamp":"0",
             "threat_level_id":{"a":[1]},"Orgc":null}
            """)).Event;

        Assert.Equal(new MispEvent { Uuid = TestReader.Derived }, read);
    }

    [Fact]
    public async Task All_fields_of_an_attribute_are_read()
    {
        var attribute = await TestReader.ReadAttributeAsync("""
            {"uuid":"33333333-3333-4333-8333-333333333333","type":"ip-dst","category":"Network activity","value":"192.0.2.1","to_ids":"1",
             "deleted":0,"timestamp":"1795498977","first_seen":"2026-10-09T01:02:03.123456+00:00","last_seen":"2026-11-09T21:59:59+02:00",
             "comment":"seen","object_relation":null,"warnings":[{"value":"x"}],"data":"AAAA",
             "Galaxy":[{"GalaxyCluster":[{"value":"Sofacy","type":"other","meta":{"value":["no"]}}],"type":"threat-actor"}],
             "Tag":[{"name":"tlp:red"}]}
            """);

        Assert.Equal(new Guid("33333333-3333-4333-8333-333333333333"), attribute.Uuid);
        Assert.True(attribute.ToIds);
        Assert.False(attribute.Deleted);
        Assert.True(attribute.OnWarninglist);
        Assert.Equal("2026-10-09T01:02:03.1234560+00:00", attribute.FirstSeen?.ToString("O"));
        Assert.Equal("2026-11-09T19:59:59.0000000+00:00", attribute.LastSeen?.ToString("O"));
        Assert.Equal("seen", attribute.Comment);
        Assert.Null(attribute.ObjectRelation);
        Assert.Equal(new GalaxyCluster("threat-actor", "Sofacy"), Assert.Single(attribute.Galaxies));
        Assert.Equal(new MispTag("tlp:red"), Assert.Single(attribute.Tags));
    }

    [Theory]
    [InlineData(""" "value":"Sofacy" """, true)]
    [InlineData(""" "value":"Sofacy","distribution":"3","local":false,"tag_name":"misp-galaxy:threat-actor=\"Sofacy\"" """, true)]
    [InlineData(
        """
        "distribution":"3","local":false,
        "tag_name":"misp-galaxy:threat-actor=\"a2ff8955-8c99-41a1-b858-9fe3bba1aa30\"","value":"Our actor"
        """,
        true)]
    [InlineData(""" "value":"Sofacy","distribution":"0","default":false,"tag_name":"misp-galaxy:threat-actor=\"Sofacy\"" """, true)]
    [InlineData(
        """ "value":"Our actor","distribution":"0","tag_name":"misp-galaxy:threat-actor=\"a2ff8955-8c99-41a1-b858-9fe3bba1aa30\"" """,
        false)]
    [InlineData(
        """ "value":"Our actor","distribution":0,"tag_name":"misp-galaxy:threat-actor=\"A2FF8955-8C99-41A1-B858-9FE3BBA1AA30\"" """,
        false)]
    [InlineData(
        """ "value":"Our actor","distribution":"4","tag_name":"misp-galaxy:threat-actor=\"a2ff8955-8c99-41a1-b858-9fe3bba1aa30\"" """,
        false)]
    [InlineData(""" "value":"Our actor","distribution":"0" """, false)]
    [InlineData(""" "value":"Sofacy","distribution":"3","local":true,"tag_name":"misp-galaxy:threat-actor=\"Sofacy\"" """, false)]
    public async Task A_cluster_of_restricted_distribution_is_skipped(string cluster, bool lends)
    {
        var galaxy = $$$"""{"type":"threat-actor","GalaxyCluster":[{ {{{cluster}}} },{"value":"APT1","distribution":"3"}]}""";

        var attribute = await TestReader.ReadAttributeAsync($$"""{"type":"domain","value":"evil.example","Galaxy":[ {{galaxy}} ]}""");
        var (read, _) = Assert.Single(await TestReader.ReadAsync($$$"""{"Event":{"info":"x","Galaxy":[ {{{galaxy}}} ],"Attribute":[]}}"""));

        Assert.Equal(lends ? 2 : 1, attribute.Galaxies.Count);
        Assert.Equal(attribute.Galaxies, read.Galaxies);
        Assert.Contains(attribute.Galaxies, one => one.Value == "APT1");
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("\"1\"", true)]
    [InlineData("\"True\"", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    [InlineData("0.0", false)]
    [InlineData("1.0", true)]
    [InlineData("\"0\"", false)]
    [InlineData("null", false)]
    public async Task A_boolean_is_read_in_all_its_forms(string json, bool expected)
    {
        var attribute = await TestReader.ReadAttributeAsync($$"""{"type":"md5","value":"x","to_ids":{{json}}}""");

        Assert.Equal(expected, attribute.ToIds);
    }

    [Theory]
    [InlineData("[]", false)]
    [InlineData("{}", false)]
    [InlineData("null", false)]
    [InlineData("""["list"]""", true)]
    [InlineData("""[{"value":"8.8.8.8"}]""", true)]
    [InlineData("""{"58":"list"}""", true)]
    [InlineData("\"list\"", true)]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Warnings_count_when_there_is_at_least_one(string json, bool expected)
    {
        var attribute = await TestReader.ReadAttributeAsync($$"""{"type":"ip-dst","value":"x","warnings":{{json}}}""");

        Assert.Equal(expected, attribute.OnWarninglist);
    }

    [Theory]
    [InlineData("1795498979")]
    [InlineData("\"1795498979\"")]
    [InlineData("1795498979.25")]
    [InlineData("\"1795498979.25\"")]
    [InlineData("1.795498979E9")]
    [InlineData("\" 1795498979 \"")]
    [InlineData("\"2026-11-24T05:42:59Z\"")]
    public async Task A_time_is_read_in_all_its_forms(string json) =>
        Assert.Equal(1795498979,
            Assert.Single(await TestReader.ReadAsync($$"""{"info":"x","timestamp":{{json}}}""")).Event.Timestamp.ToUnixTimeSeconds());

    [Theory]
    [InlineData("99999999999999999999")]
    [InlineData("1e400")]
    [InlineData("\"NaN\"")]
    [InlineData("true")]
    [InlineData("[1795498979]")]
    public async Task An_invalid_time_is_null(string json) =>
        Assert.Equal(DateTimeOffset.UnixEpoch,
            Assert.Single(await TestReader.ReadAsync($$"""{"info":"x","timestamp":{{json}}}""")).Event.Timestamp);

    [Fact]
    public async Task An_object_keeps_its_attributes_together()
    {
        var (_, items) = Assert.Single(await TestReader.ReadAsync("""
            {"Event":{"info":"x","Object":[{"uuid":"44444444-4444-4444-8444-444444444444","name":"file","comment":"c","deleted":"1",
             "Attribute":[{"type":"md5","object_relation":"md5","value":"a"},{"type":"filename","object_relation":"filename","value":"b"}]},
             {"name":"empty"}],"Tag":[{"name":"tlp:green"}]}}
            """));

        var file = Assert.IsType<EventItem.Object>(items[0]).Value;
        Assert.Equal("file", file.Name);
        Assert.True(file.Deleted);
        Assert.Equal(["md5", "filename"], file.Attributes.Select(a => a.ObjectRelation!));
        Assert.Empty(Assert.IsType<EventItem.Object>(items[1]).Value.Attributes);
    }

    [Fact]
    public async Task The_last_of_duplicate_names_is_used_and_lists_are_concatenated()
    {
        var (read, items) = Assert.Single(await TestReader.ReadAsync(
            """{"info":"first","Attribute":[{"type":"a","value":"1"}],"info":"last","Attribute":[{"type":"b","type":"c","value":"2"}]}"""));

        Assert.Equal("last", read.Info);
        Assert.Equal(["a", "c"], items.Attributes().Select(a => a.Type));
    }

    [Fact]
    public async Task Unusual_text_is_preserved()
    {
        var attribute = await TestReader.ReadAttributeAsync(
            "{\"type\":\"text\",\"value\":\"a\\u0000\\n\\/\\\"\u202E\u2028 \\ud83d\\ude00 é\"}");

        Assert.Equal("a\0\n/\"\u202E\u2028 😀 é", attribute.Value);
    }

    [Fact]
    public async Task An_attribute_without_type_or_value_is_still_counted()
    {
        var attribute = await TestReader.ReadAttributeAsync("""{"value":5}""");

        Assert.Equal(("", "5"), (attribute.Type, attribute.Value));
    }
}
