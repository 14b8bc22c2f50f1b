using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Feed;
using MispGraphSync.Sources.File;
using MispGraphSync.Sources.Filters;
using Xunit;

namespace MispGraphSync.Tests.Sources.File;

public sealed class SavedSourceTests : IDisposable
{
    private const string One = "11111111-1111-4111-8111-111111111111";
    private const string Two = "22222222-2222-4222-8222-222222222222";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("misp-graph-tests-");
    private readonly LogLines _log = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task All_events_below_a_folder_are_read()
    {
        Write("b.json", Event(One));
        Write("deep/a.json", Event(Two));
        Write(".hidden/c.json", "no json");
        Write("notes.txt", "no json");

        var (source, headers) = await ListAsync(_folder.FullName);
        var read = await FetchAsync(source, headers);

        Assert.Equal([One, Two], headers.Select(h => h.Uuid.ToString()));
        Assert.Equal(2, read.Count);
        Assert.Empty(source.Gaps);
        Assert.Equal("input:" + _folder.FullName, source.Info.Name);
        Assert.Equal("file", source.Info.Kind);
    }

    [Fact]
    public async Task A_pipe_in_the_folder_is_a_gap_and_does_not_block()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no pipes in folders.");
        Write("b.json", Event(One));
        using (var mkfifo = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_folder.FullName, "a.json")]))
            await mkfifo.WaitForExitAsync(Ct);

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Equal(One, Assert.Single(headers).Uuid.ToString());
        Assert.Contains("a.json", Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_events_of_one_file_are_read_and_missing_UUIDs_are_derived()
    {
        Write("events.json", """{"response":[{"Event":{"info":"a","Attribute":[]}},{"Event":{"info":"b","Attribute":[]}}]}""");

        var (source, headers) = await ListAsync(Path.Combine(_folder.FullName, "events.json"));
        var (_, again) = await ListAsync(Path.Combine(_folder.FullName, "events.json"));

        Assert.Equal(2, headers.Select(h => h.Uuid).Distinct().Count());
        Assert.Equal(headers, again);
        Assert.Equal(["a", "b"], (await FetchAsync(source, headers)).Select(e => e.Event.Info));
    }

    [Theory]
    [InlineData("""{"Event":{"info":"x","Tag":[{"name":"a"},]}}""", "is not valid JSON")]
    [InlineData("""{"response":{"Attribute":[{"type":"md5","value":"x"}]}}""", "attributes without their event")]
    [InlineData("""{"response":[{"Object":{"name":"file","Attribute":[]}}]}""", "attributes without their event")]
    [InlineData("""{"name":"Authentication failed","message":"no","url":"/events"}""", "holds no MISP event")]
    [InlineData(
        """[{"id":"1","info":"x","uuid":"33333333-3333-4333-8333-333333333333","attribute_count":"7"}]""", "without its attributes")]
    [InlineData("<html>", "is HTML")]
    public async Task A_file_without_MISP_events_is_a_gap_and_the_next_one_is_read(string content, string words)
    {
        Write("a.json", content);
        Write("b.json", Event(One));

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Contains(headers, header => header.Uuid == Guid.Parse(One));
        var gap = Assert.Single(source.Gaps);
        Assert.Contains("a.json", gap, StringComparison.Ordinal);
        Assert.Contains(words, gap, StringComparison.Ordinal);
        // Where the event is known by its UUID, no other event can be missing.
        Assert.Equal(words == "without its attributes", source.IsListComplete);
        Assert.Equal(source.IsListComplete ? 2 : 1, headers.Count);
    }

    [Fact]
    public async Task An_empty_search_answer_is_complete()
    {
        Write("a.json", """{"response":[]}""");

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Empty(headers);
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task An_input_without_any_readable_event_fails_the_run()
    {
        Write("a.json", "{");

        var thrown = await Assert.ThrowsAsync<RunFailedException>(() => ListAsync(_folder.FullName));

        Assert.Equal(RunOutcome.Unreachable, thrown.Outcome);
        var missing = Assert.Throws<RunFailedException>(() => Open(Path.Combine(_folder.FullName, "missing"), "[]"));
        Assert.Equal(RunOutcome.InvalidInput, missing.Outcome);
    }

    [Fact]
    public async Task The_newer_copy_of_an_event_in_two_files_is_used()
    {
        Write("a.json", Event(One, timestamp: 100, info: "old"));
        Write("b.json", Event(One, timestamp: 200, info: "new"));
        Write("c.json", Event(One, timestamp: 200, info: "as new"));

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Equal(200, Assert.Single(headers).Timestamp.ToUnixTimeSeconds());
        Assert.Equal("new", Assert.Single(await FetchAsync(source, headers)).Event.Info);
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task Filters_select_events_and_relative_time_ages_others()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        Write("a.json", Event(One, timestamp: now - 60));
        Write("b.json", Event(Two, timestamp: now - 900_000));

        var (source, headers) = await ListAsync(_folder.FullName, """[{"timestamp":"5d"},{"type":"domain"}]""");
        var aged = await source.LookUpAsync([Header(Two), Header("33333333-3333-4333-8333-333333333333")], Ct);

        Assert.Equal(One, Assert.Single(headers).Uuid.ToString());
        Assert.Equal(Two, Assert.Single(aged).Uuid.ToString());
        Assert.True((await source.OpenAsync(Ct)).HasRelativeTime);
    }

    [Fact]
    public async Task A_feed_yields_the_events_of_its_manifest()
    {
        Write("manifest.json", $$$"""{"{{{One}}}":{"info":"x","timestamp":1},"{{{Two}}}":{"info":"y"}}""");
        Write(One + ".json", Event(One, timestamp: 5));
        Write("33333333-3333-4333-8333-333333333333.json", "left over");
        Write("hashes.csv", "a,b,c");

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Equal("feed", source.Info.Kind);
        Assert.Equal(5, headers.Single(header => header.Uuid == Guid.Parse(One)).Timestamp.ToUnixTimeSeconds());
        Assert.Contains(Two, Assert.Single(source.Gaps), StringComparison.Ordinal);
        // The event without a file still exists, so its indicators are kept.
        Assert.Contains(headers, header => header.Uuid == Guid.Parse(Two));
        Assert.True(source.IsListComplete);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"Event\":")]
    [InlineData("<html>")]
    [InlineData("[]")]
    public async Task An_unreadable_event_of_a_feed_is_listed_and_not_fetched(string content)
    {
        Write("manifest.json", $$$"""{"{{{One}}}":{},"{{{Two}}}":{}}""");
        Write(One + ".json", Event(One));
        Write(Two + ".json", content);

        var (source, headers) = await ListAsync(_folder.FullName);
        var read = new List<Guid>();
        await foreach (var one in source.FetchAsync(headers, CancellationToken.None)) read.Add(one.Event.Uuid);

        Assert.Equal([Guid.Parse(One), Guid.Parse(Two)], headers.Select(header => header.Uuid));
        Assert.Equal([Guid.Parse(One)], read);
        Assert.True(source.IsListComplete);
        Assert.Contains(Two, Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feeds_file_with_another_event_is_a_gap()
    {
        Write("manifest.json", $$$"""{"{{{One}}}":{},"{{{Two}}}":{},"../../etc/passwd":{}}""");
        Write(One + ".json", Event(One));
        Write(Two + ".json", Event("33333333-3333-4333-8333-333333333333"));

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Equal(2, headers.Count);
        Assert.Equal(2, source.Gaps.Count);
        Assert.False(source.IsListComplete);
        Assert.DoesNotContain(source.Gaps, gap => gap.Contains("passwd", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""[{"filename":"a.json","uuid":"11111111-1111-4111-8111-111111111111"}]""", "it is a list")]
    [InlineData("""[{"info":"x","date":"2026-11-01","timestamp":"1"},{"info":"y","date":"2026-11-01"}]""", "it is a list")]
    [InlineData("""{"0":{"info":"x","date":"2026-11-01"},"2":{"info":"y"}}""", "none of its keys is a UUID")]
    [InlineData("""{"Event":{"info":"an event of that name","Attribute":[]}}""", "none of its keys is a UUID")]
    [InlineData("""{"11111111-1111-4111-8111-111111111111":{"info":""", "not valid JSON")]
    [InlineData("true", "it is not an object")]
    public async Task A_folder_with_an_invalid_manifest_is_read_as_files(string manifest, string why)
    {
        Write("manifest.json", manifest);
        Write("a.json", Event(One));
        Write("feed/manifest.json", manifest);

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Equal("file", source.Info.Kind);
        Assert.Equal(One, Assert.Single(headers).Uuid.ToString());
        Assert.Empty(source.Gaps);
        Assert.Contains(why, Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_given_as_input_is_an_error_that_names_the_folder()
    {
        Write("manifest.json", "{}");

        var thrown = Assert.Throws<RunFailedException>(() => Open(Path.Combine(_folder.FullName, "manifest.json"), "[]"));

        Assert.Equal((RunOutcome.InvalidInput, "Give --input the folder that it is in."), (thrown.Outcome, thrown.Remedy));
    }

    [Fact]
    public async Task A_manifest_key_with_an_unpaired_surrogate_is_skipped()
    {
        Write("manifest.json", $$$"""{"{{{One}}}":{},"cut \ud83d":{}}""");
        Write(One + ".json", Event(One));

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Equal(("feed", One), (source.Info.Kind, Assert.Single(headers).Uuid.ToString()));
        Assert.Contains("1 entries", Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"info":"x","Tag":{"a":{"name":"tlp:red"}},"Attribute":[]}""", "its \"Tag\" is not a list")]
    [InlineData("""{"info":"x","Attribute":{"type":"domain","value":"a.example"}}""", "its \"Attribute\" is not a list")]
    [InlineData("""{"info":"x","Object":"file","Attribute":[]}""", "its \"Object\" is not a list")]
    public async Task An_event_that_cannot_be_read_is_one_gap_and_is_not_withdrawn(string inner, string words)
    {
        Write("a.json", $$$"""{"Event":{"uuid":"{{{One}}}",{{{inner[1..]}}}}""");
        Write("b.json", Event(Two));

        var (source, headers) = await ListAsync(_folder.FullName, """[{"type":"domain"}]""");
        var read = await FetchAsync(source, headers);

        Assert.Equal([One, Two], headers.Select(h => h.Uuid.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal(Two, Assert.Single(read).Event.Uuid.ToString());
        var gap = Assert.Single(source.Gaps);
        Assert.Contains(One, gap, StringComparison.Ordinal);
        Assert.Contains(words, gap, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{"Event":null}]""")]
    [InlineData("""{"response":[{"Event":"x"}]}""")]
    [InlineData("""{"response":[null]}""")]
    [InlineData("""{"response":[[]]}""")]
    [InlineData("""{"response":{"0":5}}""")]
    public async Task A_list_entry_that_is_no_event_is_a_gap(string content)
    {
        Write("a.json", content);
        Write("b.json", Event(One));

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Single(headers);
        Assert.Contains("no MISP event", Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_entry_does_not_replace_its_event()
    {
        Write("a.json", Event(One, timestamp: 100));
        Write("index.json", $$$"""[{"uuid":"{{{One}}}","info":"newer","date":"2026-11-01","timestamp":"200"}]""");

        var (source, headers) = await ListAsync(_folder.FullName);

        Assert.Equal(1, Assert.Single(await FetchAsync(source, headers)).Attributes);
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task Links_out_of_the_folder_are_not_followed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links take rights on Windows.");
        var outside = Directory.CreateTempSubdirectory("misp-graph-tests-");
        System.IO.File.WriteAllText(Path.Combine(outside.FullName, "b.json"), Event(Two));
        System.IO.File.CreateSymbolicLink(Path.Combine(_folder.FullName, "b.json"), Path.Combine(outside.FullName, "b.json"));
        Directory.CreateSymbolicLink(Path.Combine(_folder.FullName, "sub"), outside.FullName);
        Write("a.json", Event(One));

        var (source, headers) = await ListAsync(_folder.FullName);
        outside.Delete(recursive: true);

        Assert.Equal(One, Assert.Single(headers).Uuid.ToString());
        Assert.Contains("leads out", Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_changed_since_it_was_listed_is_a_gap()
    {
        Write("a.json", Event(One));
        var (source, headers) = await ListAsync(_folder.FullName);
        Write("a.json", Event(Two));

        Assert.Empty(await FetchAsync(source, headers));
        Assert.Contains(One, Assert.Single(source.Gaps), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("misp-feed", 10_777)]
    [InlineData("misp-feed-chrome", 5_188)]
    public async Task A_published_feed_is_read_to_its_end(string feed, int attributes)
    {
        var (source, headers) = await ListAsync(SharedData.Require(feed));

        Assert.Equal(attributes, (await FetchAsync(source, headers)).Sum(e => e.Attributes));
        Assert.Empty(source.Gaps);
    }

    [Fact]
    public async Task Published_events_are_read_and_other_files_are_gaps()
    {
        var (source, headers) = await ListAsync(SharedData.Require("misp-events"));

        // 112 events; twelve of them carry one UUID, and two another.
        Assert.Equal(112 - 11 - 1, headers.Count);
        Assert.Equal(2, source.Gaps.Count);
        Assert.All(source.Gaps, gap => Assert.Contains("attributes without their event", gap, StringComparison.Ordinal));
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private async Task<(ISource Source, List<EventHeader> Headers)> ListAsync(string path, string filters = "[]")
    {
        var source = Open(path, filters);
        return (source, await source.ListAsync(Ct).ToListAsync(Ct));
    }

    private ISource Open(string path, string filters)
    {
        using var json = JsonDocument.Parse(filters);
        var plan = FilterPlan.Parse([.. json.RootElement.EnumerateArray()], out _)!;
        var options = new SavedSourceOptions(plan, EnforceWarninglist: true, TimeProvider.System, _log.Log);
        return FeedSource.Find(path, options, _warnings.Add) ?? FileSource.Open(path, options);
    }

    private static async Task<List<(MispEvent Event, int Attributes)>> FetchAsync(ISource source, List<EventHeader> headers)
    {
        var read = new List<(MispEvent, int)>();
        await foreach (var item in source.FetchAsync(headers, Ct))
        {
            read.Add((item.Event, MispGraphSync.Tests.Sources.Json.TestReader.Attributes(item.Items).Count()));
        }
        return read;
    }

    private void Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllText(path, content);
    }

    private static EventHeader Header(string uuid) => new(Guid.Parse(uuid), null, default);

    private static string Event(string uuid, long timestamp = 1, string info = "x") =>
        $$$"""
        {"Event":{"uuid":"{{{uuid}}}","info":"{{{info}}}","timestamp":"{{{timestamp}}}",
         "Attribute":[{"type":"domain","value":"a.example"}]}}
        """;
}
