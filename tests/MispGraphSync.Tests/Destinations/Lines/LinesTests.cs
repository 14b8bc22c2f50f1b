using System.Text.Json.Nodes;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Http;
using MispGraphSync.Settings;
using WireMock;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Lines;

/// <summary>A new kind of destination needs one folder and one line of registration: nothing else in the program knows this one.</summary>
public class LinesTests : DestinationContract
{
    private static readonly DestinationKinds Kinds = new(SentinelKind.Kind, LinesKind.Kind);

    [Fact]
    public async Task New_kind_is_configured_created_and_listed_like_the_others()
    {
        var settings = Read("""{ "name": "mine", "kind": "lines", "topic": "iocs" }""").Settings.Destinations[0];
        await using var destination = Kinds.Create(settings with { Endpoint = Service.Endpoint }, Test.Transport, Tokens);

        await Test.PassAsync(destination.ApplyAsync(Operation.Create, Steps(2), Ct));
        var listed = await Test.PassAsync(destination.ReadAsync(Ct).ToListAsync(Ct).AsTask());

        Assert.Equal(("mine", "iocs"), (destination.Info.Name, destination.Info.Scope));
        Assert.Equal(2, listed.Count);
        Assert.Contains("lines.example", Kinds.NeverBlock);
    }

    [Fact]
    public async Task New_kind_is_checked_by_doctor()
    {
        var settings = Read("""{ "name": "mine", "kind": "lines" }""").Settings.Destinations[0];
        await using var checks =
            Kinds.Of(settings).Checks(new CheckInput(Kinds, settings, Test.Transport, _ => Task.FromResult<CheckResult?>(null), Ct));

        Assert.Equal(
            ["mine tenant", "mine token", "mine roles", "mine access", "mine write"], checks.All(writes: true).Select(check => check.Name));
    }

    [Fact]
    public void Key_of_another_kind_is_a_fault_of_the_settings() =>
        Assert.Contains(Read("""{ "name": "mine", "kind": "lines", "workspaceId": "11111111-1111-4111-8111-111111111111" }""").Faults,
            fault => fault.Text.Contains("belongs to a sentinel destination", StringComparison.Ordinal));

    private protected override ServiceDouble Start() => new LinesDouble();

    private protected override IDestination Create(Uri endpoint, Transport transport, ITokenSource tokens) =>
        Kinds.Create(new LinesSettings(SomeIndicator.CommonSettings("lines", endpoint)), transport, tokens);

    private static SettingsInspection Read(string destination)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("misp-graph-test-").FullName, "config.json");
        File.WriteAllText(file, $$"""
            {
              "auth": { "tenant": "11111111-1111-4111-8111-111111111111", "managedIdentity": true },
              "destinations": [ {{destination}} ]
            }
            """);
        return SettingsReader.Inspect(
            file, new Dictionary<string, string>(), new ReaderOptions { Table = Kinds.Table, WorkingDirectory = "/" });
    }

    private sealed class LinesDouble : ServiceDouble
    {
        private readonly Dictionary<string, JsonNode> _held = [];

        public override int Held => _held.Count;

        protected override ResponseMessage Answer(string method, string path, string? body) => method switch
        {
            "PUT" => Each(body!, line => _held[(string)line["key"]!] = line),
            "DELETE" => Each(body!, line => _held.Remove((string)line!)),
            _ => Json(200, new JsonObject { ["value"] = new JsonArray([.. _held.Values.Select(line => line.DeepClone())]) }.ToJsonString()),
        };

        private ResponseMessage Each(string body, Action<JsonNode> one)
        {
            var results = new JsonArray();
            foreach (var (at, line) in JsonNode.Parse(body)!["value"]!.AsArray().Index())
            {
                var result = new JsonObject
                {
                    ["key"] = line is JsonObject ? (string)line["key"]!
                    : (string)line!,
                    ["error"] = at == Refuse ? "No." : null
                };
                if (at != Refuse) one(line!.DeepClone());
                results.Add(result);
            }

            Refuse = null;
            return Json(200, new JsonObject { ["value"] = results }.ToJsonString());
        }
    }
}
