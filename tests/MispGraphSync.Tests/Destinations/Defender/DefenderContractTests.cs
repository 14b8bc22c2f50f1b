using System.Text.Json.Nodes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Defender;

/// <summary>The contract, and what is Defender's alone.</summary>
public class DefenderContractTests : DestinationContract
{
    private DefenderDouble Defender => (DefenderDouble)Service;

    [Fact]
    public async Task Every_body_follows_the_import_rules()
    {
        await ApplyAsync(Operation.Create, Steps(500));

        Assert.Empty(DefenderImportRules.OfBody(Assert.Single(Service.Requests).Body!));
    }

    [Fact]
    public async Task Repeated_import_updates_and_returns_the_same_id()
    {
        var created = await ApplyAsync(Operation.Create, Steps(2));

        Assert.Equal(created, await ApplyAsync(Operation.Create, Steps(2)));
        Assert.Equal(2, Service.Held);
    }

    [Fact]
    public async Task Deletion_batch_is_repeated_without_missing_ids()
    {
        var ids = await CreateAsync(3);
        Defender.Kept.RemoveAt(1);
        Service.Requests.Clear();

        var outcomes = await ApplyAsync(Operation.Delete, Deletions(ids));

        Assert.All(outcomes, o => Assert.IsType<StepOutcome.Accepted>(o));
        Assert.Equal(0, Service.Held);
        Assert.Equal(
            ["/api/indicators/BatchDelete", "/api/indicators", "/api/indicators/BatchDelete"], Service.Requests.Select(r => r.Path));
        Assert.Equal($$"""{"IndicatorIds":["{{ids[0]}}","{{ids[2]}}"]}""", Service.Requests[^1].Body);
    }

    [Fact]
    public async Task Twice_refused_deletion_batch_is_deleted_one_by_one()
    {
        var ids = await CreateAsync(2);
        Service.Script(404);
        Service.Script(200, new JsonObject { ["value"] = new JsonArray([.. Defender.Kept.Select(i => i.DeepClone())]) }.ToJsonString());
        Service.Script(404);
        Defender.Kept.RemoveAt(0);

        var outcomes = await ApplyAsync(Operation.Delete, Deletions(ids));

        Assert.All(outcomes, o => Assert.IsType<StepOutcome.Accepted>(o));
        Assert.Equal(0, Service.Held);
        Assert.Equal([$"/api/indicators/{ids[0]}", $"/api/indicators/{ids[1]}"], Service.Requests.TakeLast(2).Select(r => r.Path));
    }

    [Fact]
    public async Task Deletion_without_id_looks_the_id_up()
    {
        await CreateAsync(2);

        var outcomes = await ApplyAsync(Operation.Delete, Deletions([null, null]));

        Assert.All(outcomes, o => Assert.IsType<StepOutcome.Accepted>(o));
        Assert.Equal(0, Service.Held);
    }

    [Fact]
    public async Task Deletion_refused_for_device_groups_is_not_a_missing_permission()
    {
        var ids = await CreateAsync(2);
        Service.Script(403, """{"error":{"code":"Forbidden","message":"not your device groups"}}""");

        var outcomes = await ApplyAsync(Operation.Delete, Deletions(ids));

        Assert.All(outcomes, o => Assert.True(Assert.IsType<StepOutcome.Rejected>(o).WholeBatch));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Import_is_repeated_after_a_server_error(int status)
    {
        for (var i = 0; i < 5; i++) Service.Script(status);

        Assert.All(await ApplyAsync(Operation.Create, Steps(2)), o => Assert.IsType<StepOutcome.Accepted>(o));
    }

    [Fact]
    public async Task Permanent_server_errors_leave_the_outcome_unknown()
    {
        for (var i = 0; i < 6; i++) Service.Script(503);

        Assert.All(await ApplyAsync(Operation.Create, Steps(2)), o => Assert.IsType<StepOutcome.Unknown>(o));
    }

    [Theory]
    [InlineData("Forbidden", "Ti.ReadWrite.All")]
    [InlineData("DisabledFeature", "Advanced features")]
    public async Task Refusals_name_a_remedy(string code, string remedy)
    {
        Service.Script(403, $$$"""{"error":{"code":"{{{code}}}","message":"no","target":"x"}}""");

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => Test.PassAsync(Destination.PrepareAsync(Ct)));

        Assert.Equal(RunOutcome.SignInFailed, failure.Outcome);
        Assert.Contains(remedy, failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_without_the_API_is_reported_as_unreachable()
    {
        Service.Script(404, "");

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => Test.PassAsync(Destination.PrepareAsync(Ct)));

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Contains("endpoint", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unmentioned_indicators_are_looked_up_in_the_list()
    {
        Defender.Rewrite = results => results.Clear();

        var outcomes = await ApplyAsync(Operation.Create, Steps(3));

        Assert.Equal(Defender.Kept.Select(one => new StepOutcome.Accepted((string?)one["id"])), outcomes);
        Assert.Equal(["/api/indicators/import", "/api/indicators"], Service.Requests.Select(r => r.Path));
    }

    [Fact]
    public async Task Listed_old_version_is_not_taken_as_accepted()
    {
        await ApplyAsync(Operation.Create, Steps(3));
        Defender.Kept[1]["title"] = "older";
        Defender.Kept.RemoveAt(2);
        var before = Defender.Kept.ConvertAll(one => one.DeepClone().AsObject());
        Service.Script(200, """{"value":[]}""");

        var outcomes = await ApplyAsync(Operation.Create, Steps(3));

        Assert.Equal(before.Count, Defender.Kept.Count);
        Assert.Equal([typeof(StepOutcome.Accepted), typeof(StepOutcome.Unknown), typeof(StepOutcome.Unknown)],
            outcomes.Select(o => o.GetType()));
    }

    [Fact]
    public async Task Failed_list_keeps_the_outcomes_of_the_response()
    {
        Defender.Rewrite = results => { results.RemoveAt(0); Service.Script(403); };

        var outcomes = await ApplyAsync(Operation.Create, Steps(2));

        Assert.IsType<StepOutcome.Unknown>(outcomes[0]);
        Assert.IsType<StepOutcome.Accepted>(outcomes[1]);
    }

    [Fact]
    public async Task Id_shared_by_two_results_is_not_kept()
    {
        Defender.Rewrite = results => results[1]!["id"] = (string?)results[0]!["id"];

        Assert.Equal(
            [new StepOutcome.Accepted(null), new StepOutcome.Accepted(null), new StepOutcome.Accepted((string?)"2843")],
            await ApplyAsync(Operation.Create, Steps(3)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Url_listed_with_a_trailing_slash_is_recognised_as_ours(bool listsKey)
    {
        var key = StableId.ForIndicator("test", "defender", "", "Url:http://a.example", 0);
        var item = new JsonObject
        {
            ["id"] = "1",
            ["indicatorType"] = "Url",
            ["indicatorValue"] = "http://a.example/",
            ["application"] = listsKey ? "test" : "another",
        };
        if (listsKey) item["externalID"] = $"{key:D}";
        Defender.Kept.Add(item);

        Assert.Equal(listsKey ? key : null, Assert.Single(await ReadAsync()).Key);
    }

    [Fact]
    public async Task Listed_text_that_is_no_Unicode_and_no_address_spoils_no_list()
    {
        Defender.Script(200, """
            {"value":[{"id":"1","indicatorType":"Url","indicatorValue":"/","title":"a\ud800"},
             {"id":"2",
              "indicatorType":"IpAddress","indicatorValue":"192.0.2.1","\ud800":1}]}
            """);

        var read = await ReadAsync();

        Assert.Equal(["/", "192.0.2.1"], read.Select(one => one.Value));
        Assert.All(read, one => Assert.DoesNotContain((byte)'\n', one.Raw.ToArray()));
        Assert.All(read, one => Assert.NotEmpty(ItemComparison.PropertiesOf(one.Raw)));
    }

    [Fact]
    public async Task Request_log_names_each_operation()
    {
        await Test.PassAsync(Destination.PrepareAsync(Ct));
        var ids = await CreateAsync(1);
        await ReadAsync();
        await ApplyAsync(Operation.Delete, Deletions(ids));

        var operations = Test.Files.Select(file => string.Join('_', Path.GetFileNameWithoutExtension(file).Split('_')[^2..]));
        Assert.Equal(["check_200", "import_200", "list_200", "delete_204"], operations);
    }

    [Fact]
    public async Task Listing_separates_our_indicators_from_others()
    {
        var steps = Steps(2);
        await ApplyAsync(Operation.Create, steps);
        // Lists need not give back the key, and the creator is an application's id.
        Defender.Kept[0].Remove("externalID");
        Defender.Kept[0]["sourceType"] = "AadApp";
        Defender.Kept[0]["createdBy"] = "22222222-2222-4222-8222-222222222222";
        Defender.Kept.Add(Theirs("192.0.2.77", "User", "ann@contoso.example", "test"));
        Defender.Kept.Add(Theirs("192.0.2.78", "AadApp", "99999999-9999-4999-8999-999999999999", "test"));
        Defender.Kept.Add(Theirs("192.0.2.79", "AadApp", "22222222-2222-4222-8222-222222222222", "another-installation"));

        var read = await ReadAsync();

        Assert.Equal([steps[0].Key, steps[1].Key, null, null, null], read.Select(r => r.Key));
        Assert.Equal([null, null, "192.0.2.77", "192.0.2.78", "192.0.2.79"], read.Select(r => r.ConflictsWith is null ? null : r.Value));
        Assert.Equal(StableId.ForIndicator("test", "defender", "", "IpAddress:192.0.2.77", 0), read[2].ConflictsWith);
        Assert.Equal(("IpAddress", "192.0.2.0", "Audit", (DateTimeOffset?)SomeIndicator.Expires),
            (read[0].Type, read[0].Value, read[0].Action, read[0].Expires));
    }

    [Fact]
    public async Task Next_page_is_followed_and_duplicates_are_returned_once()
    {
        await CreateAsync(1);
        var page = new JsonObject
        {
            ["value"] = new JsonArray(Defender.Kept[0].DeepClone(), Theirs("192.0.2.77", "User", "ann", "x")),
            ["@odata.nextLink"] = "/api/indicators?$skiptoken=2",
        };
        Service.Script(200, page.ToJsonString());

        Assert.Equal(2, (await ReadAsync()).Count);
    }

    [Theory]
    [InlineData("""{"value":[],"@odata.nextLink":"https://elsewhere.example/api/indicators"}""")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task Invalid_list_is_not_an_empty_list(string body)
    {
        Service.Script(200, body);

        var failure = await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.Equal(RunOutcome.Unreachable, failure.Outcome);
        Assert.Single(Service.Requests);
    }

    [Fact]
    public async Task Endless_list_fails()
    {
        var page = """{"value":[],"@odata.nextLink":"/api/indicators"}""";
        for (var i = 0; i < 200; i++) Service.Script(200, page);

        await Assert.ThrowsAsync<RunFailedException>(ReadAsync);

        Assert.InRange(Service.Requests.Count, 1, 100);
    }

    private protected override ServiceDouble Start() => new DefenderDouble();

    private protected override IDestination Create(Uri endpoint, Transport transport, ITokenSource tokens) =>
        new DefenderDestination(SomeIndicator.DefenderSettings(endpoint) with { Instance = "test" }, transport, tokens);

    private static JsonObject Theirs(string address, string source, string by, string application) => new()
    {
        ["id"] = $"9{address.GetHashCode(StringComparison.Ordinal) & 0xFFFFFF}",
        ["indicatorType"] = "IpAddress",
        ["indicatorValue"] = address,
        ["action"] = "Block",
        ["application"] = application,
        ["sourceType"] = source,
        ["createdBy"] = by,
        ["somethingNew"] = JsonNode.Parse("[1]"),
    };

    private async Task<string?[]> CreateAsync(int count) =>
        [.. (await ApplyAsync(Operation.Create, Steps(count))).Select(o => Assert.IsType<StepOutcome.Accepted>(o).Id)];

    private PlanStep[] Deletions(string?[] ids) => [.. ids.Select((id, i) => SomeIndicator.Step(Destination, i, StepAction.Delete, id))];

    private async Task<List<RemoteIndicator>> ReadAsync()
    {
        var read = new List<RemoteIndicator>();
        await Test.PassAsync(Task.Run(
            async () =>
            {
                await foreach (var indicator in Destination.ReadAsync(Ct)) read.Add(indicator);
            },
            Ct));
        return read;
    }
}
