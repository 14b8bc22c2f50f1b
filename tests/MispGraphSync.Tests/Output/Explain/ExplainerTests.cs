using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Output.Explain;
using Xunit;

namespace MispGraphSync.Tests.Output.Explain;

public sealed class ExplainerTests : IDisposable
{
    private readonly TestRun _run = new();

    public ExplainerTests() => _run.Destinations.Add(new FakeDestination("sentinel", IndicatorShape.Single));

    public void Dispose() => _run.Dispose();

    [Theory]
    [InlineData("evil.example")]
    [InlineData("EVIL.example.")]
    [InlineData("evil[.]example")]
    [InlineData("hxxps://evil[.]example/login")]
    [InlineData("evil.example:8443")]
    [InlineData("\"evil.example\"")]
    public async Task Held_value_is_found_in_any_spelling(string asked)
    {
        Put(Some.Attribute(1, "domain", "evil.example"));
        await _run.PushAsync();

        var explanation = Explain(asked);

        Assert.True(explanation.IsSeen);
        Assert.Equal(["graph held", "sentinel held"], States(explanation));
        Assert.Equal((Some.Uuid(1), Some.Uuid(1_000_001)), (explanation.Sources[0].Event, explanation.Sources[0].Attribute));
        Assert.All(explanation.Indicators, one => Assert.Equal((1L, 1L, Some.Now), (one.Sent, one.Since, one.SentAt)));
    }

    [Theory]
    [InlineData("invoice.exe|44D88612FEA8A8F36DE82E1278ABB02F")]
    [InlineData("44d88612fea8a8f36de82e1278abb02f")]
    [InlineData("invoice.exe")]
    public async Task File_is_found_by_hash_by_name_and_by_both(string asked)
    {
        Put(Some.Attribute(1, "filename|md5", "invoice.exe|44d88612fea8a8f36de82e1278abb02f"));
        await _run.PushAsync();

        Assert.Contains("graph held", States(Explain(asked)));
    }

    [Fact]
    public async Task UUID_of_attribute_event_or_indicator_and_service_id_find_the_same_indicator()
    {
        Put(Some.Attribute(1, "domain", "evil.example"));
        await _run.PushAsync();
        var held = _run.Destination.Held[0];

        foreach (var asked in (string[])[$"{Some.Uuid(1)}", $"{Some.Uuid(1_000_001)}".ToUpperInvariant(), $"{held.Key}", held.Id])
        {
            var explanation = Explain(asked);
            Assert.Equal(held.Key, Assert.Single(explanation.Indicators, one => one.Destination == "graph").Key);
            Assert.Single(explanation.Sources);
        }
    }

    [Fact]
    public async Task Rejected_suppressed_and_unwanted_are_distinct_states()
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
        Assert.Equal(["graph suppressed", "sentinel held"], States(Explain("d4.example")));
        Assert.Equal("no", Explain("d4.example").Indicators[0].Status.Rejected!.Response);
        Assert.Equal(["graph rejected", "sentinel held"], States(Explain("d5.example")));
    }

    [Fact]
    public async Task Indicator_skipped_by_a_destination_names_the_reason()
    {
        _run.Destination.Policy = new DestinationPolicy { MaxTlp = Tlp.Green };
        Put(
            Some.Attribute(1, "domain", "evil.example", true, "tlp:amber"),
            Some.Attribute(2, "regkey", @"HKLM\Software\Evil", true, "tlp:green"));
        await _run.PushAsync();

        var explanation = Explain("evil.example");
        Assert.Equal(["graph skipped", "sentinel held"], States(explanation));
        Assert.Equal(SkipReason.AboveMaxTlp, explanation.Indicators[0].Reason);
        Assert.Equal(SkipReason.NoFieldHere, Explain(@"HKLM\Software\Evil").Indicators.Single(one => one.Destination == "graph").Reason);
    }

    [Fact]
    public async Task Over_capacity_and_held_by_other_are_named_as_reasons()
    {
        _run.Destination.HasSharedNamespace = true;
        _run.Destination.Capacity = 1;
        _run.Destination.Others.Add(_run.Destination.Canonical([new Observable.DomainName("d1.example")]));
        Put(Some.Domain(1), Some.Domain(2), Some.Domain(3));
        await _run.PushAsync();

        var reasons = new[] { "d1.example", "d2.example", "d3.example" }
            .Select(asked => Explain(asked).Indicators.Single(one => one.Destination == "graph"))
            .Select(one => $"{one.State} {one.Reason}").ToList();
        Assert.Equal("Skipped HeldByOther", reasons[0]);
        Assert.Equal(["Held ", "Skipped OverCapacity"], reasons[1..].Order());
    }

    [Fact]
    public async Task Expired_aged_and_waiting_are_distinct_states()
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
        _run.Destination.OnRequest = (_, _) => throw new RunFailedException(RunOutcome.Unreachable, "gone");
        await _run.PushAsync();
        Assert.Equal(["graph waiting", "sentinel held"], States(Explain("d3.example")));
    }

    [Theory]
    [InlineData("http://evil.example/x", "hxxp://evil[.]example/x")]
    [InlineData("hxxp://evil[.]example/x", "hxxp://evil[.]example/x")]
    public async Task Skipped_attribute_is_found_by_the_hash_of_its_value(string asked, string held)
    {
        Put(Some.Domain(1), Some.Attribute(2, "url", held));
        await _run.PushAsync();

        var skipped = Assert.Single(Explain(asked).Skipped);
        Assert.Equal((Some.Uuid(1_000_002), "invalid-url", "url"), (skipped.Attribute, skipped.Reason, skipped.Type));
        Assert.Equal(SkipReason.InvalidUrl.Meaning(), skipped.Meaning);
        Assert.Single(Explain($"{Some.Uuid(1_000_002)}").Skipped);
    }

    [Fact]
    public async Task Value_in_an_object_combination_is_found()
    {
        _run.Source.Put(Some.Event(1), Object(
            "file", ("filename", "filename", "invoice.exe"), ("md5", "md5", "44d88612fea8a8f36de82e1278abb02f"),
            ("sha256", "sha256", new string('a', 64))));
        await _run.PushAsync();

        foreach (var asked in (string[])["invoice.exe", new string('A', 64), "44d88612fea8a8f36de82e1278abb02f"])
        {
            var graph = Explain(asked).Indicators.Where(one => one.Destination == "graph").ToList();
            Assert.NotEmpty(graph);
            Assert.All(graph, one => Assert.Equal(IndicatorState.Held, one.State));
        }
    }

    [Fact]
    public async Task Unseen_value_gets_a_forecast()
    {
        _run.Destination.Policy = new DestinationPolicy { MaxTlp = Tlp.Clear };
        Put(Some.Domain(1));
        await _run.PushAsync();

        var explanation = Explain("hxxp://other[.]example/x");

        Assert.False(explanation.IsSeen);
        Assert.Equal("url", explanation.Forecasts[0].Type);
        Assert.Equal(
            [new("graph", SkipReason.AboveMaxTlp), new KeyValuePair<string, SkipReason?>("sentinel", null)],
            explanation.Forecasts[0].Destinations);
        Assert.Equal(SkipReason.InvalidUrl, explanation.Defanged);
    }

    [Fact]
    public void Missing_ledger_knows_no_value() => Assert.False(Explain("evil.example").IsSeen);

    [Fact]
    public async Task Hostile_text_from_MISP_gives_valid_JSON_without_control_characters()
    {
        _run.Source.Put(
            Some.Event(1) with { Info = "red \u001b[31m\u202e" },
            new EventItem.Attribute(new MispAttribute
            {
                Uuid = Some.Uuid(9),
                Type = "mutex",
                Value = "a\"b\u202ec",
                ToIds = true,
                Comment = "\u0007\u001b]0;x",
                Tags = [new MispTag("t\u001b[2J")],
            }));
        await _run.PushAsync();

        var explanation = Explain($"{Some.Uuid(9)}");

        Assert.True(explanation.IsSeen);
        var text = ExplainText.Of(explanation);
        Assert.DoesNotContain(text, c => (char.IsControl(c) && c is not ('\n' or '\r')) || c == '\u202e');
        using var json = JsonDocument.Parse(JsonSerializer.Serialize(explanation, OutputJson.Default.Explanation));
        Assert.Equal("mutex", json.RootElement.GetProperty("sightings")[0].GetProperty("type").GetString());
        Assert.DoesNotContain('\u001b', JsonSerializer.Serialize(explanation, OutputJson.Default.Explanation));
    }

    private static EventItem Object(string name, params (string Relation, string Type, string Value)[] members) =>
        new EventItem.Object(new MispObject
        {
            Name = name,
            Attributes = [.. members.Select((member, i) => new MispAttribute
            {
                Uuid = Some.Uuid(2_000_000 + i),
                Type = member.Type,
                Value = member.Value,
                ObjectRelation = member.Relation,
                ToIds = true,
                Timestamp = Some.Now.AddDays(-3),
            })],
        });

    private void Put(params EventItem[] items) => _run.Source.Put(Some.Event(1, _run.Time.GetUtcNow()), items);

    private Explanation Explain(string asked)
    {
        using var ledger = LedgerFile.OpenToRead(_run.LedgerPath);
        var rows = DestinationRow.All(ledger);
        var destinations = _run.Destinations.Select(one => new ExplainedDestination(
            rows.FirstOrDefault(row => row.Is(one.Info)), one, new Eligibility(one, new NeverBlock([]), Some.Now)));
        var folder = Path.GetDirectoryName(_run.LedgerPath)!;
        return new Explainer(ledger, [.. destinations], _run.Instance, folder, _run.Time.GetUtcNow()).Explain(asked);
    }

    private static IEnumerable<string> States(Explanation explanation) =>
        explanation.Indicators.Select(one => $"{one.Destination} {one.State.Slug()}");
}
