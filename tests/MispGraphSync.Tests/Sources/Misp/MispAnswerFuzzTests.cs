using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using Serilog.Core;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

/// <summary>
/// The answers of a MISP server, damaged: its version, the key's user, warninglists, the list of events, events in full and in pieces.
/// A list that is called complete has as many events as the server counts, and only requested events are read.
/// </summary>
public class MispAnswerFuzzTests
{
    private const string Key = "MarkedKeyMarkedKeyMarkedKeyMarkedKey4711";
    private const int Count = 3;

    private static readonly MispSettings Settings = new() { PageSize = 2, Timeout = TimeSpan.FromSeconds(5) };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public Task Damaged_answer_of_MISP_is_never_a_whole_list() => Fuzzing.EachAsync(300, async (_, random) =>
    {
        var server = new Server(random);
        using var http = new HttpClient(new AnsweringHandler(server.Answer));
        var time = new FakeTimeProvider(Some.Now);
        var client = new MispClient(
            http, new Uri("https://misp.example/"), _ => ValueTask.FromResult(Key), Settings.Timeout, time, Logger.None, retries: false);
        using var source = new MispSource(client, Settings, new FilterPlan([EventFilter.Everything]), time, Logger.None);
        var listed = new List<EventHeader>();
        try
        {
            var state = await source.OpenAsync(Ct);
            Assert.True(state.Fingerprint.Length < 100_000_000);
            if (await MispServer.UserAsync(client, Ct) is { } owner) ReadAll(owner);
            await MispServer.WarninglistsAsync(client, Ct);
            await foreach (var header in source.ListAsync(Ct)) listed.Add(header);
            if (source.IsListComplete && server.IsCountTrue) Assert.True(listed.Count >= Count, $"{listed.Count} events, called complete");
            var asked = listed.Select(header => header.Uuid).ToHashSet();
            await foreach (var one in source.FetchAsync(listed, Ct))
            {
                Assert.Contains(one.Event.Uuid, asked);
                var context = new MapContext("misp", one.Event.Uuid, ToIdsOnly: false, EnforceWarninglist: false);
                foreach (var item in one.Items) Mapper.Map(item, context);
            }

            await source.LookUpAsync([new EventHeader(Some.Uuid(77), 77, Some.Now), .. listed.Take(1)], Ct);
        }
        catch (RunFailedException failure)
        {
            Readable($"{failure.Message} {failure.Remedy}");
        }

        foreach (var gap in source.Gaps) Readable(gap);
    });

    private static void ReadAll(KeyOwner owner) =>
        Assert.False($"{owner.Role} {owner.Organisation} {owner.RateLimit} {owner.IsSiteAdmin} {owner.WithPermissions}".Length == 0);

    private static void Readable(string sentence)
    {
        Fuzzing.AssertReadable(sentence);
        Assert.DoesNotContain(Key, sentence, StringComparison.Ordinal);
    }

    private sealed class Server(Random random)
    {
        private readonly JsonDamage _damage = new(random);
        // A server that fails on whole events makes the tool read them in pieces.
        private readonly bool _failsOnEvents = random.Next(3) == 0;
        private readonly bool _hasCount = random.Next(4) > 0;
        private readonly int _spared = random.Next(5);
        private int _requests;

        public bool IsCountTrue { get; private set; } = true;

        public HttpResponseMessage Answer(HttpRequestMessage request, string body)
        {
            var path = request.RequestUri!.AbsolutePath;
            var (status, text) = path switch
            {
                "/servers/getVersion" => (200, """{"version":"2.5.1","pymisp_recommended_version":"2.5.1","perm_sync":true}"""),
                "/users/view/me" => (200, User),
                "/warninglists/index" => (200,
                    """{"Warninglists":[{"Warninglist":{"id":"58","version":"20240422","enabled":true}},{"Warninglist":{"id":"2"}}]}"""),
                "/objects/restSearch" => (200, Page(body) > 1 ? """{"response":[]}""" : $$"""{"response":[{"Object":{{Object(1)}} }]}"""),
                "/attributes/restSearch" => (200,
                    $$$"""{"response":{"Attribute":[{{{(Page(body) > 1 ? "" : $"{Attribute(1, "0")},{Attribute(2, "9")}")}}}]}}"""),
                _ => Search(body),
            };
            var isDamaged = _requests++ >= _spared && _requests < 60 && random.Next(2) == 0;
            if (_requests > 200) throw new InvalidOperationException("The tool asks without end.");
            var bytes = isDamaged ? _damage.Of(text) : Encoding.UTF8.GetBytes(text);
            var response = Fuzzing.Response(random, isDamaged ? random.StatusOr(status) : status, bytes);
            if (_hasCount && path == "/events/restSearch")
            {
                var isTrue = random.Next(12) > 0;
                IsCountTrue &= isTrue;
                response.Headers.TryAddWithoutValidation("X-Result-Count", isTrue ? $"{Count}" : _damage.Pick(Counts));
            }

            IsCountTrue &= _hasCount;
            return response;
        }

        private (int Status, string Body) Search(string body)
        {
            using var search = JsonDocument.Parse(body);
            var isList = search.RootElement.TryGetProperty("metadata", out var metadata) && metadata.ToString() is "1" or "True";
            if (!isList && _failsOnEvents) return (500, """{"name":"An Internal Error Has Occurred.","message":"x","url":"\/events"}""");
            var first = (Page(body) - 1) * Settings.PageSize;
            var numbers = isList ? Enumerable.Range(1, Count).Skip(first).Take(Settings.PageSize) : Enumerable.Range(1, Count);
            return (200, $$"""{"response":[{{string.Join(',', numbers.Select(number => Event(number, isList)))}}]}""");
        }

        private static int Page(string body)
        {
            using var search = JsonDocument.Parse(body);
            return search.RootElement.TryGetProperty("page", out var page) && page.TryGetInt32(out var number) ? number : 1;
        }

        private static string Event(int number, bool isList)
        {
            var items = isList ? "" : $$""","Attribute":[{{Attribute(number, "0")}}],"Object":[{{Object(number)}}]""";
            return $$$"""
                {"Event":{"id":"{{{number}}}","uuid":"{{{Some.Uuid(number)}}}","info":"Event {{{number}}}","date":"2026-01-01",
                 "published":true,"threat_level_id":"2","analysis":"0","distribution":"1","timestamp":"176{{{number}}}000000",
                 "publish_timestamp":"0",
                 "attribute_count":"2","Orgc":{"id":"1","name":"o","uuid":"{{{Some.Uuid(900)}}}"},
                 "Tag":[{"id":"1","name":"tlp:green","colour":"#fff","exportable":true,"local":0},
                 {"name":"misp-galaxy:tool=\"X\""}]{{{items}}}
                }}
                """;
        }

        private static string Attribute(int number, string objectId) => $$"""
            {"id":"{{number}}","uuid":"{{Some.Uuid(1000 + number)}}","type":"domain","category":"Network activity",
             "value":"d{{number}}.example","to_ids":true,"deleted":false,"timestamp":"1760000000",
             "first_seen":null,"last_seen":"2026-01-01T00:00:00.000000+00:00",
             "object_id":"{{objectId}}","object_relation":"domain","comment":"c","Tag":[{"name":"tlp:amber"}],"warnings":[]}
            """;

        private static string Object(int number) => $$"""
            {"id":"9","uuid":"{{Some.Uuid(2000 + number)}}","name":"domain-ip","meta-category":"network","template_version":"1",
             "Attribute":[{{Attribute(50 + number, "9")}}]}
            """;

        private const string User = """
            {"User":{"id":"2","org_id":"34"},"Role":{"id":"5","name":"Sync","perm_sync":true,"perm_site_admin":false,
             "enforce_rate_limit":true,"rate_limit_count":"10"},"Organisation":{"name":"o"},"UserSetting":{"default_restsearch_parameters":
             {"published":"1","tags":["x"],"to_ids":"1","limit":5,"unheard_of":{"a":1}}}}
            """;

        private static readonly string[] Counts = ["", "0", "-1", "1", "2", "4", "99999999999999999999", "three", "\u0663", "3, 3"];
    }
}
