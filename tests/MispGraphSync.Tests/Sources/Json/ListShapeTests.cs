using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

/// <summary>PHP writes a list from which an entry was removed as an object with numbers for keys.</summary>
public class ListShapeTests
{
    private const string Domain = """{"type":"domain","value":"a.example"}""";

    [Theory]
    [InlineData("[{0},{1}]")]
    [InlineData("""{{"0":{0},"2":{1}}}""")]
    [InlineData("""{{"7":{0},"3":{1}}}""")]
    [InlineData("""{{"\u0030":{0},"1":{1}}}""")]
    public async Task A_list_and_an_object_with_numbers_for_keys_are_the_same(string shape)
    {
        string List(string one, string other) => string.Format(null, shape, one, other);
        var tags = List("""{"name":"type:OSINT"}""", """{"name":"tlp:red","local":1}""");
        var links = List("""{"Tag":{"name":"a"}}""", """{"local":true,"Tag":{"name":"b"}}""");
        var galaxies = List(
            $$"""{"type":"tool","GalaxyCluster":{{List("""{"value":"X"}""", """{"value":"Y"}""")}}}""", """{"type":"ransomware"}""");
        var attribute = $$"""{"type":"md5","value":"x","Tag":{{tags}},"AttributeTag":{{links}},"Galaxy":{{galaxies}}}""";
        var file = $$"""{"name":"file","Attribute":{{List(attribute, Domain)}}}""";
        var (attributes, objects) = (List(Domain, attribute), List(file, """{"name":"url"}"""));

        var read = await ReadOneAsync($$"""
            {"info":"x","Tag":{{tags}},"EventTag":{{links}},"Galaxy":{{galaxies}},"Attribute":{{attributes}},"Object":{{objects}} }
            """);

        Assert.Null(read.Fault);
        Assert.Equal(["type:OSINT", "tlp:red", "a", "b"], read.Event.Tags.Select(t => t.Name));
        Assert.Equal([false, true, false, true], read.Event.Tags.Select(t => t.IsLocal));
        Assert.Equal([new GalaxyCluster("tool", "X"), new("tool", "Y")], read.Event.Galaxies);
        var found = read.Items.ToList();
        Assert.Equal(["domain", "md5", "md5", "domain"], found.Attributes().Select(a => a.Type));
        Assert.Equal(2, found.OfType<EventItem.Object>().Count());
        Assert.All(found.Attributes().Where(a => a.Type is "md5"), a => Assert.Equal((4, 2), (a.Tags.Count, a.Galaxies.Count)));
    }

    [Theory]
    [InlineData("""{"response":{"0":{"Event":{"info":"one"}},"2":{"Event":{"info":"two"}}}}""")]
    [InlineData("""{"0":{"Event":{"info":"one"}},"2":{"Event":{"info":"two"}}}""")]
    [InlineData("""{"Event":{"1":{"info":"one"},"2":{"Event":{"info":"two"}}}}""")]
    public async Task A_list_of_events_may_be_an_object_with_numbers_for_keys(string json)
    {
        using var reader = Reader(json);

        var events = await reader.ReadAsync(Ct).ToListAsync(Ct);

        Assert.Equal(["one", "two"], events.Select(e => e.Event.Info));
        Assert.Equal((true, 0), (reader.SawEventList, reader.NonEventEntries));
    }

    [Theory]
    [InlineData("Attribute")]
    [InlineData("Object")]
    [InlineData("Tag")]
    [InlineData("EventTag")]
    [InlineData("Galaxy")]
    public async Task Anything_else_in_place_of_a_list_makes_the_event_unreadable(string name)
    {
        string[] shapes =
        [
            "\"text\"", "5", "true", "\"\"", """{"name":"tlp:red","value":"x"}""", """{"0":{"name":"a"},"more":1}""", """{"a1":{}}""",
        ];
        foreach (var strange in shapes)
        {
            var read = await ReadOneAsync($$"""{"info":"x","{{name}}":{{strange}},"Attribute":[{{Domain}}]}""");

            Assert.True(read.Fault is not null, strange);
            Assert.Empty(read.Items);
        }
    }

    [Theory]
    [InlineData("""{"Tag":"tlp:red"}""")]
    [InlineData("""{"Tag":{"name":"tlp:red"}}""")]
    [InlineData("""{"Tag":[5]}""")]
    [InlineData("""{"Tag":[null]}""")]
    [InlineData("""{"Tag":[["tlp:red"]]}""")]
    [InlineData("""{"Tag":[{"id":"5"}]}""")]
    [InlineData("""{"Tag":[{"name":null}]}""")]
    [InlineData("""{"Tag":[{"name":["tlp:red"]}]}""")]
    [InlineData("""{"Tag":{"1":"tlp:red","2":{}}}""")]
    [InlineData("""{"Tag":[{"name":"tlp:re\ud83d"}]}""")]
    [InlineData("""{"AttributeTag":{"tag_id":"5"}}""")]
    [InlineData("""{"AttributeTag":[{"tag_id":"5"}]}""")]
    [InlineData("""{"AttributeTag":[{"Tag":[{"name":"tlp:red"}]}]}""")]
    [InlineData("""{"AttributeTag":["tlp:red"]}""")]
    public async Task Unreadable_tags_never_count_as_no_tags(string tags)
    {
        var attribute = $$"""{"type":"domain","value":"a.example",{{tags[1..]}}""";
        var onEvent = tags.Replace("AttributeTag", "EventTag", StringComparison.Ordinal);

        Assert.NotNull((await ReadOneAsync($$"""{"info":"x","Attribute":[{{attribute}}]}""")).Fault);
        Assert.NotNull((await ReadOneAsync($$"""{"info":"x","Object":[{"name":"file","Attribute":[{{attribute}}]}]}""")).Fault);
        Assert.NotNull((await ReadOneAsync($$"""{"info":"x",{{onEvent[1..]}}""")).Fault);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task Null_and_an_empty_object_are_an_empty_list(string empty)
    {
        var read = await ReadOneAsync(
            $$"""
            {"info":"x","Tag":{{empty}},"Galaxy":{{empty}},"Object":{{empty}},"Attribute":[{"type":"md5","value":"x","Tag":{{empty}}}]}
            """);

        Assert.Null(read.Fault);
        Assert.Empty(read.Event.Tags);
        Assert.Single(read.Items);
    }

    [Theory]
    [InlineData("""{"info":"x","Attribute":null}""", false)]
    [InlineData("""{"info":"x","Attribute":null,"Object":[]}""", false)]
    [InlineData("""{"info":"x","Attribute":[],"Object":null,"attribute_count":"3"}""", false)]
    [InlineData("""{"info":"x","Attribute":null,"attribute_count":"0"}""", true)]
    [InlineData("""{"info":"x","Attribute":null,"Object":[{"name":"file"}]}""", true)]
    [InlineData("""{"info":"x","Attribute":[],"Object":[]}""", true)]
    public async Task Attributes_that_are_null_do_not_count_as_an_empty_event(string json, bool isWhole) =>
        Assert.Equal(isWhole, (await ReadOneAsync(json)).Fault is null);

    [Theory]
    [InlineData("""{"type":"domain","value":{"a":1},"to_ids":true}""")]
    [InlineData("""{"type":"domain","value":["a.example"],"to_ids":true}""")]
    [InlineData("""{"type":"domain","value":"a.example","to_ids":{}}""")]
    [InlineData("""{"type":["domain"],"value":"a.example","to_ids":true}""")]
    public async Task An_unreadable_attribute_makes_the_event_unreadable(string attribute) =>
        Assert.NotNull((await ReadOneAsync($$"""{"info":"x","Attribute":[{{attribute}}]}""")).Fault);

    [Theory]
    [InlineData("\"x\"")]
    [InlineData("5")]
    [InlineData("{}")]
    public async Task An_event_with_an_unreadable_UUID_is_unreadable(string uuid)
    {
        var read = await ReadOneAsync($$"""{"uuid":{{uuid}},"info":"x","Attribute":[]}""");

        Assert.NotNull(read.Fault);
        Assert.False(read.HasUuid);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"uuid\":null,")]
    [InlineData("\"uuid\":\"\",")]
    public async Task An_event_without_a_UUID_gets_a_derived_one(string uuid)
    {
        var read = await ReadOneAsync($$"""{ {{uuid}} "info":"x","Attribute":[]}""");

        Assert.Equal((null, false, TestReader.Derived), (read.Fault, read.HasUuid, read.Event.Uuid));
    }

    [Fact]
    public async Task Scalars_in_a_list_of_attributes_are_counted()
    {
        var read = await ReadOneAsync($$"""
            {"info":"x","Attribute":[{{Domain}},5,"text",null,[{{Domain}}],true],
             "Object":[{"name":"file","Attribute":{"0":{{Domain}},"3":"x"} }]}
            """);

        Assert.Null(read.Fault);
        Assert.Equal(["domain", "", "", "", "", "", "domain", ""], read.Items.Attributes().Select(a => a.Type));
    }

    [Theory]
    [InlineData("[null]")]
    [InlineData("[5]")]
    [InlineData("[[]]")]
    public async Task A_scalar_in_a_list_of_objects_makes_the_event_unreadable(string objects)
    {
        // The number of its attributes is unknown.
        Assert.NotNull((await ReadOneAsync($$"""{"info":"x","Object":{{objects}}}""")).Fault);
    }

    [Fact]
    public async Task An_unreadable_event_does_not_affect_others()
    {
        using var reader = Reader(
            $$"""[{"info":"one","Tag":5,"Attribute":[{{Domain}}]},{"info":"two","Attribute":[{{Domain}}]}]""");
        var faults = new List<(bool, int)>();
        await foreach (var read in reader.ReadAsync(Ct)) faults.Add((read.Fault is not null, read.Items.Count()));

        Assert.Equal([(true, 0), (false, 1)], faults);
    }

    [Fact]
    public async Task Faults_in_metadata_are_reported()
    {
        var json = """{"response":[{"Event":{"info":"x","Tag":"tlp:red","Attribute":5}}]}"""u8.ToArray();
        using var reader = new MispJsonReader(new MemoryStream(json), _ => TestReader.Derived, skipItems: true);

        Assert.NotNull(Assert.Single(await reader.ReadAsync(Ct).ToListAsync(Ct)).Fault);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static MispJsonReader Reader(string json) => new(new MemoryStream(Encoding.UTF8.GetBytes(json)), _ => TestReader.Derived);

    private static async Task<MispJsonEvent> ReadOneAsync(string json)
    {
        using var reader = Reader(json);
        return Assert.Single(await reader.ReadAsync(Ct).ToListAsync(Ct));
    }
}
