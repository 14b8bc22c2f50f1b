using System.Net.Sockets;
using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using MispGraphSync.Text;
using Xunit;

namespace MispGraphSync.Tests.Sources.Misp;

public sealed class MispSourceTests : IDisposable
{
    private const string Key = "abcdefghijklmnopqrstuvwxyzabcdefghijklmn";

    private readonly LogLines _log = new();
    private readonly SkippingTime _time = new();
    private readonly List<HttpClient> _clients = [];

    public void Dispose() => _clients.ForEach(client => client.Dispose());

    [Fact]
    public async Task Each_page_is_listed_once_and_no_further_page_is_requested()
    {
        using var misp = new FakeMisp(25);
        var source = Source(misp);

        var headers = await ListAsync(source);

        Assert.Equal(Enumerable.Range(1, 25).Select(FakeMisp.Uuid), headers.Select(h => h.Uuid));
        Assert.Equal([1, 2, 3], misp.Searches.Select(s => s.GetProperty("page").GetInt32()));
        Assert.All(misp.Searches, search =>
        {
            Assert.Equal(10, search.GetProperty("limit").GetInt32());
            Assert.Equal(1, search.GetProperty("metadata").GetInt32());
            Assert.Equal("Event.id asc", search.GetProperty("order").GetString());
        });
        Assert.Empty(source.Gaps);
        Assert.All(misp.Keys, key => Assert.Equal(Key, key));
    }

    [Theory]
    [InlineData("""[{"distribution":0}]""", 0)]
    [InlineData("""[{"distribution":["1","3"]}]""", 1, 3)]
    [InlineData("""[{"distribution":"!2"}]""", 0, 1, 3)]
    [InlineData("""[{"distribution":"4"}]""")]
    public async Task A_distribution_filter_is_evaluated_on_the_whole_list(string filters, params int[] expected)
    {
        using var misp = new FakeMisp(25);
        var source = Source(misp, filters);

        var headers = await ListAsync(source);

        Assert.Equal(Enumerable.Range(1, 25).Where(id => expected.Contains(id % 4)).Select(FakeMisp.Uuid), headers.Select(h => h.Uuid));
        Assert.Equal(3, misp.Searches.Count);
        Assert.All(misp.Searches, search => Assert.False(search.TryGetProperty("distribution", out _)));
        Assert.Empty(source.Gaps);
    }

    [Theory]
    [InlineData("\"uuid\":\"x\",")]
    [InlineData("\"uuid\":null,")]
    [InlineData("")]
    public async Task An_entry_without_a_readable_UUID_makes_the_list_incomplete(string uuid)
    {
        using var misp = new FakeMisp(1)
        {
            Misbehave = search => FakeMisp.IsMetadata(search)
                ? FakeMisp.Reply(200, $$"""{"response":[{"Event":{ {{uuid}} "id":"1","info":"x","timestamp":"1"} }]}""")
                : null,
        };
        var source = Source(misp);

        Assert.Empty(await ListAsync(source));
        Assert.False(source.IsListComplete);
        Assert.NotEmpty(source.Gaps);
    }

    [Fact]
    public async Task Pages_without_a_count_are_read_up_to_an_empty_one()
    {
        using var misp = new FakeMisp(20) { Count = _ => null };
        var source = Source(misp);

        Assert.Equal(20, (await ListAsync(source)).Count);
        Assert.Equal(3, misp.Searches.Count);
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task A_count_that_is_not_reached_is_a_gap_after_a_second_listing()
    {
        using var misp = new FakeMisp(12) { Count = count => count + 1 };
        var source = Source(misp);

        Assert.Equal(12, (await ListAsync(source)).Count);
        Assert.Contains("13", Assert.Single(source.Gaps), StringComparison.Ordinal);
        Assert.Equal(4, misp.Searches.Count);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task Listing_stops_at_the_maximum_number_of_events(int eventsAPage)
    {
        using var misp = new FakeMisp(0);
        var next = 1;
        misp.Misbehave = _ =>
        {
            var page = Enumerable.Range(next, eventsAPage)
                .Select(id => $$$"""{"Event":{"id":"{{{id}}}","uuid":"{{{FakeMisp.Uuid(id)}}}","info":"x"}}""");
            next += eventsAPage;
            return FakeMisp.Reply(200, $$"""{"response":[{{string.Join(',', page)}}]}""");
        };
        var client = Client(misp);
        var found = new Dictionary<Guid, EventHeader>();

        var listing = new EventListing(client, pageSize: 10, _time, _log.Log, maxEvents: 200);
        var gaps = await listing.ReadAsync(EventFilter.Everything, found, TestContext.Current.CancellationToken);

        Assert.Contains("has no end", Assert.Single(gaps), StringComparison.Ordinal);
        Assert.InRange(found.Count, 200, 211);
    }

    [Fact]
    public async Task A_response_with_endless_unrequested_events_is_rejected()
    {
        using var misp = new FakeMisp(1);
        var others = Enumerable.Range(2, 5_000).Select(id => $$$"""{"Event":{"uuid":"{{{FakeMisp.Uuid(id)}}}","info":"x"}}""");
        misp.Misbehave = _ => FakeMisp.Reply(200, $$"""{"response":[{{string.Join(',', others)}}]}""");
        var source = Source(misp);

        var failure = await Assert.ThrowsAsync<MispException>(() => FetchAsync(source, [Header(1)]));

        Assert.Contains("does not answer as MISP does", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_repeated_by_the_server_is_not_quoted()
    {
        using var misp = new FakeMisp(1);
        misp.Get("/misp/servers/getVersion", $$"""{"message":"{{new string('x', 180)}} {{Key}} is no key"}""", 403);

        var failure = await Assert.ThrowsAsync<MispException>(() => Source(misp).OpenAsync(TestContext.Current.CancellationToken));

        Assert.Contains("***", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key[..10], failure.ToString() + _log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_deleted_during_listing_hides_no_other()
    {
        using var misp = new FakeMisp(25);
        misp.Misbehave = search =>
        {
            if (search.GetProperty("page").GetInt32() == 2)
            {
                misp.Events.Remove(1);
            }
            return null;
        };
        var source = Source(misp);

        var headers = await ListAsync(source);

        Assert.Superset(Enumerable.Range(2, 24).Select(FakeMisp.Uuid).ToHashSet(), headers.Select(h => h.Uuid).ToHashSet());
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task A_repeated_page_ends_the_list_with_a_gap()
    {
        using var misp = new FakeMisp(5) { Count = _ => null };
        misp.Misbehave = search => search.GetProperty("page").GetInt32() > 1 ? misp.ReplyAll() : null;
        var source = Source(misp);

        Assert.Equal(5, (await ListAsync(source)).Count);
        Assert.Contains("again", Assert.Single(source.Gaps), StringComparison.Ordinal);
        Assert.Equal(2, misp.Searches.Count);
    }

    [Fact]
    public async Task A_server_that_fails_on_large_pages_gets_smaller_ones()
    {
        using var misp = new FakeMisp(25);
        misp.Misbehave = search => search.GetProperty("limit").GetInt32() > 3
            ? FakeMisp.Reply(500, """{"name":"An Internal Error Has Occurred."}""")
            : null;
        var source = Source(misp);

        var headers = await ListAsync(source);
        var read = await FetchAsync(source, headers);

        Assert.Equal(25, headers.Count);
        Assert.Equal(25, read.Count);
        Assert.Empty(source.Gaps);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_truncated_response_is_requested_again_in_smaller_pages(bool metadata)
    {
        using var misp = new FakeMisp(10);
        misp.Misbehave = search => FakeMisp.IsMetadata(search) == metadata && search.GetProperty("limit").GetInt32() > 4
            ? FakeMisp.Reply(
                200, """{"response": [{"Event":{"id":"1","uuid":"00000001-1111-4111-8111-111111111111","info":"x","Attribute":[]}},{"Ev""")
            : null;
        var source = Source(misp);

        var read = await FetchAsync(source, await ListAsync(source));

        Assert.Equal(Enumerable.Range(1, 10).Select(FakeMisp.Uuid), read.Order());
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task An_event_that_fails_alone_is_a_gap_and_the_others_are_read()
    {
        using var misp = new FakeMisp(10);
        misp.Misbehave = search =>
            !FakeMisp.IsMetadata(search) && search.GetProperty("eventid").EnumerateArray().Any(id => id.GetString() == "7")
            ? FakeMisp.Reply(500, "{}")
            : null;
        var source = Source(misp);

        var read = await FetchAsync(source, await ListAsync(source));

        Assert.Equal(9, read.Count);
        Assert.Contains(FakeMisp.Uuid(7).ToString(), Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listed_event_that_is_not_fetched_is_a_gap()
    {
        using var misp = new FakeMisp(10);
        var source = Source(misp);
        var headers = await ListAsync(source);
        misp.Events.Remove(4);

        Assert.Equal(9, (await FetchAsync(source, headers)).Count);
        Assert.Contains(FakeMisp.Uuid(4).ToString(), Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_fetched_without_its_attributes_is_a_gap()
    {
        using var misp = new FakeMisp(3);
        misp.Misbehave = search => FakeMisp.IsMetadata(search) ? null : misp.ReplyAll();
        var source = Source(misp);

        Assert.Empty(await FetchAsync(source, await ListAsync(source)));
        Assert.Contains("did not give them", Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_full_fetch_sends_no_filter()
    {
        using var misp = new FakeMisp(3);
        var source = Source(misp, """[{"to_ids":true,"enforceWarninglist":1,"withAttachments":true,"tags":"!x"}]""");

        await FetchAsync(source, await ListAsync(source));

        var (list, full) = (misp.Searches[0], misp.Searches[1]);
        Assert.Equal(1, list.GetProperty("to_ids").GetInt32());
        Assert.Equal(["1", "2", "3"], full.GetProperty("eventid").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal(1, full.GetProperty("includeWarninglistHits").GetInt32());
        Assert.All(["to_ids", "deleted", "tags", "metadata"], key => Assert.False(full.TryGetProperty(key, out _), key));
        Assert.All(misp.Searches, search => Assert.Equal(0, search.GetProperty("enforceWarninglist").GetInt32()));
        Assert.All(misp.Searches, search => Assert.Equal(0, search.GetProperty("excludeLocalTags").GetInt32()));
        Assert.All(misp.Searches, search => Assert.Equal(1, search.GetProperty("includeAllTags").GetInt32()));
        Assert.All(misp.Searches, search => Assert.Equal(0, search.GetProperty("withAttachments").GetInt32()));
    }

    [Fact]
    public async Task Several_filters_intersect_and_negation_subtracts()
    {
        using var misp = new FakeMisp(9);
        misp.Misbehave = search =>
            search.TryGetProperty("value", out _) ? FakeMisp.Reply(4)
            : search.TryGetProperty("type", out _) ? FakeMisp.Reply(2, 4, 6, 8)
            : search.TryGetProperty("org", out _) ? FakeMisp.Reply(1, 2, 3, 4)
            : null;
        var source = Source(misp, """[{"type":"mutex","value":"!x"},{"org":"o"}]""");

        Assert.Equal([FakeMisp.Uuid(2)], (await ListAsync(source)).Select(h => h.Uuid));
    }

    [Fact]
    public async Task Unmatched_events_are_looked_up_without_the_time_span()
    {
        using var misp = new FakeMisp(9);
        misp.Misbehave = search => search.TryGetProperty("last", out _) ? FakeMisp.Reply(1) : null;
        var source = Source(misp, """[{"last":"5d","tags":"x"}]""");
        var headers = await ListAsync(source);

        var aged = await source.LookUpAsync([Header(5), Header(6), Header(99)], TestContext.Current.CancellationToken);

        Assert.Single(headers);
        Assert.Equal([FakeMisp.Uuid(5), FakeMisp.Uuid(6)], aged.Select(e => e.Uuid).Order());
        Assert.All(aged, e => Assert.Equal(1795000000 + e.Id, e.Timestamp.ToUnixTimeSeconds()));
        var search = misp.Searches[^1];
        Assert.False(search.TryGetProperty("last", out _));
        Assert.Equal("x", search.GetProperty("tags").GetString());
    }

    [Fact]
    public async Task A_full_text_search_is_sent_alone_and_intersected_here()
    {
        using var misp = new FakeMisp(9);
        misp.Misbehave = search => search.TryGetProperty("searchall", out _) ? FakeMisp.Reply(1, 2, 4, 6)
            : search.TryGetProperty("last", out _) ? FakeMisp.Reply(2, 3)
            : null;
        var source = Source(misp, """[{"searchall":"%x%","last":"5d","org":"o","distribution":["1","2"]}]""");

        Assert.Equal([FakeMisp.Uuid(2)], (await ListAsync(source)).Select(header => header.Uuid));
        var aged = await source.LookUpAsync([Header(1), Header(3), Header(4), Header(6)], TestContext.Current.CancellationToken);

        Assert.Equal([FakeMisp.Uuid(1), FakeMisp.Uuid(6)], aged.Select(header => header.Uuid).Order());
        var alone = Assert.Single(misp.Searches, search => search.TryGetProperty("searchall", out _));
        Assert.All(["org", "last", "eventid"], key => Assert.False(alone.TryGetProperty(key, out _), key));
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task A_failed_lookup_is_a_gap()
    {
        using var misp = new FakeMisp(3);
        var source = Source(misp);
        misp.Misbehave = _ => FakeMisp.Reply(403, "{}");

        await source.LookUpAsync([Header(5)], TestContext.Current.CancellationToken);

        Assert.StartsWith("1 events that no longer match could not be looked up.", Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Throttling_is_waited_out_for_the_time_that_the_server_asks()
    {
        using var misp = new FakeMisp(3);
        var refusals = 1;
        misp.Misbehave = _ => refusals-- > 0 ? FakeMisp.Reply(429, "{}", ("X-Rate-Limit-Reset", "700")) : null;
        var source = Source(misp);

        Assert.Equal(3, (await ListAsync(source)).Count);
        Assert.Contains(TimeSpan.FromSeconds(700), _time.Waits);
    }

    [Fact]
    public async Task Throttling_beyond_fifteen_minutes_ends_the_run()
    {
        using var misp = new FakeMisp(3);
        misp.Misbehave = _ => FakeMisp.Reply(429, "{}", ("X-Rate-Limit-Reset", "500"));

        var thrown = await Assert.ThrowsAsync<MispException>(() => ListAsync(Source(misp)));

        Assert.Equal(RunOutcome.Unreachable, thrown.Outcome);
        Assert.Equal(2, misp.Searches.Count);
    }

    [Fact]
    public async Task A_server_that_recovers_leaves_no_gap()
    {
        using var misp = new FakeMisp(3);
        var failures = 4;
        misp.Misbehave = _ => failures-- > 0 ? FakeMisp.Reply(503, "busy") : null;
        var source = Source(misp);

        Assert.Equal(3, (await ListAsync(source)).Count);
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task An_outage_after_some_pages_is_a_gap_and_no_failure()
    {
        using var misp = new FakeMisp(25);
        misp.Misbehave = search => search.GetProperty("page").GetInt32() == 2 ? FakeMisp.Reply(403, """{"message":"key expired"}""") : null;
        var source = Source(misp);

        Assert.Equal(10, (await ListAsync(source)).Count);
        Assert.Contains("key expired", Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_stops_sending_times_out()
    {
        using var silent = new TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        _time.Limit = TimeSpan.FromMilliseconds(300);
        var source = Source(new Uri($"http://{silent.LocalEndpoint}"), pageSize: 1);

        var thrown = await Assert.ThrowsAsync<MispException>(() => source.OpenAsync(TestContext.Current.CancellationToken));

        Assert.Equal(RunOutcome.Unreachable, thrown.Outcome);
        Assert.Contains("sent nothing", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warninglists_written_as_an_object_are_read_as_a_list()
    {
        using var misp = new FakeMisp(1);
        misp.Get("/misp/warninglists/index", """
            {"Warninglists":{"0":{"Warninglist":{"id":"58","version":"1 \ud83d","enabled":true}},
             "2":{"Warninglist":{"id":"2","version":7,"enabled":1}}}}
            """);

        var state = await Source(misp).OpenAsync(TestContext.Current.CancellationToken);

        Assert.Contains("warninglists: 2/7 58/1 \uFFFD;", state.Fingerprint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Opening_returns_the_fingerprint_and_the_server_time()
    {
        using var misp = new FakeMisp(3);

        var state = await Source(misp, """[{"last":"5d"}]""").OpenAsync(TestContext.Current.CancellationToken);
        misp.Get("/misp/warninglists/index", "{}", 403);
        misp.Get("/misp/users/view/me", "{}", 404);
        var restricted = await Source(misp).OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal("user: 2 of 34, role 5: perm_sync; warninglists: 2/7 58/20240422; search defaults: ", state.Fingerprint);
        Assert.True(state.HasRelativeTime);
        Assert.True(state.ServerTime < _time.GetUtcNow() - TimeSpan.FromDays(1));
        Assert.Equal("user: not told; warninglists: not told; search defaults: ", restricted.Fingerprint);
    }

    [Theory]
    [InlineData(
        403, """{"message":"Authentication failed. Your user account has been\ndisabled."}""", "", RunOutcome.SignInFailed,
        "Your user account has been disabled")]
    [InlineData(403, "", "", RunOutcome.SignInFailed, "refused the key")]
    [InlineData(403, "<html><title>Blocked</title>", "", RunOutcome.Unreachable, "answered with HTML (403)")]
    [InlineData(404, "\r\n<!DOCTYPE html>", "", RunOutcome.Unreachable, "answered with HTML (404)")]
    [InlineData(407, "<HTML>", "", RunOutcome.Unreachable, "answered with HTML (407)")]
    [InlineData(405, """{"message":"no"}""", "", RunOutcome.SignInFailed, "does not allow")]
    [InlineData(302, "", "/users/login", RunOutcome.Unreachable, "maintenance")]
    [InlineData(301, "", "https://other.example.com/misp?token=x", RunOutcome.Unreachable, "redirect to https://other.example.com/misp,")]
    [InlineData(404, "{}", "", RunOutcome.Unreachable, "was not found")]
    [InlineData(200, "<html></html>", "", RunOutcome.Unreachable, "does not answer as MISP does")]
    [InlineData(200, """{"hello":1}""", "", RunOutcome.Unreachable, "does not answer as MISP does")]
    [InlineData(
        500, """{"message":"An Internal Error Has Occurred."}""", "", RunOutcome.Unreachable,
        "failed (500): \"An Internal Error Has Occurred\"")]
    public async Task An_error_at_the_start_is_reported_in_one_sentence(
        int status, string body, string location, RunOutcome code, string words)
    {
        using var misp = new FakeMisp(3);
        misp.Get("/misp/servers/getVersion", body, status, location.Length > 0 ? [("Location", location)] : []);

        var thrown = await Assert.ThrowsAsync<MispException>(() => Source(misp).OpenAsync(TestContext.Current.CancellationToken));

        Assert.Equal(code, thrown.Outcome);
        Assert.Contains(words, thrown.Message, StringComparison.Ordinal);
        Assert.NotNull(thrown.Remedy);
        Assert.DoesNotContain(Key, thrown.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(thrown.Message, c => char.IsControl(c));
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task HTML_instead_of_events_is_reported()
    {
        using var misp = new FakeMisp(3);
        misp.Misbehave = _ => FakeMisp.Reply(200, "<!DOCTYPE html><p>Login");

        var thrown = await Assert.ThrowsAsync<MispException>(() => ListAsync(Source(misp)));

        Assert.Contains("HTML", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unreachable_server_is_reported()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var address = new Uri($"http://{listener.LocalEndpoint}");
        listener.Stop();

        var thrown = await Assert.ThrowsAsync<MispException>(() => Source(address).OpenAsync(TestContext.Current.CancellationToken));

        Assert.Equal(RunOutcome.Unreachable, thrown.Outcome);
        Assert.Contains("refused", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("misp.url", thrown.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("key with blanks")]
    [InlineData("key\nInjected: header")]
    public async Task A_key_with_invalid_characters_is_rejected_and_not_quoted(string key)
    {
        using var misp = new FakeMisp(1);

        var thrown = await Assert.ThrowsAsync<MispException>(
            () => Source(misp.Url, key: key).OpenAsync(TestContext.Current.CancellationToken));

        Assert.Equal(RunOutcome.SignInFailed, thrown.Outcome);
        Assert.DoesNotContain("Injected", thrown.ToString(), StringComparison.Ordinal);
    }

    private MispSource Source(FakeMisp misp, string filters = "[]") => Source(misp.Url, filters);

    private MispSource Source(Uri url, string filters = "[]", int pageSize = 10, string key = Key)
    {
        var limit = _time.Limit;
        using var json = JsonDocument.Parse(filters);
        var settings = new MispSettings { Url = url, PageSize = pageSize, Timeout = limit };
        var http = MispClient.CreateHttp(settings, caFile: null, proxy: null);
        _clients.Add(http);
        return new MispSource(
            new MispClient(http, url, _ => ValueTask.FromResult(key), limit, _time, _log.Log, new Secrets()),
            settings, FilterPlan.Parse([.. json.RootElement.EnumerateArray()], out _)!, _time, _log.Log);
    }

    private MispClient Client(FakeMisp misp)
    {
        var http = MispClient.CreateHttp(new MispSettings(), caFile: null, proxy: null);
        _clients.Add(http);
        return new MispClient(http, misp.Url, _ => ValueTask.FromResult(Key), _time.Limit, _time, _log.Log, new Secrets());
    }

    private static EventHeader Header(int id) => new(FakeMisp.Uuid(id), id, default);

    private static async Task<List<EventHeader>> ListAsync(MispSource source) =>
        await source.ListAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    private static async Task<List<Guid>> FetchAsync(MispSource source, List<EventHeader> headers)
    {
        var read = new List<Guid>();
        await foreach (var item in source.FetchAsync(headers, TestContext.Current.CancellationToken))
        {
            read.Add(item.Event.Uuid);
            _ = item.Items.Count();
        }
        return read;
    }
}
