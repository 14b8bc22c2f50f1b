using MispGraphSync.App;
using MispGraphSync.Output;
using Xunit;

namespace MispGraphSync.Tests.Output;

public sealed class RejectionReasonTests
{
    [Theory]
    [InlineData("What came instead: 500: error 4711 in 12 places", "What came instead: 500: error # in # places")]
    [InlineData("Property 'networkIPv4' has an invalid value: \"1.2\".", "Property 'networkIPv4' has an invalid value: ….")]
    [InlineData("description must have 1 to 100 characters.", "description must have # to # characters.")]
    [InlineData("BadRequest: evil.example is no good", "BadRequest: … is no good")]
    [InlineData("Correlation 0f8fad5b-d9cb-469f-a165-70867728950e: see https://aka.ms/x?y=1", "Correlation …: see …")]
    [InlineData("hash 44d88612fea8a8f36de82e1278abb02f\n  unknown", "hash … unknown")]
    [InlineData("", "(no words)")]
    [InlineData("\u001b[31mred\u202e", "\\u001B[31mred\\u202E")]
    public void Reason_omits_values_that_differ_between_indicators(string response, string reason) =>
        Assert.Equal(reason, RejectionReason.Of(response, "evil.example"));

    [Fact]
    public void Long_response_is_truncated() => Assert.InRange(RejectionReason.Of(new string('x', 5_000), null).Length, 100, 200);

    [Theory]
    [InlineData("graph", "expirationDateTime must be in the future.", "clock")]
    [InlineData("graph", "description must have 1 to 100 characters.", "title")]
    [InlineData("defender", "The maximum of 15000 indicators is exceeded", "capacity")]
    [InlineData("defender", "Action BlockAndRemediate is not supported", "action")]
    [InlineData("sentinel", "Property=pattern could not be parsed", "pattern")]
    [InlineData("graph", "Server too busy, try again", "retry")]
    [InlineData("graph", "Property 'networkIPv4' has an invalid value", "to_ids")]
    [InlineData("defender", "The transaction was aborted", "misp-graph explain")]
    [InlineData("defender", "InvalidInput: The DomainName is not supported", "to_ids")]
    [InlineData("defender", "generateAlert must be true", "action")]
    [InlineData("defender", "Max limit of indicators reached", "capacity")]
    [InlineData("defender", "The expirationTime is over the limit", "daysToExpire")]
    [InlineData("graph", "The access token has expired", "clock, then run")]
    [InlineData("graph", "InvalidAuthenticationToken: Lifetime validation failed, the token is expired", "clock, then run")]
    [InlineData("graph", "Unexpected word 'expired-block.example' here", "misp-graph explain")]
    [InlineData("graph", "It saw evil.example and gave up", "misp-graph explain")]
    [InlineData("sentinel", "Reformatting failed", "misp-graph explain")]
    [InlineData("graph", "¯\\_(ツ)_/¯", "misp-graph explain")]
    public void Every_response_has_a_remedy(string kind, string response, string named) =>
        Assert.Contains(
            named, Remedies.For(Registration.Kinds.Find(kind), response, "evil.example", "logs/*_error_*.json", Guid.Empty),
            StringComparison.Ordinal);
}
