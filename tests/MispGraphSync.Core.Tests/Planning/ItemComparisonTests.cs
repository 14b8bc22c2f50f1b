using System.Text;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class ItemComparisonTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":"1"}""")]
    [InlineData("""{"a":true}""", """{"a":"True"}""")]
    [InlineData("""{"a":"Alert"}""", """{"a":"alert"}""")]
    [InlineData("""{"until":"2026-02-01T00:00:00Z"}""", """{"until":"2026-02-01T00:00:00.5000000+00:00"}""")]
    [InlineData("""{"until":"2026-02-01T00:00:00Z"}""", """{"until":"2026-02-01T01:00:00+01:00"}""")]
    [InlineData("""{"tags":["a","b"]}""", """{"tags":["b","a"]}""")]
    [InlineData("""{"a":"x","b":"y"}""", """{"a":"x"}""")]
    [InlineData("""{"a":"x"}""", """{"a":null,"more":1}""")]
    [InlineData("""{"tags":["a"]}""", """{"tags":[]}""")]
    [InlineData("""{"tags":[]}""", """{"tags":null}""")]
    [InlineData("""{"externalID":"k"}""", """{"externalId":"K"}""")]
    [InlineData("""{"valid_from":"2026-01-01T00:00:00Z","pattern_type":"stix"}""",
        """{"name":"x","properties":{"validFrom":"2026-01-01T00:00:00.000Z","patternType":"url"}}""")]
    [InlineData("""{"kill_chain_phases":[{"phase_name":"c2"}]}""", """{"properties":{"killChainPhases":[{"phaseName":"C2","order":0}]}}""")]
    [InlineData("""{"name":"n"}""", """{"name":"3f2a","properties":{"data":{"name":"n"}}}""")]
    [InlineData("""{"a":null}""", """{"a":""}""")]
    [InlineData("""{"until":"2026-02-01T00:00:00Z"}""", """{"until":"2026-02-01T00:00:00"}""")]
    [InlineData("""{"a_b":1}""", """{"ab":2,"a_b":1}""")]
    [InlineData("""{"o":{"x":1,"y":2}}""", """{"o":{"X":"1"}}""")]
    [InlineData("""{"a":"x"}""", """{"a":"x","properties":"none"}""")]
    [InlineData("""{"a":"x"}""", """{"properties":{"a":"x","data":"none"}}""")]
    [InlineData("null", "{}")]
    [InlineData("{}", "[]")]
    public void Different_spelling_is_no_difference(string sent, string there) => Assert.Empty(Compare(sent, there));

    [Theory]
    [InlineData("""{"a":1}""", """{"a":2}""", "a", "1", "2")]
    [InlineData("""{"a":"x"}""", """{"a":"y"}""", "a", "x", "y")]
    [InlineData("""{"until":"2026-02-01T00:00:00Z"}""", """{"until":"2026-02-01T00:00:02Z"}""", "until", "2026-02-01T00:00:00Z",
        "2026-02-01T00:00:02Z")]
    [InlineData("""{"tags":["a"]}""", """{"tags":["a","b"]}""", "tags", """["a"]""", """["a","b"]""")]
    [InlineData("""{"tags":["a","a"]}""", """{"tags":["a","b"]}""", "tags", """["a","a"]""", """["a","b"]""")]
    [InlineData("""{"groups":[]}""", """{"groups":["x"]}""", "groups", "[]", """["x"]""")]
    [InlineData("""{"a":"x"}""", """{"a":["x"]}""", "a", "x", """["x"]""")]
    [InlineData("""{"confidence":50}""", """{"properties":{"confidence":80}}""", "confidence", "50", "80")]
    [InlineData("""{"a":null}""", """{"a":"x"}""", "a", null, "x")]
    [InlineData("""{"a":["x"]}""", """{"a":"x"}""", "a", """["x"]""", "x")]
    [InlineData("""{"a":{"x":1}}""", """{"a":[1]}""", "a", """{"x":1}""", "[1]")]
    [InlineData("""{"o":{"x":1}}""", """{"o":{"x":2}}""", "o", """{"x":1}""", """{"x":2}""")]
    [InlineData("""{"externalID":"k"}""", """{"externalId":"x"}""", "externalID", "k", "x")]
    [InlineData("""{"valid_from":"2026-01-01T00:00:00Z"}""", """{"properties":{"validFrom":"2026-02-01T00:00:00Z"}}""", "valid_from",
        "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")]
    [InlineData("""{"name":"n"}""", """{"name":"3f2a","properties":{"data":{"name":"m"}}}""", "name", "n", "m")]
    [InlineData("""{"a":"\ud800"}""", """{"a":"x"}""", "a", """
        "\ud800"
        """, "x")]
    public void Different_value_is_reported_with_both_sides(string sent, string there, string property, string? ours, string theirs) =>
        Assert.Equal([new Difference(property, ours, theirs)], Compare(sent, there));

    [Theory]
    [InlineData("""{"a":1,"A":{"b":2}}""", "a", "A")]
    [InlineData("{}")]
    [InlineData("""["a"]""")]
    [InlineData("null")]
    public void Properties_are_those_of_an_object(string item, params string[] expected) =>
        Assert.Equal(expected, ItemComparison.PropertiesOf(Encoding.UTF8.GetBytes(item)).OrderDescending(StringComparer.Ordinal));

    private static List<Difference> Compare(string sent, string there) =>
        ItemComparison.Compare(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(there));
}
