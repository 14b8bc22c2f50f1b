using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Sources.Json;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>PHP runs out of time in an answer: it stops anywhere, and the JSON of an error follows. The status stays 200.</summary>
public sealed class TruncatedResponseTests
{
    private const string Error =
        """{"name":"An Internal Error Has Occurred.","message":"An Internal Error Has Occurred.","url":"\/events\/restSearch"}""";

    private static readonly string Whole = $$"""{"response": [{{string.Join(", ", Enumerable.Range(1, 3).Select(Event))}}]}""" + "\n";

    [Theory]
    [InlineData("")]
    [InlineData(Error)]
    public async Task A_response_truncated_anywhere_fails_and_yields_whole_events_only(string end)
    {
        for (var length = 1; length < Whole.Length - 1; length++)
        {
            var (events, isBroken) = await ReadAsync(Encoding.UTF8.GetBytes(Whole[..length] + end));

            Assert.True(isBroken, $"cut after {length}");
            Assert.All(events, one => Assert.Equal(2, one));
        }
    }

    [Fact]
    public async Task A_whole_response_followed_by_an_error_fails()
    {
        Assert.True((await ReadAsync(Encoding.UTF8.GetBytes(Whole + Error))).IsBroken);
        Assert.False((await ReadAsync(Encoding.UTF8.GetBytes(Whole))).IsBroken);
    }

    [Fact]
    public async Task A_recorded_truncated_response_fails()
    {
        var recorded = Path.Combine(SharedData.Require("misp-recorded"), "second-cut-200-gzip.response.json");

        Assert.True((await ReadAsync(await System.IO.File.ReadAllBytesAsync(recorded, TestContext.Current.CancellationToken))).IsBroken);
    }

    private static string Event(int id) => $$"""
        {"Event":{"id":"{{id}}","uuid":"{{FakeMisp.Uuid(id)}}","info":"a \"b\" {c}",
         "Attribute":[{"type":"domain","value":"a{{id}}.example"}],
         "Object":[{"name":"file","Attribute":[{"type":"md5","value":"00"}]}],"Tag":[{"name":"tlp:red"}] } }
        """;

    /// <summary>How many items each event that came has.</summary>
    private static async Task<(List<int> Events, bool IsBroken)> ReadAsync(byte[] answer)
    {
        using var json = new MemoryStream(answer);
        using var reader = new MispJsonReader(json, index => StableId.From($"{index}"));
        var events = new List<int>();
        try
        {
            await foreach (var one in reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                // An event's tags come last: none is given without them.
                if (!one.IsSummary) events.Add(one.Event.Tags.Count == 0 ? 0 : one.Items.Count());
            }
            return (events, !reader.SawEventList);
        }
        catch (MispReadException)
        {
            return (events, true);
        }
    }
}
