using System.Text;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Graph;
using Xunit;

namespace MispGraphSync.Tests.Destinations;

public class GraphResponseTests
{
    private static readonly PlanStep[] Steps = [Step(1), Step(2), Step(3)];

    [Fact]
    public void Results_are_matched_by_our_key_in_any_order()
    {
        var outcomes = Entities(
            $$"""
            [{"id":"c","externalId":"{{Key(3)}}"},{"id":"a","externalId":"{{Key(1)}}"},
            {"Error":{"message":"no"},"externalId":"{{Key(2)}}"}]
            """);

        Assert.Equal([new StepOutcome.Accepted("a"), new StepOutcome.Rejected("no"), new StepOutcome.Accepted("c")], outcomes);
    }

    [Theory]
    [InlineData("""{"Error":{"message":"no"}}""", "no", false)]
    [InlineData("""{"error":{"code":"invalidRequest","message":"no"}}""", "invalidRequest: no", false)]
    [InlineData("""{"ERROR":"no","id":"x"}""", "no", false)]
    [InlineData("""{"error":{"code":"activityLimitReached","message":"slow down"}}""", "activityLimitReached: slow down", true)]
    [InlineData("""{"error":"The provider timed out"}""", "The provider timed out", true)]
    [InlineData("""{"Error":{"odd":[1,2]}}""", """{"odd":[1,2]}""", false)]
    [InlineData("\"no\"", "no", false)]
    [InlineData(
        """
        {"id":"Failed to create, check Error element for reason",
        "Error":"{\"error\":{\"code\":\"InvalidInput\",\"message\":\"Missing value\",\"target\":\"00000000-5a5d-4b0c-8000-0000000000aa\"}}"}
        """,
        "InvalidInput: Missing value", false)]
    [InlineData(
        """
        {"id":"Failed to create, check Error element for reason",
        "Error":"{\"error\":{\"code\":\"TooManyRequests\",\"message\":\"later\"}}"}
        """,
        "TooManyRequests: later", true)]
    [InlineData(
        """
        {"id":"Failed to create",
        "Error":"Target: body - ValidationFailed - x\nTarget: networkDestinationIPv4 - ValidationFailed - y"}
        """,
        "Target: body - ValidationFailed - x Target: networkDestinationIPv4 - ValidationFailed - y", false)]
    [InlineData("""{"id":"Failed to create, check Error element for reason","Error":""}""",
        "Failed to create, check Error element for reason", false)]
    [InlineData("""{"id":"Failed to create, check Error element for reason"}""", "Failed to create, check Error element for reason", false)]
    [InlineData("""{"id":"Failed to create","Error":"{\"error\":"}""", "{\"error\":", false)]
    public void Errors_are_read_in_any_shape(string element, string words, bool isTransient)
    {
        var outcomes = Entities($$"""[{{element}},{"id":"b"},{"id":"c"}]""");

        Assert.Equal(new StepOutcome.Rejected(words, isTransient), outcomes[0]);
        Assert.Equal(new StepOutcome.Accepted("b"), outcomes[1]);
    }

    [Theory]
    [InlineData("""{"id":"b","externalId":"00000000-0000-5000-8000-00000000000B"}""")]
    [InlineData("""{"id":"b","externalId":"{00000000-0000-5000-8000-00000000000b}"}""")]
    [InlineData("""{"id":"b","externalId":"0000000000005000800000000000000b"}""")]
    public void Our_key_is_recognised_in_any_spelling(string element) =>
        Assert.Equal(new StepOutcome.Accepted("b"),
            GraphOutcomes.OfEntities(Read($"[{element}]"), [Step(1) with { Key = new Guid("00000000-0000-5000-8000-00000000000b") }])[0]);

    [Fact]
    public void Positions_count_only_while_keys_match_the_order()
    {
        var inOrder = Entities($$"""[{"id":"a"},{"id":"b"},{"id":"c","externalId":"{{Key(3)}}"}]""");
        var another = Entities($$"""[{"id":"c","externalId":"{{Key(3)}}"},{"id":"x"},{"id":"y"}]""");
        var oneLeft = Entities($$"""[{"id":"c","externalId":"{{Key(3)}}"},{"Error":"no"},{"id":"a","externalId":"{{Key(1)}}"}]""");

        Assert.Equal([new StepOutcome.Accepted("a"), new StepOutcome.Accepted("b"), new StepOutcome.Accepted("c")], inOrder);
        Assert.All(another[..2], o => Assert.IsType<StepOutcome.Unknown>(o));
        Assert.Equal([new StepOutcome.Accepted("a"), new StepOutcome.Rejected("no"), new StepOutcome.Accepted("c")], oneLeft);
    }

    [Fact]
    public void Repeated_results_count_once_and_contradicting_results_are_unknown()
    {
        var twice = Entities(
            $$"""
            [{"id":"a","externalId":"{{Key(1)}}"},{"id":"a","externalId":"{{Key(1)}}"},
            {"id":"b","externalId":"{{Key(2)}}"},{"id":"c","externalId":"{{Key(3)}}"}]
            """);
        var different = Entities(
            $$"""[{"id":"a","externalId":"{{Key(1)}}"},{"id":"a2","externalId":"{{Key(1)}}"},{"id":"c","externalId":"{{Key(3)}}"}]""");

        Assert.Equal([new StepOutcome.Accepted("a"), new StepOutcome.Accepted("b"), new StepOutcome.Accepted("c")], twice);
        Assert.IsType<StepOutcome.Unknown>(different[0]);
        Assert.IsType<StepOutcome.Unknown>(different[1]);
        Assert.Equal(new StepOutcome.Accepted("c"), different[2]);
    }

    [Fact]
    public void Id_shared_by_two_indicators_is_given_to_none()
    {
        var outcomes = Entities("""[{"id":"a"},{"id":"a"},{"id":"c"}]""");

        Assert.IsType<StepOutcome.Unknown>(outcomes[0]);
        Assert.IsType<StepOutcome.Unknown>(outcomes[1]);
        Assert.Equal(new StepOutcome.Accepted("c"), outcomes[2]);
    }

    [Fact]
    public void Update_results_are_matched_by_service_id()
    {
        PlanStep[] steps = [Step(1) with { Id = "1004273" }, Step(2) with { Id = "0A0A" }];

        var outcomes = GraphOutcomes.OfEntities(Read("""[{"id":"0a0a"},{"id":"1004273","Error":"no"}]"""), steps);

        Assert.Equal([new StepOutcome.Rejected("no"), new StepOutcome.Accepted("0a0a")], outcomes);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\\t\\n")]
    public void Result_without_an_id_is_a_rejection(string id) => Assert.Equal(
        new StepOutcome.Rejected($"The answer has no id for {Key(3)}."), Entities($$"""[{},{"id":"b"},{"id":"{{id}}"}]""")[2]);

    [Fact]
    public void Unmentioned_steps_are_unknown()
    {
        var outcomes = Entities($$"""[{"id":"b","externalId":"{{Key(2)}}"},{"id":"z","externalId":"of someone else"}]""");

        Assert.IsType<StepOutcome.Unknown>(outcomes[0]);
        Assert.Equal(new StepOutcome.Accepted("b"), outcomes[1]);
        Assert.IsType<StepOutcome.Unknown>(outcomes[2]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"value":null}""")]
    [InlineData("""{"value":[{"id":"a"}""")]
    [InlineData("""{"value":[{"id":"\ud800"}]}""")]
    [InlineData("<html>")]
    public void Invalid_responses_are_not_read(string text) => Assert.Null(GraphResponse.Read(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("""{"code":0,"message":"","subcode":0}""", true)]
    [InlineData("""{"code":0}""", true)]
    [InlineData("{}", true)]
    [InlineData("""{"code":200,"message":"OK","subCode":0}""", true)]
    [InlineData("""{"code":404,"message":"Indicator not found"}""", true)]
    [InlineData("""{"code":"204","message":"one deleted"}""", true)]
    [InlineData("""{"code":"400","message":"one was bad"}""", false)]
    [InlineData("""{"code":400,"message":"bad"}""", false)]
    [InlineData("""{"code":0,"message":"Something went wrong"}""", false)]
    [InlineData("""{"Error":{"message":"no"}}""", false)]
    public void Deletion_results_are_read_in_any_shape(string result, bool accepted)
    {
        var outcome = GraphOutcomes.OfResults(Read($"[{result}]"), ["one"])[0];

        Assert.Equal(accepted, outcome is StepOutcome.Accepted);
    }

    [Fact]
    public void Failed_deletion_is_matched_by_the_id_it_names()
    {
        var outcomes = GraphOutcomes.OfResults(Read("""[{"code":500,"message":"could not delete 1004273."},{"code":0}]"""),
            ["1004272", "1004273"]);

        Assert.IsType<StepOutcome.Accepted>(outcomes[0]);
        Assert.True(Assert.IsType<StepOutcome.Rejected>(outcomes[1]).IsTransient);
    }

    [Fact]
    public void Deletion_results_are_matched_by_the_leading_id()
    {
        var outcomes = GraphOutcomes.OfResults(
            Read(
                """
                [{"code":"204","message":"12 deleted"},{"code":"500","message":"1 could not be deleted"},
                {"code":"204","message":"2 deleted"}]
                """),
            ["1", "2", "12"]);

        Assert.Equal([typeof(StepOutcome.Rejected), typeof(StepOutcome.Accepted), typeof(StepOutcome.Accepted)],
            outcomes.Select(o => o.GetType()));
    }

    [Fact]
    public void Missing_deletion_results_are_unknown() =>
        Assert.All(GraphOutcomes.OfResults(Read("""[{"code":0}]"""), ["one", "two"]), o => Assert.IsType<StepOutcome.Unknown>(o));

    private static StepOutcome[] Entities(string elements) => GraphOutcomes.OfEntities(Read(elements), Steps);

    private static List<GraphResult> Read(string elements) =>
        GraphResponse.Read(Encoding.UTF8.GetBytes($$"""{"@odata.context":"x","value":{{elements}}}"""))!;

    private static Guid Key(int number) => new($"00000000-0000-5000-8000-{number:d12}");

    private static PlanStep Step(int number) => new()
    {
        Action = StepAction.Create,
        Reason = "test",
        Observables = default,
        Key = Key(number),
        Body = default,
    };
}
