using System.Text.Json;
using MispGraphSync.Sources.Filters;
using Xunit;

namespace MispGraphSync.Tests.Sources.Filters;

public class FilterTests
{
    /// <summary>Key, value, and what is sent.</summary>
    public static TheoryData<string, string> Sent => new()
    {
        // The Python sample's fifteen
        { """{"values":"a"}""", """{"value":"a"}""" },
        { """{"not_tags":"a"}""", """{"tags":"!a"}""" },
        { """{"type_attribute":["mutex","filename|md5"]}""", """{"type":["mutex","filename|md5"]}""" },
        { """{"category":"Network activity"}""", """{"category":"Network activity"}""" },
        { """{"org":5}""", """{"org":"5"}""" },
        { """{"tags":["a","!b"]}""", """{"tags":{"OR":["a"],"NOT":["b"]}}""" },
        { """{"tags":"a","not_tags":["b","c"]}""", """{"tags":{"OR":["a"],"NOT":["b","c"]}}""" },
        { """{"not_tags":["b"],"tags":"a"}""", """{"tags":{"OR":["a"],"NOT":["b"]}}""" },
        { """{"date_from":"2019-01-01","date_to":"2019-12-31"}""", """{"from":"2019-01-01","to":"2019-12-31"}""" },
        { """{"last":"5d"}""", """{"last":"5d"}""" },
        { """{"eventid":[1,"2"]}""", """{"eventid":["1","2"]}""" },
        { """{"withAttachments":true}""", "{}" },
        { """{"uuid":"11111111-1111-4111-8111-111111111111"}""", """{"uuid":"11111111-1111-4111-8111-111111111111"}""" },
        { """{"publish_timestamp":1551811160}""", """{"publish_timestamp":"1551811160"}""" },
        { """{"published":false}""", """{"published":0}""" },
        // Today's
        { """{"value":["a||b"]}""", """{"value":["a||b"]}""" },
        { """{"value":"a||b"}""", """{"value":["a","b"]}""" },
        { """{"value":"http://x.example/?a&&b"}""", """{"value":["http://x.example/?a&&b"]}""" },
        { """{"tags":"a&&b&&!c"}""", """{"tags":{"AND":["a","b"],"NOT":["c"]}}""" },
        { """{"event_tags":{"AND":["a","b"]}}""", """{"event_tags":{"AND":["a","b"]}}""" },
        { """{"tags":{"NOT":["a","b"]}}""", """{"tags":{"NOT":["a","b"]}}""" },
        { """{"object_relation":"sha256"}""", """{"object_relation":"sha256"}""" },
        { """{"eventinfo":"%x%"}""", """{"eventinfo":"%x%"}""" },
        { """{"threat_level_id":[1,2]}""", """{"threat_level_id":["1","2"]}""" },
        { """{"date":["2026-01-01","2026-02-01"]}""", """{"date":["2026-01-01","2026-02-01"]}""" },
        { """{"timestamp":["10d","5d"]}""", """{"timestamp":["10d","5d"]}""" },
        { """{"event_timestamp":"12h"}""", """{"timestamp":"12h"}""" },
        { """{"to_ids":"1"}""", """{"to_ids":1}""" },
        { """{"to_ids":"exclude"}""", """{"to_ids":0}""" },
        { """{"deleted":[0,1]}""", "{}" },
        { """{"deleted":false}""", "{}" },
        { """{"org":"AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE"}""", """{"org":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"}""" },
        { """{"uuid":["AAAAAAAABBBB4CCC8DDDEEEEEEEEEEEE"]}""", """{"uuid":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"}""" },
        { """{"eventid":["!AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE"]}""", """{"eventid":"!aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"}""" },
        { """{"tags":" a || ! b "}""", """{"tags":{"OR":["a"],"NOT":["b"]}}""" },
        { """{"deleted":"only"}""", """{"deleted":1}""" },
        { """{"enforce_warninglist":true}""", """{}""" },
        { """{"distribution":3}""", "{}" },
        { """{"sharing_group_id":4}""", """{"sharinggroup":"4"}""" },
        { """{"searchall":"%x%"}""", """{"searchall":"%x%"}""" },
    };

    [Theory]
    [MemberData(nameof(Sent))]
    public void A_filter_is_sent_under_the_names_of_the_server(string filter, string expected)
    {
        Assert.Equal(expected, Write(Parse(filter)));
    }

    [Theory]
    [InlineData("""{"typ":"x"}""", "\"typ\"", "did you mean \"type\"?")]
    [InlineData("""{"Tags":"x"}""", "\"Tags\"", "\"tags\"")]
    [InlineData("""{"type_attributes":"x"}""", "\"type_attribute\"")]
    [InlineData("""{"quickFilter":"x"}""", "searchall")]
    [InlineData("""{"limit":5}""", "misp.pageSize")]
    [InlineData("""{"includeEventTags":true}""", "\"includeEventTags\"")]
    [InlineData("""{"type":""}""", "\"type\" is empty")]
    [InlineData("""{"type":null}""", "\"type\" is empty (null)")]
    [InlineData("""{"tags":[]}""", "\"tags\" is empty")]
    [InlineData("""{"tags":{}}""", "\"tags\" is empty")]
    [InlineData("""{"tags":{"OR":[]}}""", "empty \"OR\"")]
    [InlineData("""{"tags":{"or":["a"]}}""", "did you mean \"OR\"?")]
    [InlineData("""{"tags":["a",""]}""", "\"tags\" holds an empty value")]
    [InlineData("""{"tags":"!"}""", "\"tags\" holds an empty value")]
    [InlineData("""{"type":[["a"]]}""", "\"type\"", "a list")]
    [InlineData("""{"type":true}""", "\"type\"")]
    [InlineData("""{"type":{"AND":["a","b"]}}""", "\"type\" has no AND")]
    [InlineData("""{"type":"a","type_attribute":"b"}""", "twice")]
    [InlineData("""{"type":"a","type":"b"}""", "twice")]
    [InlineData("""{"not_values":"!a"}""", "negated already")]
    [InlineData("""{"from":"7d"}""", "\"from\" takes a day")]
    [InlineData("""{"date_from":"2026-13-45"}""", "\"date_from\" takes a day")]
    [InlineData("""{"to":1551811160}""", "\"to\" takes a day")]
    [InlineData("""{"last":"5w"}""", "\"last\" takes", "\"5w\"")]
    [InlineData("""{"last":"2h30m"}""", "\"2h30m\"")]
    [InlineData("""{"last":"0d"}""", "\"0d\"")]
    [InlineData("""{"last":"yesterday"}""", "\"yesterday\"")]
    [InlineData("""{"timestamp":1551811160000}""", "\"timestamp\"")]
    [InlineData("""{"timestamp":["1d","2d","3d"]}""", "a range of two")]
    [InlineData("""{"timestamp":["5d","10d"]}""", "runs backwards")]
    [InlineData("""{"timestamp":[1600000000,1500000000]}""", "runs backwards")]
    [InlineData("""{"date":1551811160}""", "\"date\" takes a day")]
    [InlineData("""{"published":[0,1]}""", "\"published\" takes true or false")]
    [InlineData("""{"published":"yes"}""", "\"yes\"")]
    [InlineData("""{"uuid":"5"}""", "is no UUID")]
    [InlineData("""{"threat_level_id":5}""", "no threat level")]
    [InlineData("{}", "without keys")]
    [InlineData("[]", "an object of keys and values")]
    [InlineData("\"tags\"", "an object of keys and values")]
    public void A_filter_error_names_the_key_and_the_fix(string filter, params string[] words)
    {
        using var json = JsonDocument.Parse(filter);

        Assert.Null(EventFilter.Parse(json.RootElement, out var faults));

        var fault = Assert.Single(faults);
        Assert.All(words, word => Assert.Contains(word, fault, StringComparison.Ordinal));
    }

    [Fact]
    public void All_filter_errors_are_reported_together_with_their_location()
    {
        using var json = JsonDocument.Parse("""[{"tags":"a"},{"typ":"x","last":"5w"}]""");

        Assert.Null(FilterPlan.Parse([.. json.RootElement.EnumerateArray()], out var faults));

        Assert.Equal(2, faults.Count);
        Assert.All(faults, fault => Assert.StartsWith("misp.eventFilters[1]: ", fault, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"type":"ip_dst"}""", "\"ip_dst\"", "did you mean ip-dst?")]
    [InlineData("""{"type_attribute":["domain","!ipv4-addr"]}""", "\"ipv4-addr\"", "did you mean ip-src or ip-dst?")]
    [InlineData("""{"type":{"NOT":["xyzzy"]}}""", "\"xyzzy\"", "it may match nothing.")]
    public void An_unknown_type_gets_a_warning(string filter, params string[] words)
    {
        var doubt = Assert.Single(Parse(filter).Warnings);

        Assert.All(words, word => Assert.Contains(word, doubt, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"type":["domain","IP-DST","%dst","filename|sha256"]}""")]
    [InlineData("""{"category":"xyzzy","tags":"ip_dst"}""")]
    public void Known_types_and_free_texts_get_no_warning(string filter) => Assert.Empty(Parse(filter).Warnings);

    [Fact]
    public void Attachments_and_warninglists_are_accepted_and_noted()
    {
        var filter = Parse("""{"withAttachments":1,"enforceWarninglist":1,"tags":"x"}""");

        Assert.Equal(2, filter.Notes.Count());
    }

    [Theory]
    [InlineData("""{"value":"!a","tags":"t"}""", """{"tags":"t"}""", """{"tags":"t","value":"a"}""")]
    [InlineData("""{"type":["a","!b"]}""", """{"type":"a"}""", """{"type":"b"}""")]
    [InlineData("""{"not_values":["a","b"],"last":"5d"}""", """{"last":"5d"}""", """{"value":["a","b"]}""")]
    [InlineData("""{"category":"!a","type":"!b"}""", "{}", """{"category":"a"}""", """{"type":"b"}""")]
    [InlineData("""{"org":"!a"}""", """{"org":"!a"}""")]
    [InlineData("""{"distribution":["0","!3"],"type":"!a"}""", "{}", """{"type":"a"}""")]
    public void Negations_that_the_server_cannot_evaluate_are_subtracted(string filter, string positive, params string[] subtracted)
    {
        var parsed = Parse(filter);

        Assert.Equal(positive, Write(parsed.Positive));
        Assert.Equal(subtracted, parsed.Subtracted.Select(Write));
    }

    [Theory]
    [InlineData("""{"searchall":"%x%"}""", """{"searchall":"%x%"}""")]
    [InlineData("""{"searchall":"%x%","distribution":3}""", """{"searchall":"%x%"}""")]
    [InlineData("""{"org":"o","searchall":"%x%","value":"!v"}""", """{"org":"o"}""", """{"searchall":"%x%"}""")]
    public void A_full_text_search_is_a_filter_of_its_own(string filter, params string[] searches)
    {
        using var json = JsonDocument.Parse(filter);
        var plan = FilterPlan.Parse([json.RootElement], out _)!;

        Assert.Equal(searches, plan.Filters.Select(one => Write(one.Positive)));
        Assert.Contains(searches[^1], plan.LimitedTo(["7"]).Filters.Select(Write));
    }

    [Theory]
    [InlineData("""{"last":"5d","tags":"x"}""", true, """{"tags":"x"}""")]
    [InlineData("""{"timestamp":["2026-01-01","5d"]}""", true, """{"timestamp":"2026-01-01"}""")]
    [InlineData("""{"timestamp":["30d","2026-01-01"]}""", true, """{"timestamp":["1970-01-01","2026-01-01"]}""")]
    [InlineData("""{"timestamp":["30d","5d"]}""", true, "{}")]
    [InlineData("""{"last":"2026-01-01"}""", false, """{"last":"2026-01-01"}""")]
    public void Relative_time_is_detected_and_can_be_removed(string filter, bool isRelative, string without)
    {
        var parsed = Parse(filter);

        Assert.Equal(isRelative, parsed.HasRelativeTime);
        Assert.Equal(without, Write(parsed.WithoutRelativeTime()));
    }

    internal static EventFilter Parse(string filter)
    {
        using var json = JsonDocument.Parse(filter);
        var parsed = EventFilter.Parse(json.RootElement, out var faults);
        Assert.Empty(faults);
        return parsed!;
    }

    private static string Write(EventFilter filter) => filter.ToJson().ToJsonString(
        new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
