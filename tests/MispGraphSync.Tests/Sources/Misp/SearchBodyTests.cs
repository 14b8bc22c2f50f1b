using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>Every search that we send has been answered with 200 by a real server.</summary>
public sealed class SearchBodyTests
{
    /// <summary>Not compared: includeAllTags has been answered on its own, and adds tags to either answer.</summary>
    private static readonly string[] Lines = ["returnFormat", "order", "limit", "page", "eventid", "includeAllTags"];

    public static TheoryData<bool> Switch => [true, false];

    [Theory]
    [MemberData(nameof(Switch))]
    public void The_full_fetch_equals_a_recorded_request(bool warninglistHits) =>
        Assert.Contains(Switches(Full(warninglistHits)), Answered("second-body-full-*"));

    [Fact]
    public void The_listing_equals_a_recorded_request() =>
        Assert.Contains(Switches(Listing()), Answered("second-body-list-*"));

    [Fact]
    public void Tags_that_may_not_be_exported_are_requested()
    {
        Assert.NotEmpty(Answered("restSearch-includeAllTags"));
        Assert.All([Full(true), Full(false), Listing()], body => Assert.Equal("1", body["includeAllTags"]!.ToJsonString()));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("""{"enforceWarninglist":1}""")]
    [InlineData("""{"enforce_warninglist":true,"withAttachments":1}""")]
    public void Warninglist_switches_are_never_combined_with_metadata_or_noShadowAttributes(string? filter)
    {
        JsonObject[] bodies = [Listing(filter), Full(warninglistHits: true), Full(warninglistHits: false)];

        Assert.All(bodies, body => Assert.False(body.ContainsKey("noShadowAttributes")));
        Assert.All(bodies, body => Assert.Equal("0", body["enforceWarninglist"]!.ToJsonString()));
        Assert.Equal("0", bodies[0]["includeWarninglistHits"]!.ToJsonString());
        Assert.Equal("1", bodies[1]["includeWarninglistHits"]!.ToJsonString());
    }

    private static JsonObject Full(bool warninglistHits) =>
        SearchBody.Full([new EventHeader(Guid.NewGuid(), 7, default)], warninglistHits, galaxies: false);

    private static JsonObject Listing(string? filter = null)
    {
        using var json = JsonDocument.Parse(filter ?? "{}");
        var search = filter is null ? EventFilter.Everything : EventFilter.Parse(json.RootElement, out _)!;
        return SearchBody.Metadata(search, limit: 2, page: 1);
    }

    /// <summary>Which switches are on; one that is 0 is the same as none.</summary>
    private static string Switches(JsonObject body) => string.Join(' ', body
        .Where(pair => !Lines.Contains(pair.Key) && pair.Value!.ToJsonString() != "0")
        .Select(pair => $"{pair.Key}={pair.Value!.ToJsonString()}")
        .Order(StringComparer.Ordinal));

    private static List<string> Answered(string names) =>
    [
        .. Directory.GetFiles(SharedData.Require("misp-recorded"), names + ".request.json")
            .Where(file => System.IO.File.ReadLines(file.Replace(".request.json", ".headers.txt", StringComparison.Ordinal)).First()
                .Contains(" 200 "))
            .Select(file => JsonNode.Parse(JsonNode.Parse(System.IO.File.ReadAllText(file))!["body"]!.GetValue<string>())!.AsObject())
            .Select(Switches),
    ];
}
