using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Sync;
using MispGraphSync.Explaining;
using MispGraphSync.Ledger;
using MispGraphSync.Output.Explain;
using Xunit;

namespace MispGraphSync.Tests.Explaining;

public sealed class ExplainerTests : IDisposable
{
    private readonly TestRun _run = new();

    public ExplainerTests() => _run.Destinations.Add(new FakeDestination("sentinel", IndicatorForm.Single));

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("evil.example")]
    [InlineData("EVIL.example.")]
    [InlineData("evil[.]example")]
    [InlineData("hxxps://evil[.]example/login")]
    [InlineData("evil.example:8443")]
    [InlineData("\"evil.example\"")]
    public async Task A_held_value_is_found_in_any_spelling(string asked)
    {
        Put(Some.Attribute(1, "domain", "evil.example"));
        await _run.PushAsync();

        var explanation = Explain(asked);

        Assert.True(explanation.IsSeen);
        Assert.Equal(["graph held", "sentinel held"], States(explanation));
        Assert.Equal((Some.Uuid(1), Some.Uuid(1_000_001)), (explanation.Sightings[0].Event.Uuid, explanation.Sightings[0].Support.Attribute));
        Assert.All(explanation.Indicators, one => Assert.Equal((1L, 1L, Some.Now), (one.Standing.Held!.Run, one.Standing.Held.Since, one.SentAt)));
    }

    [Theory]
    [InlineData("invoice.exe|44D88612FEA8A8F36DE82E1278ABB02F")]
    [InlineData("44d88612fea8a8f36de82e1278abb02f")]
    [InlineData("invoice.exe")]
    public async Task A_file_is_found_by_its_hash_its_name_and_both(string asked)
    {
        Put(Some.Attribute(1, "filename|md5", "invoice.exe|44d88612fea8a8f36de82e1278abb02f"));
        await _run.PushAsync();

        Assert.Contains("graph held", States(Explain(asked)));
    }

    [Fact]
    public async Task The_UUIDs_of_attribute_event_and_indicator_and_the_services_id_find_the_same()
    {
        Put(Some.Attribute(1, "domain", "evil.example"));
        await _run.PushAsync();
        var held = _run.Destination.Held[0];

        foreach (var asked in (string[])[$"{Some.Uuid(1)}", $"{Some.Uuid(1_000_001)}".ToUpperInvariant(), $"{held.Key}", held.Id])
        {
            var explanation = Explain(asked);
            Assert.Equal(held.Key, Assert.Single(explanation.Indicators, one => one.Destination.Name == "graph").Key);
            Assert.Single(explanation.Sightings);
        }
    }

    [Fact]
    public async Task Turned_down_held_back_and_leaving_are_told_apart()
    {
        Put(Some.Domain(1), Some.Domain(2), Some.Domain(3));
        await _run.PushAsync();
        _run.Time.Advance(TimeSpan.FromMinutes(1));
        Put(Some.Domain(2), Some.Domain(3), Some.Domain(4), Some.Domain(5));
        _run.Source.Gap = "One page is missing.";
        _run.Destination.Answer = (_, step) => step.Value!.Contains("d4.", StringComparison.Ordinal) ? new StepOutcome.Rejected("no")
            : step.Value.Contains("d5.", StringComparison.Ordinal) ? new StepOutcome.Rejected("busy", IsTransient: true) : null;
        await _run.PushAsync();

        Assert.Equal(["graph leaving", "sentinel leaving"], States(Explain("d1.example")));
        Assert.Equal(["graph held-back", "sentinel held"], States(Explain("d4.example")));
        Assert.Equal("no", Explain("d4.example").Indicators[0].Standing.TurnedDown!.Response);
        Assert.Equal(["graph turned-down", "sentinel held"], States(Explain("d5.example")));
    }

    [Fact]
    public async Task What_a_destination_leaves_out_names_the_reason()
    {
        _run.Destination.Policy = new DestinationPolicy { MaxTlp = Tlp.Green };
        Put(Some.Attribute(1, "domain", "evil.example", true, "tlp:amber"), Some.Attribute(2, "regkey", @"HKLM\Software\Evil", true, "tlp:green"));
        await _run.PushAsync();

        var explanation = Explain("evil.example");
        Assert.Equal(["graph skipped", "sentinel held"], States(explanation));
        Assert.Equal(SkipReason.AboveMaxTlp, explanation.Indicators[0].Reason);
        Assert.Equal(SkipReason.NoFieldHere, Explain(@"HKLM\Software\Evil").Indicators.Single(one => one.Destination.Name == "graph").Reason);
    }

    [Fact]
    public async Task What_found_no_place_or_is_held_by_others_says_so_until_it_changes()
    {
        _run.Destination.SharesValues = true;
        _run.Destination.Capacity = 1;
        _run.Destination.Others.Add(_run.Destination.Canonical([new Observable.DomainName("d1.example")]));
        Put(Some.Domain(1), Some.Domain(2), Some.Domain(3));
        await _run.PushAsync();

        var reasons = new[] { "d1.example", "d2.example", "d3.example" }.Select(asked => Explain(asked).Indicators.Single(one => one.Destination.Name == "graph"))
            .Select(one => $"{one.State} {one.Reason}").ToList();
        Assert.Equal("Skipped HeldByOther", reasons[0]);
        Assert.Equal(["Held ", "Skipped OverCapacity"], reasons[1..].Order());
    }

    [Fact]
    public async Task Expired_aged_and_waiting_are_told_apart()
    {
        Put(Some.Domain(1));
        await _run.PushAsync();
        _run.Source.Events.Clear();
        _run.Source.Aged.Add(Some.Uuid(1));
        _run.Source.Put(Some.Event(2), Some.Domain(2));
        await _run.PushAsync();
        Assert.Equal(["graph aged", "sentinel aged"], States(Explain("d1.example")));

        _run.Time.Advance(TimeSpan.FromDays(40));
        Assert.Equal(["graph expired", "sentinel expired"], States(Explain("d1.example")));

        _run.Source.Put(Some.Event(3, _run.Time.GetUtcNow()), Some.Domain(3));
        _run.Destination.OnRequest = (_, _) => throw new RunFailedException(ExitCode.OutOfReach, "gone");
        await _run.PushAsync();
        Assert.Equal(["graph waiting", "sentinel held"], States(Explain("d3.example")));
    }

    [Theory]
    [InlineData("http://evil.example/x", "hxxp://evil[.]example/x")]
    [InlineData("hxxp://evil[.]example/x", "hxxp://evil[.]example/x")]
    public async Task A_skipped_attribute_is_found_by_its_value_though_only_a_hash_is_kept(string asked, string held)
    {
        Put(Some.Domain(1), Some.Attribute(2, "url", held));
        await _run.PushAsync();

        var skipped = Assert.Single(Explain(asked).Skipped);
        Assert.Equal((Some.Uuid(1_000_002), "invalid-url", "url"), (skipped.Attribute, skipped.Reason, skipped.Type));
        Assert.Equal(SkipReason.InvalidUrl.Meaning(), skipped.Meaning);
        Assert.Single(Explain($"{Some.Uuid(1_000_002)}").Skipped);
    }

    [Fact]
    public async Task What_only_an_objects_combination_watches_is_found()
    {
        _run.Source.Put(Some.Event(1), Object("file", ("filename", "filename", "invoice.exe"), ("md5", "md5", "44d88612fea8a8f36de82e1278abb02f"), ("sha256", "sha256", new string('a', 64))));
        await _run.PushAsync();

        foreach (var asked in (string[])["invoice.exe", new string('A', 64), "44d88612fea8a8f36de82e1278abb02f"])
        {
            var graph = Explain(asked).Indicators.Where(one => one.Destination.Name == "graph").ToList();
            Assert.NotEmpty(graph);
            Assert.All(graph, one => Assert.Equal(IndicatorState.Held, one.State));
        }
    }

    [Fact]
    public async Task What_was_never_seen_is_told_what_would_become_of_it()
    {
        _run.Destination.Policy = new DestinationPolicy { MaxTlp = Tlp.Clear };
        Put(Some.Domain(1));
        await _run.PushAsync();

        var explanation = Explain("hxxp://other[.]example/x");

        Assert.False(explanation.IsSeen);
        Assert.Equal("url", explanation.Prospects[0].Type);
        Assert.Equal([("graph", SkipReason.AboveMaxTlp), ("sentinel", null)], explanation.Prospects[0].Verdicts);
        Assert.Equal(SkipReason.InvalidUrl, explanation.Defanged);
    }

    [Fact]
    public void Without_a_ledger_nothing_was_seen() => Assert.False(Explain("evil.example").IsSeen);

    [Fact]
    public async Task No_control_character_and_no_broken_JSON_comes_out_whatever_MISP_holds()
    {
        _run.Source.Put(
            Some.Event(1) with { Info = "red \u001b[31m\u202e" },
            new EventItem.Attribute(new MispAttribute { Uuid = Some.Uuid(9), Type = "mutex", Value = "a\"b\u202ec", ToIds = true, Comment = "\u0007\u001b]0;x", Tags = [new MispTag("t\u001b[2J")] }));
        await _run.PushAsync();

        var explanation = Explain($"{Some.Uuid(9)}");

        Assert.True(explanation.IsSeen);
        var text = ExplainText.Of(explanation);
        Assert.DoesNotContain(text, c => (char.IsControl(c) && c is not ('\n' or '\r')) || c == '\u202e');
        using var json = JsonDocument.Parse(ExplainJson.Text(explanation));
        Assert.Equal("mutex", json.RootElement.GetProperty("sightings")[0].GetProperty("type").GetString());
        Assert.DoesNotContain('\u001b', ExplainJson.Text(explanation));
    }

    private static EventItem Object(string name, params (string Relation, string Type, string Value)[] members) => new EventItem.Object(new MispObject
    {
        Name = name,
        Attributes = [.. members.Select((member, i) => new MispAttribute
        {
            Uuid = Some.Uuid(2_000_000 + i), Type = member.Type, Value = member.Value, ObjectRelation = member.Relation, ToIds = true, Timestamp = Some.Now.AddDays(-3),
        })],
    });

    private void Put(params EventItem[] items) => _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), items);

    private Explanation Explain(string asked)
    {
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        var rows = new DestinationRows(ledger).List();
        var destinations = _run.Destinations.Select(one => new ExplainedDestination(rows.FirstOrDefault(row => row.Is(one.Info)), one, new Eligibility(one, new NeverBlock([]))));
        return new Explainer(ledger, [.. destinations], _run.Instance, Path.GetDirectoryName(_run.LedgerPath)!, _run.Time.GetUtcNow()).Explain(asked);
    }

    private static IEnumerable<string> States(Explanation explanation) => explanation.Indicators.Select(one => $"{one.Destination.Name} {one.State.Slug()}");
}
