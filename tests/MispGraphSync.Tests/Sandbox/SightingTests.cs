using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Sandbox;
using MispGraphSync.Sandbox.Misp;
using Xunit;

namespace MispGraphSync.Tests.Sandbox;

/// <summary>Sightings, as a real MISP 2.5.1 answered.</summary>
public sealed class SightingTests : IAsyncLifetime
{
    private const string Uuid = "5b6f0b0e-1c1e-5d0a-9f3e-1d3f0b7a2c11";

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 21, 8, 0, 0, TimeSpan.Zero));
    private SandboxHost _sandbox = null!;
    private SandboxClient _client = null!;
    private string _event = "";
    private string _attribute = "";

    public async ValueTask InitializeAsync()
    {
        _sandbox = await SandboxHost.StartAsync(new SandboxOptions { Time = _time }, TestContext.Current.CancellationToken);
        _client = new SandboxClient(_sandbox);
        _client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", _sandbox.Options.MispKey);
        var given = JsonNode.Parse("""{ "Attribute": [{ "type": "domain", "value": "a.example" }] }""")!;
        _event = _sandbox.MispState.AddEvent(given.AsObject());
        _attribute = (string)_sandbox.MispState.Get(_event)!["Attribute"]![0]!["uuid"]!;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Known_uuid_is_skipped_and_the_answer_counts_the_new_ones()
    {
        var first = await SaveAsync(Item(Uuid));
        var again = await SaveAsync(Item(Uuid));
        var more = await SaveAsync(Item(Uuid), Item("5b6f0b0e-1c1e-5d0a-9f3e-1d3f0b7a2c12"));

        Assert.Equal("1 sightings added.", (string?)first.Body!["success"]);
        Assert.Equal("No sightings added.", (string?)again.Body!["success"]);
        Assert.Equal("1 sightings added.", (string?)more.Body!["success"]);
        Assert.Equal(2, _sandbox.MispState.Sightings.Count);
    }

    [Theory]
    [InlineData("type", "3")]
    [InlineData("uuid", "no uuid")]
    [InlineData("attribute_uuid", "00000000-0000-4000-8000-000000000000")]
    public async Task One_invalid_item_keeps_all_from_being_saved(string name, string value)
    {
        var bad = Item("5b6f0b0e-1c1e-5d0a-9f3e-1d3f0b7a2c12");
        bad[name] = value;

        var (status, body) = await SaveAsync(Item(Uuid), bad);

        Assert.Equal((200, false), (status, (bool)body!["saved"]!));
        Assert.Empty(_sandbox.MispState.Sightings);
    }

    [Fact]
    public async Task Upper_case_of_a_known_uuid_is_answered_500()
    {
        await SaveAsync(Item(Uuid));

        Assert.Equal(500, (await SaveAsync(Item(Uuid.ToUpperInvariant()))).Status);
    }

    [Fact]
    public async Task Unknown_event_is_answered_405_and_a_key_without_the_right_403()
    {
        var (unknown, body) = await _client.PostAsync(
            _sandbox.Misp, "sightings/bulkSaveSightings/00000000-0000-4000-8000-000000000000", new JsonArray(Item(Uuid)));
        _sandbox.MispState.User.MaySight = false;
        var (refused, _) = await SaveAsync(Item(Uuid));
        var (_, version) = await _client.GetAsync(_sandbox.Misp, "servers/getVersion");

        Assert.Equal((405, 403), (unknown, refused));
        Assert.StartsWith("Event not found", (string?)body!["name"], StringComparison.Ordinal);
        Assert.False((bool)version!["perm_sighting"]!);
    }

    [Fact]
    public async Task Search_covers_30_days_unless_it_names_a_span()
    {
        var old = Item(Uuid);
        old["date_sighting"] = _time.GetUtcNow().AddDays(-40).ToUnixTimeSeconds();
        await SaveAsync(old);

        Assert.Equal(0, await FindAsync(new JsonObject { ["uuid"] = new JsonArray(_attribute) }));
        Assert.Equal(1, await FindAsync(new JsonObject { ["uuid"] = new JsonArray(_attribute), ["from"] = 0, ["to"] = 2_000_000_000 }));
    }

    [Fact]
    public async Task Organisation_of_others_sees_a_sighting_by_the_policy_and_deletes_none()
    {
        _sandbox.MispState.Users.Add(new MispUser("OtherKeyOtherKeyOtherKeyOtherKeyOtherKey") { Id = 9, Organisation = "Third CERT" });
        await SaveAsync(Item(Uuid));
        _client.Http.DefaultRequestHeaders.Remove("Authorization");
        _client.Http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "OtherKeyOtherKeyOtherKeyOtherKeyOtherKey");
        var everything = new JsonObject { ["uuid"] = new JsonArray(_attribute), ["from"] = 0, ["to"] = 2_000_000_000 };

        Assert.Equal(0, await FindAsync(everything.DeepClone()));
        _sandbox.MispState.SightingsPolicy = 2;
        Assert.Equal(1, await FindAsync(everything.DeepClone()));
        Assert.Equal(404, (await _client.PostAsync(_sandbox.Misp, $"sightings/delete/{Uuid}", new JsonObject())).Status);
    }

    [Fact]
    public async Task Sighting_moves_no_timestamp_and_comes_with_the_full_event()
    {
        var before = _sandbox.MispState.Get(_event)!;
        _time.Advance(TimeSpan.FromHours(1));
        await SaveAsync(Item(Uuid));

        var (_, body) = await _client.PostAsync(_sandbox.Misp, "events/restSearch", new JsonObject { ["eventid"] = _event });

        var shown = body!["response"]![0]!["Event"]!;
        Assert.Equal((string?)before["timestamp"], (string?)shown["timestamp"]);
        Assert.Equal((string?)before["Attribute"]![0]!["timestamp"], (string?)shown["Attribute"]![0]!["timestamp"]);
        Assert.Equal(Uuid, (string?)shown["Attribute"]![0]!["Sighting"]![0]!["uuid"]);
    }

    private JsonObject Item(string uuid) => new()
    {
        ["uuid"] = uuid,
        ["attribute_uuid"] = _attribute,
        ["date_sighting"] = _time.GetUtcNow().ToUnixTimeSeconds(),
        ["type"] = "0",
        ["source"] = "misp-graph",
    };

    private Task<(int Status, JsonNode? Body)> SaveAsync(params JsonNode[] items) =>
        _client.PostAsync(_sandbox.Misp, $"sightings/bulkSaveSightings/{_event}", new JsonArray(items));

    private async Task<int> FindAsync(JsonNode search) =>
        (await _client.PostAsync(_sandbox.Misp, "sightings/restSearch/attribute", search)).Body!["response"]!.AsArray().Count;
}
