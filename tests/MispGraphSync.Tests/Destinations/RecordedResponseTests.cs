using System.Text.Json.Nodes;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Tests.Destinations.Sentinel;
using WireMock;
using Xunit;

namespace MispGraphSync.Tests.Destinations;

/// <summary>
/// Responses that users of the services have recorded, as files in <c>Recorded</c>: the same shape, with values of our own, and how
/// they are to be read. A status that is not recorded is a list of all that may come.
/// </summary>
public sealed class RecordedResponseTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    private static string Folder => DocsTests.At("tests/MispGraphSync.Tests/Destinations/Recorded");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Recorded_response_is_read_as_its_file_says(string file)
    {
        var recorded = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, file + ".json"), Ct))!;
        var status = recorded["status"]!;

        foreach (var one in status is JsonArray several ? several.ToList() : [status])
            Assert.Equal(recorded["read"]!.AsArray().Select(line => (string)line!), await ReadAsync(recorded, (int)one!));
    }

    [Fact]
    public void Each_kind_has_recorded_responses() =>
        Assert.Equal(["defender", "graph", "sentinel"], Files.Select(row => row.Data.Split('-')[0]).Distinct());

    private static async Task<List<string>> ReadAsync(JsonNode recorded, int status)
    {
        using var test = new TestTransport();
        using var service = new Scripted();
        await using var destination = Open((string)recorded["kind"]!, service.Endpoint, test);
        var isDeletion = (string?)recorded["operation"] is "delete";
        PlanStep[] steps = [.. Enumerable.Range(0, (int)recorded["steps"]!).Select(i =>
            SomeIndicator.Step(destination, i, isDeletion ? StepAction.Delete : StepAction.Create))];
        var body = recorded["body"]?.ToJsonString() ?? (string)recorded["text"]!;
        for (var i = 0; i < steps.Length; i++) body = body.Replace($"{{key{i}}}", steps[i].Key.ToString("D"), StringComparison.Ordinal);
        // A refused token is renewed once.
        for (var times = status == 401 ? 2 : 1; times > 0; times--) service.Script(status, body);

        try
        {
            if ((string?)recorded["operation"] is "list") return [.. (await test.PassAsync(ListAsync(destination))).Select(Line)];
            var outcomes = await test.PassAsync(
                destination.ApplyAsync(isDeletion ? Operation.Delete : Operation.Create, steps, Ct));
            return [.. outcomes.Select(Line)];
        }
        catch (RunFailedException failed)
        {
            var expected = (string)recorded["read"]![0]!;
            // Of the remedy, only what the file asks for.
            return [failed.Remedy is { } remedy && expected.Split(": ")[^1] is var words && remedy.Contains(words, StringComparison.Ordinal)
                ? $"failed: {failed.Outcome}: {words}" : $"failed: {failed.Outcome}: {failed.Message} {failed.Remedy}"];
        }
    }

    private static async Task<List<RemoteIndicator>> ListAsync(IDestination destination) => await destination.ReadAsync(Ct).ToListAsync(Ct);

    private static string Line(StepOutcome outcome) => outcome switch
    {
        StepOutcome.Accepted { Id: { } id } when !id.StartsWith("indicator--", StringComparison.Ordinal) => $"accepted: {id}",
        StepOutcome.Accepted => "accepted",
        StepOutcome.Rejected { WholeBatch: true } rejected => $"whole batch rejected: {rejected.Response}",
        StepOutcome.Rejected rejected => $"rejected: {rejected.Response}",
        _ => outcome.ToString()!,
    };

    private static string Line(RemoteIndicator one) => one.Key is null ? $"not ours: {one.Type} {one.Value}" : $"ours: {one.Canonical}";

    private static IDestination Open(string kind, Uri endpoint, TestTransport test) => kind switch
    {
        "graph" => new GraphDestination(SomeIndicator.GraphSettings(endpoint: endpoint), test.Transport, new FakeTokens()),
        "graph-defender" => new GraphDestination(
            SomeIndicator.GraphSettings("Microsoft Defender ATP", endpoint), test.Transport, new FakeTokens()),
        "sentinel" => new SentinelDestination(StixSamples.Settings(endpoint), test.Transport, new FakeTokens()),
        _ => new DefenderDestination(
            SomeIndicator.DefenderSettings(endpoint) with { Instance = "test" }, test.Transport, new FakeTokens()),
    };

    /// <summary>After its script it answers with an empty success.</summary>
    private sealed class Scripted : ServiceDouble
    {
        public override int Held => 0;

        protected override ResponseMessage Answer(string method, string path, string? body) => Json(200, "");
    }
}
