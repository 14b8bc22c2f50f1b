using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Json;

/// <summary>Published events and recorded responses, counted by another program.</summary>
public class RealDataTests
{
    [Fact]
    public async Task Every_published_event_is_read_with_all_its_attributes()
    {
        var (events, items) = await ReadFolderAsync(SharedData.Require("misp-events"));

        // 51,624 are inside their events, and three beside one, in an old export.
        Assert.Equal(112, events.Count);
        Assert.Equal(51_624 + 3, items.Attributes().Count());
        Assert.Equal(2_201, items.OfType<EventItem.Object>().Count());
        Assert.Equal(8_704, items.OfType<EventItem.Object>().Sum(o => o.Value.Attributes.Count));
        Assert.Equal(7, events.Count(e => e.Uuid == TestReader.Derived));
        Assert.Equal(47_057 + 0, items.Attributes().Count(a => a.ToIds));
        Assert.Equal(1, items.Attributes().Count(a => a.Deleted));
        Assert.Equal(29, items.Attributes().Count(a => a.Category is null));
    }

    [Theory]
    [InlineData("misp-feed")]
    [InlineData("misp-feed-chrome")]
    public async Task Every_event_of_a_feed_is_read(string feed)
    {
        var folder = SharedData.Require(feed);

        var (events, items) = await ReadFolderAsync(folder, except: "manifest.json");

        using var manifest = JsonDocument.Parse(
            await System.IO.File.ReadAllBytesAsync(Path.Combine(folder, "manifest.json"), TestContext.Current.CancellationToken));
        Assert.Equal(manifest.RootElement.EnumerateObject().Select(e => Guid.Parse(e.Name)).Order(), events.Select(e => e.Uuid).Order());
        Assert.All(items.Attributes(), attribute => Assert.NotEmpty(attribute.Value));
    }

    [Fact]
    public async Task Recorded_responses_have_the_events_and_attributes_of_their_index()
    {
        var folder = SharedData.Require("misp-recorded");
        using var index = JsonDocument.Parse(
            await System.IO.File.ReadAllBytesAsync(Path.Combine(folder, "index.json"), TestContext.Current.CancellationToken));
        var recordings = index.RootElement.EnumerateArray().Where(r => r.TryGetProperty("events", out _)).ToArray();
        Assert.NotEmpty(recordings);

        foreach (var recording in recordings)
        {
            var name = recording.GetProperty("name").GetString();
            var (events, items) = await ReadFileAsync(Path.Combine(folder, name + ".response.json"));

            // An attribute search gives attributes without their events; they are not read.
            var expected = recording.GetProperty("events").GetInt32();
            Assert.Equal((name, expected), (name, events.Count));
            Assert.Equal((name, expected == 0 ? 0 : recording.GetProperty("attributes").GetInt32()), (name, items.Attributes().Count()));
        }
    }

    [Theory]
    [InlineData("second-cluster-full-own-org", "APT1", "Second Actor dist 3")]
    [InlineData("second-cluster-full-other-org", "APT1", "Second Actor dist 3")]
    [InlineData("second-cluster-full-other-org-published", "APT1", "Second Actor dist 3")]
    [InlineData("second-cluster-excludeGalaxy-own-org", "APT1")]
    public async Task Only_shared_custom_clusters_of_recorded_responses_are_read(string recording, params string[] actors)
    {
        var (events, _) = await ReadFileAsync(Path.Combine(SharedData.Require("misp-recorded"), recording + ".response.json"));

        var one = Assert.Single(events);
        Assert.Equal(actors, TagMap.Read(one.Tags, one.Galaxies).Actors.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Every_recorded_response_is_read_or_fails_with_a_read_exception()
    {
        foreach (var file in Directory.GetFiles(SharedData.Require("misp-recorded"), "*.response.json"))
        {
            try
            {
                await ReadFileAsync(file);
            }
            catch (MispReadException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    private static async Task<(List<MispEvent> Events, List<EventItem> Items)> ReadFolderAsync(string folder, string except = "")
    {
        var (events, items) = (new List<MispEvent>(), new List<EventItem>());
        foreach (var file in Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories).Where(f => Path.GetFileName(f) != except))
        {
            var (e, i) = await ReadFileAsync(file);
            events.AddRange(e);
            items.AddRange(i);
        }
        return (events, items);
    }

    private static async Task<(List<MispEvent> Events, List<EventItem> Items)> ReadFileAsync(string file)
    {
        var read = await TestReader.ReadAsync(await System.IO.File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
        return (read.Select(e => e.Event).ToList(), read.SelectMany(e => e.Items).ToList());
    }
}
