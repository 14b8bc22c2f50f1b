using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Sources.Filters;
using Xunit;

namespace MispGraphSync.Tests.Sources.Filters;

/// <summary>Filters as they are evaluated here, for feeds and files.</summary>
public class FilterMatchTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly MispEvent Event = new()
    {
        Uuid = new Guid("11111111-1111-4111-8111-111111111111"),
        Id = 322,
        Info = "Report by CERT Example",
        Date = new DateOnly(2026, 11, 20),
        Timestamp = Now.AddHours(-30),
        PublishTimestamp = Now.AddDays(-3),
        ThreatLevel = ThreatLevel.Medium,
        Published = true,
        Distribution = 3,
        Organisation = "Example Org",
        OrganisationUuid = new Guid("22222222-2222-4222-8222-222222222222"),
        OrganisationId = 9,
        Tags = [new MispTag("tlp:amber"), new MispTag("reviewed", IsLocal: true), new MispTag(" blank")],
    };

    private static readonly EventItem[] Items =
    [
        new EventItem.Attribute(new MispAttribute
        {
            Uuid = new Guid("33333333-3333-4333-8333-333333333333"),
            Type = "domain", Category = "Network activity", Value = "p1.example.com",
            ToIds = true, Comment = "seen in a partner's network", Tags = [new MispTag("kill-chain:Delivery")],
        }),
        new EventItem.Attribute(new MispAttribute { Type = "ip-dst", Value = "2001:db8:0:0::1" }),
        new EventItem.Attribute(new MispAttribute { Type = "mutex", Value = "Global\\gone", Deleted = true }),
        new EventItem.Object(new MispObject
        {
            Name = "file",
            Attributes =
            [
                new MispAttribute { Type = "filename|md5", Value = "a.exe|0123456789abcdef0123456789abcdef", ObjectRelation = "md5" },
            ],
        }),
        new EventItem.Attribute(new MispAttribute { Type = "email", Value = "a@example.com" }),
    ];

    [Theory]
    [InlineData("""{"value":"p1.example.com"}""", true)]
    [InlineData("""{"value":["no","p1.example.com"]}""", true)]
    [InlineData("""{"value":"%.example.com"}""", true)]
    [InlineData("""{"value":"p1.%"}""", true)]
    [InlineData("""{"value":"P1.EXAMPLE.COM"}""", true)]
    [InlineData("""{"value":"P_.EXAMPLE.%"}""", true)]
    [InlineData("""{"value":"p1%com"}""", false)]
    [InlineData("""{"value":"p_.example.com"}""", false)]
    [InlineData("""{"type":"DOMAIN"}""", true)]
    [InlineData("""{"type":"%name|md5"}""", true)]
    [InlineData("""{"category":"network activity"}""", false)]
    [InlineData("""{"category":"%activity"}""", true)]
    [InlineData("""{"object_relation":"MD5"}""", false)]
    [InlineData("""{"value":"%.example.org"}""", false)]
    [InlineData("""{"value":"a.exe"}""", true)]
    [InlineData("""{"value":"0123456789abcdef0123456789abcdef"}""", true)]
    [InlineData("""{"value":"2001:db8::1"}""", true)]
    [InlineData("""{"value":"Global\\gone"}""", false)]
    [InlineData("""{"value":"!p1.example.com"}""", false)]
    [InlineData("""{"not_values":["other"]}""", true)]
    [InlineData("""{"type":"domain"}""", true)]
    [InlineData("""{"type":"filename|md5"}""", true)]
    [InlineData("""{"type":"mutex"}""", false)]
    [InlineData("""{"type":"email-src"}""", true)]
    [InlineData("""{"type":"!domain"}""", false)]
    [InlineData("""{"type":["domain","!ip-dst"]}""", false)]
    [InlineData("""{"type":"mutex","value":"p1.example.com"}""", false)]
    [InlineData("""{"type":"ip-dst","value":"p1.example.com"}""", true)]
    [InlineData("""{"category":"Network activity"}""", true)]
    [InlineData("""{"object_relation":"md5"}""", true)]
    [InlineData("""{"to_ids":1}""", true)]
    [InlineData("""{"to_ids":0}""", true)]
    [InlineData("""{"deleted":1}""", true)]
    [InlineData("""{"deleted":[0,1]}""", true)]
    [InlineData("""{"org":"Example Org"}""", true)]
    [InlineData("""{"org":" Example Org "}""", true)]
    [InlineData("""{"org":"example org"}""", false)]
    [InlineData("""{"org":"%Org"}""", false)]
    [InlineData("""{"org":"Example_Org"}""", false)]
    [InlineData("""{"org":9}""", true)]
    [InlineData("""{"org":"22222222-2222-4222-8222-222222222222"}""", true)]
    [InlineData("""{"org":"!Example Org"}""", false)]
    [InlineData("""{"tags":"TLP:AMBER"}""", false)]
    [InlineData("""{"tags":" tlp:amber "}""", true)]
    [InlineData("""{"tags":"! tlp:amber"}""", false)]
    [InlineData("""{"tags":"tlp_amber"}""", true)]
    [InlineData("""{"tags":"tlp\\_amber"}""", false)]
    [InlineData("""{"tags":"t%p:%mber"}""", true)]
    [InlineData("""{"tags":"blank"}""", false)]
    [InlineData("""{"tags":"%blank"}""", true)]
    [InlineData("""{"tags":" blank"}""", false)]
    [InlineData("""{"tags":"tlp:%"}""", true)]
    [InlineData("""{"tags":"kill-chain:Delivery"}""", true)]
    [InlineData("""{"tags":"!kill-chain:Delivery"}""", true)]
    [InlineData("""{"tags":"!tlp:amber"}""", false)]
    [InlineData("""{"tags":{"AND":["tlp:amber","kill-chain:Delivery"]}}""", true)]
    [InlineData("""{"tags":{"AND":["tlp:amber","tlp:red"]}}""", false)]
    [InlineData("""{"tags":{"OR":["tlp:red","reviewed"],"NOT":["tlp:green"]}}""", true)]
    [InlineData("""{"event_tags":"kill-chain:Delivery"}""", false)]
    [InlineData("""{"eventid":322}""", true)]
    [InlineData("""{"eventid":"11111111-1111-4111-8111-111111111111"}""", true)]
    [InlineData("""{"eventid":"!322"}""", false)]
    [InlineData("""{"uuid":"33333333333343338333333333333333"}""", true)]
    [InlineData("""{"org":"{22222222-2222-4222-8222-222222222222}"}""", true)]
    [InlineData("""{"uuid":"33333333-3333-4333-8333-333333333333"}""", true)]
    [InlineData("""{"uuid":"44444444-4444-4444-8444-444444444444"}""", false)]
    [InlineData("""{"eventinfo":"%CERT%"}""", true)]
    [InlineData("""{"eventinfo":"CERT"}""", false)]
    [InlineData("""{"eventinfo":"%cert%"}""", false)]
    [InlineData("""{"eventinfo":"Report%Example"}""", false)]
    [InlineData("""{"eventinfo":"Report by%"}""", true)]
    [InlineData("""{"threat_level_id":2}""", true)]
    [InlineData("""{"threat_level_id":[1,3]}""", false)]
    [InlineData("""{"published":true}""", true)]
    [InlineData("""{"published":0}""", false)]
    [InlineData("""{"distribution":3}""", true)]
    [InlineData("""{"searchall":"%partner%"}""", true)]
    [InlineData("""{"searchall":"partner"}""", false)]
    [InlineData("""{"searchall":"%PARTNER%"}""", true)]
    [InlineData("""{"searchall":"%cert%"}""", false)]
    [InlineData("""{"searchall":"%CERT%"}""", true)]
    [InlineData("""{"searchall":"%Example Org%"}""", false)]
    [InlineData("""{"searchall":"tlp:_mber"}""", true)]
    [InlineData("""{"searchall":"P1.example.com"}""", true)]
    [InlineData("""{"distribution":[0,1]}""", false)]
    [InlineData("""{"distribution":"!1"}""", true)]
    [InlineData("""{"deleted":false}""", true)]
    [InlineData("""{"from":"2026-11-20"}""", true)]
    [InlineData("""{"from":"2026-11-21"}""", false)]
    [InlineData("""{"to":"2026-11-20"}""", true)]
    [InlineData("""{"date_from":"2026-11-01","date_to":"2026-11-19"}""", false)]
    [InlineData("""{"date":"2026-11-19"}""", true)]
    [InlineData("""{"date":["2026-11-01","2026-11-20"]}""", true)]
    [InlineData("""{"date":"4d"}""", true)]
    [InlineData("""{"date":"3d"}""", false)]
    [InlineData("""{"last":"5d"}""", true)]
    [InlineData("""{"last":"12h"}""", false)]
    [InlineData("""{"last":["5d","2d"]}""", true)]
    [InlineData("""{"publish_timestamp":"2026-11-22"}""", false)]
    [InlineData("""{"timestamp":"31h"}""", true)]
    [InlineData("""{"timestamp":1795000000}""", true)]
    [InlineData("""{"withAttachments":true,"enforceWarninglist":1}""", true)]
    public void A_filter_matches_as_on_the_server(string filter, bool expected)
    {
        Assert.Equal(expected, FilterTests.Parse(filter).Matches(Event, Items, Now));
    }

    [Fact]
    public void A_list_is_a_union_and_several_filters_intersect()
    {
        Assert.True(Plan("""[{"type_attribute":["mutex","domain"]}]"""));
        Assert.False(Plan("""[{"type_attribute":"mutex"},{"type_attribute":"domain"}]"""));
        Assert.True(Plan("""[{"type_attribute":"domain"},{"type_attribute":"filename|md5"}]"""));
        Assert.True(Plan("[]"));
    }

    [Fact]
    public void An_unpublished_event_counts_as_published_in_1970_as_on_the_server()
    {
        var never = Event with { PublishTimestamp = null };

        Assert.False(FilterTests.Parse("""{"last":"9999d"}""").Matches(never, Items, Now));
        Assert.True(FilterTests.Parse("""{"last":"1970-01-01"}""").Matches(never, Items, Now));
        Assert.True(FilterTests.Parse("""{"publish_timestamp":"36500d"}""").Matches(never, Items, Now));
    }

    private static bool Plan(string filters)
    {
        using var json = JsonDocument.Parse(filters);
        return FilterPlan.Parse([.. json.RootElement.EnumerateArray()], out _)!.Matches(Event, Items, Now);
    }
}
