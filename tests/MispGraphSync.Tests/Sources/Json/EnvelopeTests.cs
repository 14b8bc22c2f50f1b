using MispGraphSync.Core.Domain;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

public class EnvelopeTests
{
    private const string Bare =
        """{"uuid":"11111111-1111-4111-8111-111111111111","info":"one","Attribute":[{"type":"domain","value":"a.example"}]}""";

    [Theory]
    [InlineData("{0}")]
    [InlineData("[{0}]")]
    [InlineData("""{{"Event":{0}}}""")]
    [InlineData("""{{"Event":[{0}]}}""")]
    [InlineData("""[{{"Event":{0}}}]""")]
    [InlineData("""{{"response":[{0}]}}""")]
    [InlineData("""{{"response":[{{"Event":{0}}}]}}""")]
    [InlineData("""{{"response":{{"Event":{0}}}}}""")]
    [InlineData("""{{"Event":{0},"User":{{"id":"1"}},"RelatedEvent":[{{"Event":{{"info":"another"}}}}]}}""")]
    [InlineData("\uFEFF \r\n{0}\r\n")]
    public async Task An_event_is_read_once_in_every_envelope(string wrapping)
    {
        var events = await TestReader.ReadAsync(string.Format(null, wrapping, Bare));

        var (read, items) = Assert.Single(events);
        Assert.Equal(new Guid("11111111-1111-4111-8111-111111111111"), read.Uuid);
        Assert.Equal("a.example", Assert.Single(items.Attributes()).Value);
    }

    [Fact]
    public async Task Parts_beside_the_event_object_belong_to_it()
    {
        var events = await TestReader.ReadAsync("""
            {"Event":{"info":"old export"},"Orgc":{"id":"2","name":"Example Org","uuid":"22222222-2222-4222-8222-222222222222"},
             "EventTag":[{"id":"1","local":true,"Tag":{"name":"tlp:red"}}],"Attribute":[{"type":"md5","value":"x"}]}
            """);

        var (read, items) = Assert.Single(events);
        Assert.Equal("Example Org", read.Organisation);
        Assert.Equal(new MispTag("tlp:red", IsLocal: true), Assert.Single(read.Tags));
        Assert.Single(items);
    }

    [Theory]
    [InlineData("""
        {"response":{"Attribute":[{"type":"domain","value":"a.example","uuid":"11111111-1111-4111-8111-111111111111",
         "Event":{"info":"x","id":"1"}}]}}
        """)]
    [InlineData("""{"response":[{"Object":{"name":"file","Attribute":[{"type":"md5","value":"x"}]}}]}""")]
    [InlineData("""{"Attribute":{"type":"domain","value":"a.example"}}""")]
    public async Task Attributes_without_an_event_are_detected(string json)
    {
        using var reader = new MispJsonReader(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)), _ => TestReader.Derived);

        Assert.Empty(await reader.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        Assert.True(reader.SawItemsOutsideEvent);
    }

    [Theory]
    [InlineData("""{"response":[]}""", true)]
    [InlineData("[]", true)]
    [InlineData("{}", false)]
    [InlineData("""{"name":"Authentication failed","message":"no","url":"\/events"}""", false)]
    [InlineData("5", false)]
    public async Task An_empty_response_is_distinguished_from_other_JSON(string json, bool isList)
    {
        using var reader = new MispJsonReader(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json)), _ => TestReader.Derived);

        Assert.Empty(await reader.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(isList, reader.SawEventList);
        Assert.False(reader.SawItemsOutsideEvent);
    }

    [Fact]
    public async Task An_index_entry_is_recognised_as_a_summary()
    {
        using var reader = new MispJsonReader(
            new MemoryStream("""[{"id":"1","info":"x","attribute_count":"7"}]"""u8.ToArray()), _ => TestReader.Derived);

        var ct = TestContext.Current.CancellationToken;
        var summary = Assert.Single(await reader.ReadAsync(ct).ToListAsync(ct));

        Assert.True(summary.IsSummary);
        Assert.Equal(TestReader.Derived, summary.Event.Uuid);
    }

    [Fact]
    public async Task Related_events_proposals_and_reports_are_skipped()
    {
        var events = await TestReader.ReadAsync("""
            {"response":[{"Event":{"info":"x",
              "RelatedEvent":[{"Event":{"info":"other","Attribute":[{"type":"md5","value":"no"}]}}],
              "ShadowAttribute":[{"type":"md5","value":"no"}],
              "EventReport":[{"name":"r","content":"{\"Event\":1}"}],
              "Attribute":[{"type":"md5","value":"yes","ShadowAttribute":[{"type":"md5","value":"no"}]}],
              "Object":[{"name":"file","ObjectReference":[{"Object":{"name":"no"}}],"Attribute":[{"type":"sha1","value":"yes"}]}]}}]}
            """);

        Assert.All(Assert.Single(events).Items.Attributes(), attribute => Assert.Equal("yes", attribute.Value));
        Assert.Equal(2, events[0].Items.Attributes().Count());
    }
}
