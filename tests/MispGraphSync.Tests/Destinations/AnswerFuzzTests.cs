using System.Buffers;
using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Destinations.Graph;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Http;
using MispGraphSync.Tests.Destinations.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Destinations;

/// <summary>
/// The answers of Graph, Sentinel, Azure and Defender, damaged. Each call ends with an outcome for each step or with a failure in words;
/// nothing counts as accepted that no successful answer confirms, and no id that no answer has; each listed indicator can be compared,
/// printed and written again, or is left alone.
/// </summary>
public class AnswerFuzzTests
{
    private const string Token = "eyJmYWtl.eyJwYXlsb2Fk.c2lnbmF0dXJl";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds => ["graph", "graph-defender", "sentinel", "defender"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Damaged_answer_to_a_request_confirms_nothing_that_it_does_not_say(string kind) => Fuzzing.EachAsync(
        200, async (_, random) =>
    {
        var service = new Damaging(kind, random);
        await using var destination = Open(kind, service);
        var action = service.Pick([StepAction.Create, StepAction.Create, StepAction.Update, StepAction.Delete]);
        var steps = service.StepsOf(destination, action);

        var (outcomes, failure) = await TryAsync(() => destination.ApplyAsync(OperationOf(action), steps, Ct));

        if (failure is not null) return;
        Assert.Equal(steps.Length, outcomes!.Count);
        foreach (var outcome in outcomes) AssertOutcome(outcome, action, service);
        var ids = outcomes.OfType<StepOutcome.Accepted>().Select(one => one.Id).OfType<string>().ToList();
        if (kind != "sentinel") Assert.Distinct(ids);
    });

    [Theory]
    [MemberData(nameof(Kinds))]
    public Task Damaged_list_ends_and_each_listed_indicator_can_be_used(string kind) => Fuzzing.EachAsync(250, async (_, random) =>
    {
        var service = new Damaging(kind, random);
        await using var destination = Open(kind, service);
        var steps = service.StepsOf(destination, StepAction.Create);
        var listed = new List<RemoteIndicator>();

        await TryAsync(async () =>
        {
            await destination.PrepareAsync(Ct);
            await foreach (var one in destination.ReadAsync(Ct)) listed.Add(one);
            await destination.ReconcileAsync([.. steps.Select(step => step.Key)], Ct);
            return 0;
        });

        foreach (var one in listed)
        {
            ItemComparison.Compare(steps[0].Body, one.Raw);
            ItemComparison.PropertiesOf(one.Raw);
            var body = new ArrayBufferWriter<byte>();
            if (destination.TryWriteAgain(body, one)) using (JsonDocument.Parse(body.WrittenMemory)) { }
        }
    });

    [Fact]
    public Task Damaged_answer_of_Azure_finds_the_workspace_or_says_why_not() => Fuzzing.EachAsync(250, async (_, random) =>
    {
        var service = new Damaging("sentinel", random);
        var settings = StixSamples.Settings(Damaging.Endpoint) with { SubscriptionId = null, ResourceGroup = null, WorkspaceName = null };
        var search = new WorkspaceSearch(settings, service.Transport, new FixedTokens());

        var (found, _) = await TryAsync(() => search.FindAsync(Ct));

        if (found is null) return;
        Assert.True(found.Name is null != found.Missing is null);
        if (found.Missing is { } missing) Fuzzing.AssertReadable($"{missing.Message} {missing.Remedy}");
    });

    private static Operation OperationOf(StepAction action) => action switch
    {
        StepAction.Create => Operation.Create,
        StepAction.Delete => Operation.Delete,
        _ => Operation.Update,
    };

    private static async Task<(T? Result, RunFailedException? Failure)> TryAsync<T>(Func<Task<T>> run)
    {
        try
        {
            return (await run(), null);
        }
        catch (RunFailedException failure)
        {
            Fuzzing.AssertReadable(Sanitized(failure));
            return (default, failure);
        }
    }

    // Where an address is in it, the sentence is made safe when it is printed.
    private static string Sanitized(RunFailedException failure)
    {
        Assert.DoesNotContain(Token, failure.Message, StringComparison.Ordinal);
        return $"{failure.Message} {failure.Remedy}";
    }

    private static void AssertOutcome(StepOutcome outcome, StepAction action, Damaging service)
    {
        switch (outcome)
        {
            case StepOutcome.Accepted accepted:
                var isDeletion = action == StepAction.Delete;
                Assert.Contains(service.Answers, answer => answer.Status is >= 200 and < 300 || (isDeletion && answer.Status == 404));
                if (accepted.Id is { } id && !id.StartsWith("indicator--", StringComparison.Ordinal))
                    Assert.Contains(service.Answers, answer => answer.Says(id));
                break;
            case StepOutcome.Rejected rejected: Fuzzing.AssertReadable(rejected.Response); break;
            case StepOutcome.Unknown unknown: Fuzzing.AssertReadable(unknown.Why); break;
        }
    }

    private static IDestination Open(string kind, Damaging service) => kind switch
    {
        "graph" => new GraphDestination(SomeIndicator.GraphSettings(endpoint: Damaging.Endpoint), service.Transport, new FixedTokens()),
        "graph-defender" => new GraphDestination(
            SomeIndicator.GraphSettings("Microsoft Defender ATP", Damaging.Endpoint), service.Transport, new FixedTokens()),
        "sentinel" => new SentinelDestination(StixSamples.Settings(Damaging.Endpoint), service.Transport, new FixedTokens()),
        _ => new DefenderDestination(
            SomeIndicator.DefenderSettings(Damaging.Endpoint) with { Instance = "test" }, service.Transport, new FixedTokens()),
    };

    private sealed class FixedTokens : ITokenSource
    {
        public ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct) => ValueTask.FromResult(Token);
    }

    private sealed record GivenAnswer(int Status, byte[] Body)
    {
        private string Text { get; } = Encoding.UTF8.GetString(Body);

        /// <summary>As it is, escaped, or as a number.</summary>
        public bool Says(string id) => Text.Contains(id, StringComparison.Ordinal)
            || id.Any(c => c is < ' ' or > '~' or '"' or '\\') || Text.Contains(JsonEncodedText.Encode(id).Value, StringComparison.Ordinal);
    }

    /// <summary>Answers as the service does, and damages that.</summary>
    private sealed class Damaging
    {
        public static readonly Uri Endpoint = new("https://service.example/");

        private readonly string _kind;
        private readonly Random _random;
        private readonly JsonDamage _damage;
        private PlanStep[] _steps = [];

        public Damaging(string kind, Random random)
        {
            (_kind, _random, _damage) = (kind, random, new JsonDamage(random));
            Transport = FuzzTransport.Of(new AnsweringHandler(Answer));
        }

        public Transport Transport { get; }

        public List<GivenAnswer> Answers { get; } = [];

        public T Pick<T>(IReadOnlyList<T> from) => _damage.Pick(from);

        public PlanStep[] StepsOf(IDestination destination, StepAction action) => _steps =
        [
            .. Enumerable.Range(1, 1 + _random.Next(5)).Select(i => SomeIndicator.Step(
                destination, i, action, action == StepAction.Create || _kind == "sentinel" || LacksId(action) ? null : IdOf(i))),
        ];

        private bool LacksId(StepAction action) => action == StepAction.Delete && _random.Next(9) == 0;

        private string IdOf(int number) => _kind is "graph" ? $"{Some.Uuid(number)}" : $"{10_000 + number}";

        private HttpResponseMessage Answer(HttpRequestMessage request, string body)
        {
            var uri = request.RequestUri!;
            var (usual, text) = Usual(request.Method.Method, uri.AbsolutePath, body);
            // A list that never ended would tell us nothing.
            var json = Answers.Count > 40 ? Encoding.UTF8.GetBytes("{\"value\":[]}")
                : text.Length == 0 ? _random.Next(3) > 0 ? [] : _damage.OfBytes([.. "{}"u8])
                : _damage.Of(_random.Next(12) == 0 ? Failure() : text);
            var status = Answers.Count > 40 ? 200 : _random.StatusOr(usual);
            Answers.Add(new GivenAnswer(status, json));
            return Fuzzing.Response(_random, status, json);
        }

        private (int Status, string Body) Usual(string method, string path, string body) => path switch
        {
            _ when path.EndsWith("/submitTiIndicators", StringComparison.Ordinal)
                || path.EndsWith("/updateTiIndicators", StringComparison.Ordinal) => (206, List(_steps.Select(Entity))),
            _ when path.EndsWith("/deleteTiIndicators", StringComparison.Ordinal)
                || path.EndsWith("ByExternalId", StringComparison.Ordinal) => (200, List(Requested(body, "value").Select(Result))),
            _ when path.EndsWith("/tiIndicators", StringComparison.Ordinal) || path.EndsWith("/indicators", StringComparison.Ordinal)
                || path.EndsWith("/queryIndicators", StringComparison.Ordinal) => (200, Page()),
            _ when path.EndsWith(":upload", StringComparison.Ordinal) => (200, Upload()),
            _ when path.EndsWith("/import", StringComparison.Ordinal) => (200, List(_steps.Select(Imported))),
            _ when path.EndsWith("/BatchDelete", StringComparison.Ordinal) || method == "DELETE" => (204, ""),
            _ when path.EndsWith("/subscriptions", StringComparison.Ordinal) =>
                (200, List([$$"""{"subscriptionId":"{{StixSamples.Settings().SubscriptionId}}","state":"Enabled"}"""])),
            _ when path.EndsWith("/workspaces", StringComparison.Ordinal) => (200, List([Workspace()])),
            _ => (404, Failure()),
        };

        private static string List(IEnumerable<string> items) => $$"""{"@odata.context":"x","value":[{{string.Join(',', items)}}]}""";

        private string Page()
        {
            var next = _random.Next(3) switch
            {
                0 => "",
                1 => $"\"@odata.nextLink\":\"{Endpoint}beta/security/tiIndicators?$skip={Answers.Count}\",",
                _ => $"\"nextLink\":\"{Endpoint}x/queryIndicators?api-version=1&$skipToken=t%2B{Answers.Count}\",",
            };
            return $$"""{ {{next}}"value":[{{string.Join(',', _steps.Select(Listed))}}]}""";
        }

        private string Listed(PlanStep step, int at) => _kind switch
        {
            "sentinel" => $$$"""
                {"id":"/subscriptions/x/{{{at}}}","name":"n{{{at}}}","kind":"indicator","properties":{
                 "externalId":"indicator--{{{step.Key}}}","source":"misp-graph","displayName":"A campaign","pattern":"{{{step.Value}}}",
                 "validFrom":"2026-01-02T03:04:05Z",
                 "validUntil":"2026-02-01T03:04:05Z","revoked":false,"confidence":50,"labels":["misp:event={{{SomeIndicator.Event}}}"],
                 "objectMarkingRefs":["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"],"killChainPhases":[{"phaseName":"x"}]}}
                """,
            _ => WithId(step, at),
        };

        // As it was sent, with what the service adds.
        private string WithId(PlanStep step, int at)
        {
            var item = Encoding.UTF8.GetString(step.Body.Span);
            var more = $"\"id\":\"{IdOf(at + 1)}\",\"createdBy\":\"22222222-2222-4222-8222-222222222222\",\"sourceType\":\"AadApp\"";
            return item.StartsWith('{') ? $"{{{more},{item[1..]}" : $"{{{more}}}";
        }

        private string Entity(PlanStep step, int at) => _random.Next(4) switch
        {
            0 => Failed("""{\"error\":{\"code\":\"InvalidInput\",\"message\":\"m\"}}""", step),
            1 => Failed("Target: body - ValidationFailed - x\\nTarget: y", step),
            2 => $$"""{"id":"{{IdOf(at + 1)}}","externalId":"{{step.Key}}","targetProduct":"Azure Sentinel"}""",
            _ => WithId(step, at),
        };

        private static string Failed(string error, PlanStep step) =>
            $$"""{"id":"Failed to create, check Error element for reason","Error":"{{error}}","externalId":"{{step.Key}}"}""";

        private static string Result(string name) => $$"""{"code":"204","message":"{{name}} deleted","subcode":0}""";

        private string Imported(PlanStep step, int at)
        {
            var value = DefenderValue.Parse(step.Value ?? "").Text;
            return _random.Next(4) == 0
                ? $$"""{"id":null,"indicator":"{{value}}","isFailed":true,"failureReason":"Missing indicators value"}"""
                : $$"""{"id":"{{IdOf(at + 1)}}","indicator":"{{value}}","isFailed":false,"failureReason":null}""";
        }

        private string Upload() => _random.Next(3) == 0
            ? ""
            : $$"""{"errors":[{"recordIndex":{{_random.Next(_steps.Length)}},"errorMessages":["Property=id is required","x"]}]}""";

        private string Failure() => _random.Next(4) switch
        {
            0 => """{"error":{"code":"TooManyRequests","message":"Try again in 12 seconds.","innerError":{"request-id":"x","date":"y"}}}""",
            1 => """{"statusCode":429,"message":"Rate limit is exceeded. Try again in 12 seconds."}""",
            2 => """{"error":{"code":"UnauthorizedAccess","message":"no permission","details":[],"target":null}}""",
            _ => """{"statusCode":500,"message":"Internal server error","activityId":"x"}""",
        };

        private static string Workspace() => $$$"""
            {"id":"/subscriptions/x/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w",
             "name":"w","location":"x","properties":{"customerId":"{{{StixSamples.Workspace}}}","provisioningState":"Succeeded"}}
            """;

        private static List<string> Requested(string body, string name)
        {
            using var json = JsonDocument.Parse(body);
            return [.. json.RootElement.GetProperty(name).EnumerateArray().Select(one => one.GetString()!)];
        }
    }
}
