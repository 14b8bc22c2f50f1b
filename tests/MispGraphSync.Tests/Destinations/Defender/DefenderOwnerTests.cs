using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Defender;

/// <summary>Which listed indicators are ours, which an earlier app registration's, and which others'.</summary>
public class DefenderOwnerTests
{
    private static DefenderSettings OfTest => SomeIndicator.DefenderSettings() with { Instance = "test" };

    private const string Us = "11110000-0000-4000-8000-000000000001";
    private const string Them = "22220000-0000-4000-8000-000000000002";

    private static readonly Guid Key = StableId.ForIndicator("test", "defender", "", "DomainName:d1.example", 0);

    public static TheoryData<string, string, string> Cases => new()
    {
        { "created by us", "ours", "" },
        { "another case", "ours", $"createdBy={Us.ToUpperInvariant()} sourceType=aadapp" },
        { "creator not listed", "ours", "createdBy= lastUpdatedBy=" },
        { "kind of source not listed", "ours", "sourceType=" },
        { "a user edited ours", "ours", "lastUpdatedBy=ann@contoso.example" },
        { "we updated an earlier app's", "ours", $"createdBy={Them}" },
        { "our key is listed", "ours", $"createdBy={Them} lastUpdatedBy={Them} application=x externalID={Key}" },
        { "an earlier app's", "earlier", $"createdBy={Them} lastUpdatedBy={Them}" },
        { "last updater not listed", "earlier", $"createdBy={Them} lastUpdatedBy=" },
        { "an earlier app's, with a note as its id", "earlier", $"createdBy={Them} lastUpdatedBy={Them} externalID=note" },
        { "an earlier app's, of an unknown source", "other", $"createdBy={Them} lastUpdatedBy={Them} sourceType=" },
        { "a user's with the same application", "other", "createdBy=ann@contoso.example lastUpdatedBy= sourceType=User" },
        { "a user's that we updated", "other", "createdBy=ann@contoso.example sourceType=User" },
        { "another application", "other", "application=test2" },
        { "no application", "other", "application=" },
        { "another key is listed", "other", $"externalID={Guid.Empty}" },
        { "an earlier app's, another key is listed", "other", $"createdBy={Them} lastUpdatedBy={Them} externalID={Guid.Empty}" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Owner_follows_from_application_creator_and_last_updater(string name, string owner, string change)
    {
        var listed = Assert.Single(Read(change, Us).Indicators);

        var found = listed switch { { Key: not null } => "ours", { IsOfEarlierApp: true } => "earlier", _ => "other" };
        Assert.True(owner == found, $"{name}: {found}");
        Assert.Equal(Key, listed.Key ?? listed.ConflictsWith);
        Assert.Equal("DomainName:d1.example", listed.Canonical);
    }

    [Theory]
    [InlineData($"createdBy={Them} lastUpdatedBy={Them}", true)]
    [InlineData("createdBy=ann@contoso.example sourceType=User", false)]
    public void Without_an_app_id_every_application_under_our_name_is_ours(string change, bool isOurs)
    {
        var listed = Assert.Single(Read(change, app: null).Indicators);

        Assert.Equal((isOurs, false), (listed.Key is not null, listed.IsOfEarlierApp));
    }

    [Theory]
    [InlineData($$"""{"appid":"{{Us}}"}""", Us)]
    [InlineData($$"""{"azp":"{{Us}}"}""", Us)]
    [InlineData($$"""{"appid":"{{Us}}","azp":"x"}""", Us)]
    [InlineData("""{"aud":"x"}""", Them)]
    [InlineData("""{"appid":7}""", Them)]
    [InlineData("no json", Them)]
    [InlineData(null, Them)]
    public async Task App_id_comes_from_the_token_and_else_from_the_settings(string? claims, string? app)
    {
        var token = claims is null ? "opaque" : $"e30.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}.c2ln";

        var owner = await DefenderOwner.IdentifyAsync(OfTest, new OneToken(token), Them, TestContext.Current.CancellationToken);

        Assert.Equal(app, owner.App);
    }

    [Fact]
    public async Task App_id_that_neither_token_nor_settings_name_is_unknown() => Assert.Null(
        (await DefenderOwner.IdentifyAsync(OfTest, new OneToken("opaque"), null, TestContext.Current.CancellationToken)).App);

    [Fact]
    public async Task Destination_knows_its_app_from_the_token_rather_than_from_the_settings()
    {
        using var test = new TestTransport();
        using var service = new DefenderDouble();
        service.Kept.Add(Item($"createdBy={Us} lastUpdatedBy={Us}"));
        var claims = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"appid":"{{Us}}"}"""));
        var settings = SomeIndicator.DefenderSettings(service.Endpoint) with { Instance = "test" };
        foreach (var auth in (AuthSettings[])[settings.Auth, settings.Auth with { ManagedIdentity = new ManagedIdentitySettings(null) }])
        {
            await using var destination = new DefenderDestination(
                settings with { Auth = auth }, test.Transport, new OneToken($"e30.{claims}.c2ln"));
            var listed = new List<RemoteIndicator>();
            await foreach (var one in destination.ReadAsync(TestContext.Current.CancellationToken)) listed.Add(one);

            Assert.Equal(Key, Assert.Single(listed).Key);
        }
    }

    private static DefenderPage Read(string change, string? app) => DefenderPage.Read(
        JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["value"] = new JsonArray(Item(change)) }), new DefenderOwner("test", app))!;

    private static JsonObject Item(string change)
    {
        var item = new JsonObject
        {
            ["id"] = "1",
            ["indicatorType"] = "DomainName",
            ["indicatorValue"] = "D1.example",
            ["application"] = "test",
            ["sourceType"] = "AadApp",
            ["createdBy"] = Us,
            ["lastUpdatedBy"] = Us,
        };
        foreach (var pair in change.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')))
            item[pair[0]] = pair[1].Length > 0 ? pair[1] : null;
        return item;
    }

    private sealed class OneToken(string token) : ITokenSource
    {
        public ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct) => ValueTask.FromResult(token);
    }
}
