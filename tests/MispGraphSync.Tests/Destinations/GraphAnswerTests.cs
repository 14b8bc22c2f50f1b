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
    public void An_error_is_read_in_any_shape(string element, string words, bool isTransient)
    {
        var outcomes = Entities($$"""[{{element}},{"id":"b"},{"id":"c"}]""");

        Assert.Equal(new StepOutcome.Rejected(words, isTransient), outcomes[0]);
        Assert.Equal(new StepOutcome.Accepted("b"), outcomes[1]);
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
        var outcomes = GraphOutcomes.OfResults(Read("""[{"code":500,"message":"could not delete two"},{"code":0}]"""), ["one", "two"]);

        Assert.IsType<StepOutcome.Accepted>(outcomes[0]);
        Assert.True(Assert.IsType<StepOutcome.Rejected>(outcomes[1]).IsTransient);
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
