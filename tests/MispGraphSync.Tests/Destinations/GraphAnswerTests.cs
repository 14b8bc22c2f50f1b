using System.Text;
using MispGraphSync.Core.Sync;
using MispGraphSync.Destinations.Graph;
using Xunit;

namespace MispGraphSync.Tests.Destinations;

public class GraphAnswerTests
{
    private static readonly PlanStep[] Steps = [Step(1), Step(2), Step(3)];

    [Fact]
    public void Elements_are_told_by_our_key_whatever_their_order()
    {
        var outcomes = Entities($$"""[{"id":"c","externalId":"{{Key(3)}}"},{"id":"a","externalId":"{{Key(1)}}"},{"Error":{"message":"no"},"externalId":"{{Key(2)}}"}]""");

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
    public void An_error_is_read_in_any_shape(string element, string words, bool isTransient)
    {
        var outcomes = Entities($$"""[{{element}},{"id":"b"},{"id":"c"}]""");

        Assert.Equal(new StepOutcome.Rejected(words, isTransient), outcomes[0]);
        Assert.Equal(new StepOutcome.Accepted("b"), outcomes[1]);
    }

    [Theory]
    [InlineData("""{"id":"b","externalId":"00000000-0000-5000-8000-00000000000B"}""")]
    [InlineData("""{"id":"b","externalId":"{00000000-0000-5000-8000-00000000000b}"}""")]
    [InlineData("""{"id":"b","externalId":"0000000000005000800000000000000b"}""")]
    public void Our_key_counts_in_any_spelling(string element) =>
        Assert.Equal(new StepOutcome.Accepted("b"),
            GraphOutcomes.OfEntities(Read($"[{element}]"), [Step(1) with { Key = new Guid("00000000-0000-5000-8000-00000000000b") }])[0]);

    [Fact]
    public void Places_count_only_while_the_keys_show_that_the_order_is_ours()
    {
        var inOrder = Entities($$"""[{"id":"a"},{"id":"b"},{"id":"c","externalId":"{{Key(3)}}"}]""");
        var another = Entities($$"""[{"id":"c","externalId":"{{Key(3)}}"},{"id":"x"},{"id":"y"}]""");
        var oneLeft = Entities($$"""[{"id":"c","externalId":"{{Key(3)}}"},{"Error":"no"},{"id":"a","externalId":"{{Key(1)}}"}]""");

        Assert.Equal([new StepOutcome.Accepted("a"), new StepOutcome.Accepted("b"), new StepOutcome.Accepted("c")], inOrder);
        Assert.All(another[..2], o => Assert.IsType<StepOutcome.Unknown>(o));
        Assert.Equal([new StepOutcome.Accepted("a"), new StepOutcome.Rejected("no"), new StepOutcome.Accepted("c")], oneLeft);
    }

    [Fact]
    public void What_the_answer_says_twice_counts_once_and_two_things_about_one_count_for_nothing()
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
    public void One_id_for_two_indicators_is_neithers()
    {
        var outcomes = Entities("""[{"id":"a"},{"id":"a"},{"id":"c"}]""");

        Assert.IsType<StepOutcome.Unknown>(outcomes[0]);
        Assert.IsType<StepOutcome.Unknown>(outcomes[1]);
        Assert.Equal(new StepOutcome.Accepted("c"), outcomes[2]);
    }

    [Fact]
    public void An_update_is_known_by_the_services_id_too()
    {
        PlanStep[] steps = [Step(1) with { Id = "1004273" }, Step(2) with { Id = "0A0A" }];

        var outcomes = GraphOutcomes.OfEntities(Read("""[{"id":"0a0a"},{"id":"1004273","Error":"no"}]"""), steps);

        Assert.Equal([new StepOutcome.Rejected("no"), new StepOutcome.Accepted("0a0a")], outcomes);
    }

    [Fact]
    public void An_element_without_an_id_is_a_failure() =>
        Assert.IsType<StepOutcome.Rejected>(Entities("""[{},{"id":"b"},{"id":""}]""")[2]);

    [Fact]
    public void What_the_answer_does_not_mention_is_unknown()
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
    public void What_is_no_answer_is_none(string text) => Assert.Null(GraphAnswer.Read(Encoding.UTF8.GetBytes(text)));

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
    public void The_result_of_a_deletion_is_read_with_care(string result, bool accepted)
    {
        var outcome = GraphOutcomes.OfResults(Read($"[{result}]"), ["one"])[0];

        Assert.Equal(accepted, outcome is StepOutcome.Accepted);
    }

    [Fact]
    public void A_failed_deletion_that_names_its_id_is_blamed_on_it()
    {
        var outcomes = GraphOutcomes.OfResults(Read("""[{"code":500,"message":"could not delete 1004273."},{"code":0}]"""),
            ["1004272", "1004273"]);

        Assert.IsType<StepOutcome.Accepted>(outcomes[0]);
        Assert.True(Assert.IsType<StepOutcome.Rejected>(outcomes[1]).IsTransient);
    }

    [Fact]
    public void Results_of_deletions_go_by_the_id_their_words_begin_with()
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
    public void Fewer_results_than_deletions_prove_nothing() =>
        Assert.All(GraphOutcomes.OfResults(Read("""[{"code":0}]"""), ["one", "two"]), o => Assert.IsType<StepOutcome.Unknown>(o));

    private static StepOutcome[] Entities(string elements) => GraphOutcomes.OfEntities(Read(elements), Steps);

    private static List<GraphElement> Read(string elements) => GraphAnswer.Read(Encoding.UTF8.GetBytes($$"""{"@odata.context":"x","value":{{elements}}}"""))!;

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
