using System.Text;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using MispGraphSync.Destinations.Defender;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Defender;

/// <summary>Results of an import are matched to their steps.</summary>
public class DefenderResponseTests
{
    private static readonly PlanStep[] Three =
    [
        Step("DomainName:a.example"), Step("IpAddress:2606:4700:0000:0000:0000:0000:0000:0001"), Step("Url:http://a.example/X"),
    ];

    [Fact]
    public void Results_are_matched_by_value_in_any_order_and_spelling() => Assert.Equal(
        ["1", "2", "3"],
        Ids("""
            {"value":[{"id":"3","indicator":"http://A.example/x","isFailed":false},{"id":"2","indicator":"2606:4700::1","isFailed":false},
            {"id":"1","indicator":"A.EXAMPLE","isFailed":false}]}
            """, Three));

    [Fact]
    public void Unknown_value_is_matched_by_position() => Assert.Equal(
        ["1", "2", "3"],
        Ids("""{"value":[{"id":"1","indicator":"a.example."},{"id":"2","indicator":"2606:4700::1"},{"id":3,"indicator":null}]}""", Three));

    [Theory]
    [InlineData("Url:http://a.example", "http://a.example/")]
    [InlineData("Url:http://a.example/x", "http://A.EXAMPLE:80/x")]
    [InlineData("Url:http://a.example/b c", "http://a.example/b%20c")]
    [InlineData("Url:http://b\u00fccher.example/", "http://xn--bcher-kva.example/")]
    [InlineData("DomainName:a.example", "A.example.")]
    [InlineData("IpAddress:45.83.9.1", "::ffff:45.83.9.1")]
    [InlineData("IpAddress:2606:4700:0000:0000:0000:0000:0000:0001", "[2606:4700::1]")]
    [InlineData("CertificateThumbprint:aabbccddeeff00112233445566778899aabbccdd",
        "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD")]
    public void Reordered_value_is_recognised_in_the_services_spelling(string canonical, string word) => Assert.Equal(
        ["1", "2", "3"],
        Ids(
            $$"""{"value":[{"id":"3","indicator":"c.example"},{"id":"1","indicator":"{{word}}"},{"id":"2","indicator":"b.example"}]}""",
            [Step(canonical), Step("DomainName:b.example"), Step("DomainName:c.example")]));

    [Theory]
    [InlineData("""{"value":[{"id":"5"}]}""")]
    [InlineData("""{"value":["x"]}""")]
    [InlineData("""{"value":[null]}""")]
    public void Result_without_value_and_status_is_unknown(string answer) =>
        Assert.IsType<StepOutcome.Unknown>(Assert.Single(Read(answer, [Step("DomainName:a.example")])!));

    [Fact]
    public void Single_remaining_result_belongs_to_the_single_remaining_step() => Assert.Equal(
        ["1", "2", "3"],
        Ids(
            """
            {"value":[{"id":"3","indicator":"http://a.example/X"},{"id":"1","indicator":"(a)"},
            {"id":"2","indicator":"2606:4700::1"}]}
            """,
            Three));

    [Fact]
    public void Positions_are_ignored_in_a_reordered_response()
    {
        var outcomes = Read(
            """{"value":[{"id":"3","indicator":"http://a.example/X"},{"id":"1","indicator":"(a)"},{"id":"2","indicator":"(b)"}]}""",
            Three)!;

        Assert.Same(ResponseMatcher.NotMentioned, outcomes[0]);
        Assert.Same(ResponseMatcher.NotMentioned, outcomes[1]);
    }

    [Fact]
    public void Values_that_differ_in_case_stay_separate_if_both_were_sent() => Assert.Equal(
        ["1", "2"],
        Ids("""{"value":[{"id":"2","indicator":"http://a.example/B"},{"id":"1","indicator":"http://a.example/b"}]}""",
            [Step("Url:http://a.example/b"), Step("Url:http://a.example/B")]));

    [Fact]
    public void Id_given_twice_is_given_to_none()
    {
        var outcomes = Read(
            """
            {"value":[{"id":"1","indicator":"a.example"},{"id":"1","indicator":"2606:4700::1"},
            {"id":"3","indicator":"http://a.example/X"}]}
            """,
            Three)!;

        Assert.Equal(["1"], DefenderResponse.ForgetSharedIds(outcomes));
        Assert.Equal([new StepOutcome.Accepted(null), new StepOutcome.Accepted(null), new StepOutcome.Accepted("3")], outcomes);
    }

    [Fact]
    public void Same_value_of_two_types_is_matched_by_order()
    {
        var hash = new string('a', 40);

        Assert.Equal(
            ["1", "2"],
            Ids($$"""{"value":[{"id":"1","indicator":"{{hash}}","isFailed":false},{"id":"2","indicator":"{{hash}}","isFailed":false}]}""",
                [Step("FileSha1:" + hash), Step("CertificateThumbprint:" + hash)]));
    }

    [Fact]
    public void Step_without_a_result_is_unknown()
    {
        var outcomes = Read(
            """
            {"value":[{"id":"3","indicator":"http://a.example/X","isFailed":false},
            {"id":"9","indicator":"b.example","isFailed":false}]}
            """, Three)!;

        Assert.IsType<StepOutcome.Unknown>(outcomes[0]);
        Assert.IsType<StepOutcome.Unknown>(outcomes[1]);
        Assert.Equal(new StepOutcome.Accepted("3"), outcomes[2]);
    }

    [Theory]
    [InlineData("""{"id":null,"indicator":"a.example","isFailed":true,"failureReason":"bad\nvalue"}""", "bad value")]
    [InlineData("""{"id":"7","indicator":"a.example","isFailed":"True","failureReason":"no"}""", "no")]
    [InlineData("""{"Id":null,"Indicator":"a.example","FailureReason":"no"}""", "no")]
    [InlineData("""{"indicator":"a.example"}""", "Failed, without a reason.")]
    public void Failed_result_is_a_rejection_in_the_services_words(string result, string words)
    {
        var outcome = Assert.Single(Read($$"""{"value":[{{result}}]}""", [Three[0]])!);

        Assert.Equal(new StepOutcome.Rejected(words), outcome);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"value":{}}""")]
    [InlineData("""{"value":[{"id":"1"}""")]
    [InlineData("<html>")]
    public void Invalid_responses_are_not_read(string answer) => Assert.Null(Read(answer, Three));

    [Fact]
    public void Arbitrary_responses_never_throw_and_give_each_step_an_outcome() =>
        Gen.OneOf(Gen.String, Gen.String.Select(s => $$$"""{"value":[{"id":"1","indicator":"{{{s}}}"},null,7,["x"],{"id":{"a":1}}]}"""))
            .Sample(answer => Assert.True(Read(answer, Three) is null or { Length: 3 }));

    private static PlanStep Step(string canonical) => new()
    {
        Action = StepAction.Create,
        Reason = "test",
        Observables = Hash128.Of(canonical),
        Key = StableId.From(canonical),
        Body = default,
        Value = canonical,
    };

    private static StepOutcome[]? Read(string answer, PlanStep[] steps) => DefenderResponse.Read(Encoding.UTF8.GetBytes(answer), steps);

    private static IEnumerable<string?> Ids(string answer, PlanStep[] steps) =>
        Read(answer, steps)!.Select(o => Assert.IsType<StepOutcome.Accepted>(o).Id);
}
