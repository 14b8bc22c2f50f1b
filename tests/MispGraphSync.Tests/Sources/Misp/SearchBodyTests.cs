using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>Searches, as they are built. What a real server answered to them: <see cref="RecordedRequestTests"/>.</summary>
public sealed class SearchBodyTests
{
    [Fact]
    public void Tags_that_may_not_be_exported_are_requested() =>
        Assert.All([Full(), Listing()], body => Assert.Equal("1", body["includeAllTags"]!.ToJsonString()));

    [Theory]
    [InlineData(null)]
    [InlineData("""{"enforceWarninglist":1}""")]
    [InlineData("""{"enforce_warninglist":true,"withAttachments":1}""")]
    public void Warninglist_switches_are_never_combined_with_metadata_or_noShadowAttributes(string? filter)
    {
        JsonObject[] bodies = [Listing(filter), Full()];

        Assert.All(bodies, body => Assert.False(body.ContainsKey("noShadowAttributes")));
        Assert.All(bodies, body => Assert.Equal("0", body["enforceWarninglist"]!.ToJsonString()));
        Assert.Equal("0", bodies[0]["includeWarninglistHits"]!.ToJsonString());
        Assert.Equal("1", bodies[1]["includeWarninglistHits"]!.ToJsonString());
    }

    private static JsonObject Full() => SearchBody.Full([new EventHeader(Guid.NewGuid(), 7, default)], galaxies: false);

    private static JsonObject Listing(string? filter = null)
    {
        using var json = JsonDocument.Parse(filter ?? "{}");
        var search = filter is null ? EventFilter.Everything : EventFilter.Parse(json.RootElement, out _)!;
        return SearchBody.Metadata(search, limit: 2, page: 1);
    }
}
