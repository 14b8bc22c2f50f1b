using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Http;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>The contract, and what is the upload API's alone.</summary>
public class SentinelContractTests : DestinationContract
{
    private SentinelDouble Sentinel => (SentinelDouble)Service;

    [Fact]
    public async Task Every_body_follows_the_upload_rules()
    {
        var steps = Steps(5);
        await ApplyAsync(Operation.Create, steps);
        await ApplyAsync(Operation.Delete, [.. steps.Select((_, i) => SomeIndicator.Step(Destination, i, StepAction.Delete))]);

        Assert.Equal(2, Service.Requests.Count);
        Assert.All(Service.Requests, request =>
        {
            using var body = JsonDocument.Parse(request.Body!);
            Assert.Empty(StixUploadRules.OfBody(body.RootElement));
            Assert.Equal("misp-graph", body.RootElement.GetProperty("sourcesystem").GetString());
        });
    }

    [Theory]
    [InlineData("errorMessages")]
    [InlineData("validationErrorMessages")]
    [InlineData("ErrorMessages")]
    public async Task Rejected_object_is_identified_by_its_index(string list)
    {
        Sentinel.ErrorList = list;
        Service.Refuse = 2;

        var outcomes = await ApplyAsync(Operation.Create, Steps(4));

        Assert.Equal("Error for Property=pattern: no.", Assert.IsType<StepOutcome.Rejected>(outcomes[2]).Response);
        Assert.Equal(3, outcomes.Count(o => o is StepOutcome.Accepted));
        Assert.Contains("_error_", Assert.Single(Test.Files), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sending_an_object_twice_changes_nothing()
    {
        await ApplyAsync(Operation.Create, Steps(3));

        var again = await ApplyAsync(Operation.Update, Steps(3));

        Assert.All(again, o => Assert.IsType<StepOutcome.Accepted>(o));
        Assert.Equal(3, Service.Held);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  \r\n")]
    [InlineData("{}")]
    [InlineData("""{"errors":[]}""")]
    [InlineData("""{"errors":null}""")]
    public async Task Response_without_errors_accepts_every_object(string answer)
    {
        Service.Script(200, answer);

        Assert.All(await ApplyAsync(Operation.Create, Steps(3)), o => Assert.IsType<StepOutcome.Accepted>(o));
        Assert.DoesNotContain("_error_", Assert.Single(Test.Files), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html><body>Welcome to the guest network</body></html>")]
    [InlineData("""{"errors":[{"recordIndex":0""")]
    [InlineData("[]")]
    [InlineData("\"ok\"")]
    [InlineData("""{"errors":"none"}""")]
    [InlineData("""{"statusCode":200,"message":"Try later."}""")]
    [InlineData("""{"error":{"code":"x","message":"y"}}""")]
    public async Task Unknown_200_response_is_not_accepted(string answer)
    {
        Service.Script(200, answer);

        Assert.All(await ApplyAsync(Operation.Create, Steps(3)), o => Assert.IsType<StepOutcome.Unknown>(o));
        Assert.Contains("_error_", Assert.Single(Test.Files), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"errors":[{"recordIndex":3,"errorMessages":["bad"]}]}""")]
    [InlineData("""{"errors":[{"recordIndex":-1,"errorMessages":["bad"]}]}""")]
    [InlineData("""{"errors":[{"recordIndex":0,"errorMessages":["bad"]},{"errorMessages":["bad"]}]}""")]
    [InlineData("""{"errors":["bad"]}""")]
    public async Task Error_for_an_unknown_index_rejects_the_whole_batch(string answer)
    {
        Service.Script(200, answer);

        var outcomes = await ApplyAsync(Operation.Create, Steps(3));

        Assert.All(outcomes, o => Assert.True(Assert.IsType<StepOutcome.Rejected>(o).WholeBatch));
        Assert.All(outcomes, o => Assert.Contains("bad", ((StepOutcome.Rejected)o).Response, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(401,
        """
        {"error":{"code":"UnauthorizedAccess",
        "message":"The Object ID [x] does not have required permission to perform this action."}}
        """)]
    [InlineData(403, """{"error":{"code":"UnauthorizedAccess","message":"no"}}""")]
    [InlineData(400, """{"error":{"code":"UnauthorizedAccess","message":"no"}}""")]
    [InlineData(401, "You do not have permission to view this directory or page.")]
    [InlineData(403, "You do not have permission to view this directory or page.")]
    [InlineData(401, """{"error":{"code":"AuthorizationFailed","message":"The client does not have authorization to perform action"}}""")]
    public async Task Missing_role_is_named_for_any_status(int status, string body)
    {
        for (var i = 0; i < 2; i++) Service.Script(status, body);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ApplyAsync(Operation.Create, Steps(1)));

        Assert.Equal(RunOutcome.SignInFailed, failure.Outcome);
        Assert.Contains("Microsoft Sentinel Contributor", failure.Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain("auth.tenant", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_of_a_single_object_batch_belongs_to_that_object()
    {
        Service.Script(200, """{"errors":[{"recordIndex":7,"errorMessages":["bad"]}]}""");

        Assert.Equal(new StepOutcome.Rejected("bad"), Assert.Single(await ApplyAsync(Operation.Create, Steps(1))));
    }

    [Fact]
    public async Task All_errors_of_one_object_are_reported()
    {
        Service.Script(200, """{"errors":[{"recordIndex":"1","errorMessages":["one","two"]},{"recordIndex":1,"errorMessages":[]}]}""");

        var rejected = Assert.IsType<StepOutcome.Rejected>((await ApplyAsync(Operation.Create, Steps(2)))[1]);

        Assert.StartsWith("one two ", rejected.Response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_400_naming_every_object_is_read_per_object()
    {
        Service.Script(400, """{"errors":[{"recordIndex":0,"errorMessages":["a"]},{"recordIndex":1,"errorMessages":["b"]}]}""");

        var outcomes = await ApplyAsync(Operation.Create, Steps(2));

        Assert.Equal([new StepOutcome.Rejected("a"), new StepOutcome.Rejected("b")], outcomes);
    }

    [Theory]
    [InlineData(400, """{"errors":[{"recordIndex":0,"errorMessages":["a"]}]}""")]
    [InlineData(400, """{"error":{"code":"BadRequest","message":"malformed"}}""")]
    [InlineData(413, "")]
    public async Task Rejected_batch_without_object_errors_can_be_bisected(int status, string body)
    {
        Service.Script(status, body);

        Assert.All(await ApplyAsync(Operation.Create, Steps(2)), o => Assert.True(Assert.IsType<StepOutcome.Rejected>(o).WholeBatch));
    }

    [Theory]
    [InlineData("""{"statusCode":429,"message":"Rate limit is exceeded. Try again in 41 seconds."}""", null, 41)]
    [InlineData("""{"statusCode":429,"message":"Rate limit is exceeded. Try again in 41 seconds."}""", "7", 7)]
    [InlineData("""{"statusCode":429,"message":"Rate limit is exceeded."}""", null, 60)]
    [InlineData("", null, 60)]
    public async Task Throttling_waits_as_long_as_the_service_asks(string body, string? header, int seconds)
    {
        Service.Script(429, body, header);
        var before = Test.Time.GetUtcNow();

        var outcomes = await ApplyAsync(Operation.Create, Steps(1));

        Assert.IsType<StepOutcome.Accepted>(Assert.Single(outcomes));
        Assert.InRange((Test.Time.GetUtcNow() - before).TotalSeconds, seconds, seconds + 3);
        Assert.Equal(new RequestCounts(1, 1, 1), Destination.Requests);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task Server_error_is_retried_five_times_and_then_unknown(int status)
    {
        for (var i = 0; i < 6; i++) Service.Script(status);

        Assert.All(await ApplyAsync(Operation.Create, Steps(2)), o => Assert.IsType<StepOutcome.Unknown>(o));
        Assert.Equal(6, Service.Requests.Count);
        Assert.Equal(ReconcileResult.None, await Destination.ReconcileAsync([.. Steps(2).Select(s => s.Key)], Ct));
    }

    [Theory]
    [InlineData(403, """{"error":{"code":"Forbidden","message":"no"}}""", RunOutcome.SignInFailed, "Microsoft Sentinel Contributor")]
    [InlineData(401, "", RunOutcome.SignInFailed, "auth.tenant")]
    [InlineData(404, """{"error":{"code":"WorkspaceNotFound","message":"no"}}""", RunOutcome.InvalidInput, "auth.cloud")]
    [InlineData(410, "", RunOutcome.Retired, "newer")]
    [InlineData(400, """{"error":{"code":"InvalidApiVersion","message":"gone"}}""", RunOutcome.Retired, "newer")]
    [InlineData(302, "", RunOutcome.Unreachable, "endpoint")]
    public async Task Failure_of_every_request_ends_the_run_with_a_remedy(int status, string body, RunOutcome code, string remedy)
    {
        Service.Script(status, body);
        Service.Script(status, body);

        var failure = await Assert.ThrowsAsync<RunFailedException>(() => ApplyAsync(Operation.Create, Steps(1)));

        Assert.Equal(code, failure.Outcome);
        Assert.Contains(remedy, failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_asks_for_a_token_and_sends_nothing()
    {
        await Destination.PrepareAsync(Ct);

        Assert.Empty(Service.Requests);
    }

    [Fact]
    public void Invalid_endpoint_or_missing_workspace_is_a_settings_error()
    {
        var withoutWorkspace = StixSamples.Settings(Service.Endpoint) with { WorkspaceId = null };
        var plainManagement = StixSamples.Settings(Service.Endpoint, new Uri("http://arm.example"));

        Refused(() => Create(new Uri("http://sentinel.example")));
        Refused(() => Create(withoutWorkspace));
        Refused(() => Create(plainManagement));

        static void Refused(Func<IDestination> create) =>
            Assert.Equal(RunOutcome.InvalidInput, Assert.Throws<RunFailedException>(create).Outcome);
    }

    [Fact]
    public void Destination_is_identified_by_workspace_and_source() =>
        Assert.Equal(new DestinationInfo("sentinel", "sentinel", "3b5e0000-5a5d-4b0c-8000-000000000003", "misp-graph"), Destination.Info);

    [Fact]
    public void Unmatched_observables_are_skipped_unless_the_setting_includes_them()
    {
        var all = Create(StixSamples.Settings(Service.Endpoint) with { IncludeUnmatched = true });
        var mutex = Supporting(new Observable.Mutex("x"));

        Assert.Equal(SkipReason.UnmatchedTier, Destination.SkipReasonFor(mutex, IndicatorAction.Alert));
        Assert.Null(all.SkipReasonFor(mutex, IndicatorAction.Alert));
        Assert.Equal(
            SkipReason.NoFieldHere, all.SkipReasonFor(Supporting(new Observable.Port(1, Direction.Unknown)), IndicatorAction.Alert));
        Assert.Equal(SkipReason.NoFieldHere, all.SkipReasonFor(Supporting(null), IndicatorAction.Alert));
        Assert.Null(Destination.SkipReasonFor(Supporting(SomeIndicator.Address(1)), IndicatorAction.Alert));
    }

    [Theory]
    [InlineData(IndicatorAction.Alert, null)]
    [InlineData(IndicatorAction.Block, null)]
    [InlineData(IndicatorAction.Warn, null)]
    [InlineData(IndicatorAction.Allow, SkipReason.ActionNotAllowed)]
    public void Allowed_indicators_are_skipped(IndicatorAction action, SkipReason? reason)
    {
        Assert.Equal(reason, Create(StixSamples.Settings(Service.Endpoint)).SkipReasonFor(Supporting(SomeIndicator.Address(1)), action));
    }

    private protected override ServiceDouble Start() => new SentinelDouble();

    private protected override IDestination Create(Uri endpoint, Transport transport, ITokenSource tokens) =>
        new SentinelDestination(StixSamples.Settings(endpoint), transport, tokens);

    private SentinelDestination Create(Uri endpoint) => Create(StixSamples.Settings(endpoint));

    private SentinelDestination Create(SentinelSettings settings) => new SentinelDestination(settings, Test.Transport, Tokens);

    private static Core.Domain.IndicatorSource Supporting(Observable? single) =>
        new() { Attribute = StixSamples.Key, Part = 0, Type = "x", Combined = [], Single = single };
}
