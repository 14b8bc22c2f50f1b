using System.Text.Json;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Sync;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Sentinel;

public class SentinelItemTests
{
    private static readonly Indicator Plain = SomeIndicator.Of(SomeIndicator.Address(7));

    private static readonly Indicator Rich = SomeIndicator.Of(new Observable.Url("http://evil.example/it's\\here")) with
    {
        Tlp = Tlp.Red,
        Severity = ThreatLevel.High,
        Confidence = 95,
        ThreatType = ThreatType.Proxy,
        ThreatTypeIsTagged = true,
        KillChain = [KillChainPhase.Delivery, KillChainPhase.CommandAndControl, KillChainPhase.ActionsOnObjectives],
        Actors = ["Some Bear"],
        Families = ["SomeRat", "SomeRat"],
        Tags = ["misp:event=5f000000-0000-4000-8000-00000000e001", "osint:source-type=\"blog\"", "tlp:red", " "],
        Title = "Invoices\r\nwith \u202Eexe.tenohp <inside> — and a title that goes on 👩‍💻",
        Comment = "seen in\nthe wild",
        Type = "url",
        ValidFrom = new DateTimeOffset(2025, 12, 24, 1, 2, 3, 456, TimeSpan.Zero).AddMicroseconds(789),
        Supports =
        [
            new SupportName(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a001"), "one\ttwo"),
            new SupportName(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a002"), ""),
        ],
        Events = [SomeIndicator.Event],
        SupportCount = 12,
    };

    [Fact]
    public void An_object_tells_everything() => Snapshot.Matches(SomeStix.Write(Rich).Body, "sentinel-full");

    [Fact]
    public void Labels_that_are_too_long_together_keep_events_TLP_actors_and_techniques()
    {
        string[] tags = ["misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"", "misp-galaxy:threat-actor=\"Some Bear\"", "tlp:red"];
        var written = SomeStix.Write(Plain with
        {
            Tags = [.. Enumerable.Range(0, 200).Select(n => $"a{n:d3} " + new string('\u20AC', 200)), .. tags],
            Actors = ["Some Bear"],
            Families = ["SomeRat"],
            Events = [.. Enumerable.Range(1, 100).Select(Some.Uuid)],
        }).Body;
        using var item = JsonDocument.Parse(written);

        var labels = item.RootElement.GetProperty("labels").EnumerateArray().Select(label => label.GetString()!).ToList();

        Assert.InRange(System.Text.Encoding.UTF8.GetByteCount(item.RootElement.GetProperty("labels").GetRawText()), 32_000, 32_766);
        Assert.All(tags, tag => Assert.Contains(tag, labels));
        Assert.Contains("Some Bear", labels);
        Assert.Equal(100, labels.Count(label => label.StartsWith("misp:event=", StringComparison.Ordinal)));
        Assert.Contains(labels, label => label.StartsWith("a000", StringComparison.Ordinal));
    }

    [Fact]
    public void A_plain_object_tells_no_more_than_there_is() => Snapshot.Matches(SomeStix.Write(Plain).Body, "sentinel-plain");

    [Fact]
    public void A_removal_is_the_same_object_revoked()
    {
        var held = SomeIndicator.Held(SomeStix.Key, id: null) with { Body = SomeStix.Write(Rich).Body };

        Snapshot.Matches(SomeStix.Revoke(held, SomeIndicator.Expires.AddDays(-1)), "sentinel-revoked");
    }

    [Fact]
    public void A_removal_of_what_nobody_remembers_is_the_least_that_STIX_allows()
    {
        var held = SomeIndicator.Held(SomeStix.Key, id: null);

        Snapshot.Matches(SomeStix.Revoke(held, SomeIndicator.Expires.AddDays(-1)), "sentinel-revoked-unknown");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-400)]
    [InlineData(400)]
    public void A_removal_keeps_the_rules_whatever_the_dates(int days)
    {
        var held = SomeIndicator.Held(SomeStix.Key, id: null);
        var at = held.Modified.AddDays(days);

        foreach (var one in new[] { held, held with { Created = at, Expires = at } })
        {
            using var item = JsonDocument.Parse(SomeStix.Revoke(one, one.Modified.AddMilliseconds(1)));
            Assert.Empty(StixUploadRules.OfIndicator(item.RootElement));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(9_000)]
    public void What_was_first_seen_in_the_future_is_valid_from_its_first_send(int days)
    {
        var indicator = Plain with { ValidFrom = Plain.ValidFrom.AddDays(days) };
        var renewed = SomeIndicator.Identity(SomeStix.Key) with
        {
            Modified = SomeIndicator.Expires,
            Expires = SomeIndicator.Expires.AddDays(10_000)
        };
        using var item = JsonDocument.Parse(SomeStix.Write(indicator).Body);

        Assert.Equal(SomeIndicator.Identity(SomeStix.Key).Created, item.RootElement.GetProperty("valid_from").GetDateTimeOffset());
        Assert.Empty(StixUploadRules.OfIndicator(item.RootElement));
        Assert.Equal(SomeStix.Write(indicator).Marks.Change, SomeStix.Write(indicator, renewed).Marks.Change);
    }

    [Fact]
    public void Every_kind_of_observable_keeps_the_rules()
    {
        foreach (var (observable, _) in SomeStix.EveryPattern())
        {
            using var item = JsonDocument.Parse(SomeStix.Write(SomeIndicator.Of(observable)).Body);
            Assert.Equal((observable, ""), (observable, string.Join(" ", StixUploadRules.OfIndicator(item.RootElement))));
        }
    }

    [Fact]
    public void No_text_whatever_breaks_the_rules() =>
        Gen.Select(Gen.String, Gen.String, Gen.String[Gen.Char, 0, 600], Gen.String[Gen.Char[' ', '\uffff'], 1, 50]).Sample((title, comment, tag, value) =>
        {
            var indicator = SomeIndicator.Of(new Observable.FileName(value)) with
            {
                Title = title,
                Comment = comment,
                Category = tag,
                Tags = [tag, title],
                Actors = [title, tag],
                Supports = [new SupportName(SomeStix.Key, SomeStix.Key, comment)],
            };
            var written = SomeStix.Write(indicator).Body;
            using var item = JsonDocument.Parse(written);
            var held = SomeIndicator.Held(SomeStix.Key, id: null) with { Body = written };
            using var revoked = JsonDocument.Parse(SomeStix.Revoke(held, SomeIndicator.Expires));
            return StixUploadRules.OfIndicator(item.RootElement).Count + StixUploadRules.OfIndicator(revoked.RootElement).Count == 0;
        });

    [Fact]
    public void What_begins_after_its_end_begins_with_its_first_send()
    {
        using var item = JsonDocument.Parse(SomeStix.Write(Plain with { ValidFrom = SomeIndicator.Expires }).Body);

        Assert.Empty(StixUploadRules.OfIndicator(item.RootElement));
        Assert.Equal(item.RootElement.GetProperty("created").GetString(), item.RootElement.GetProperty("valid_from").GetString());
    }

    [Fact]
    public void Dates_that_move_by_themselves_are_no_change()
    {
        var before = SomeStix.Write(Rich).Marks;
        var later = new ItemIdentity(SomeStix.Key, null, SomeIndicator.Expires, SomeIndicator.Expires, SomeIndicator.Expires.AddDays(9));
        var seenAgain = Rich with { LastReported = SomeIndicator.Expires, Lifetime = TimeSpan.FromDays(9), SupportCount = 13 };

        var after = SomeStix.Write(seenAgain, later).Marks;

        Assert.Equal(before, after);
    }

    [Fact]
    public void What_a_reader_sees_is_a_change_and_none_needs_a_removal()
    {
        var before = SomeStix.Write(Rich).Marks;
        Indicator[] changed =
        [
            Rich with { Title = "x" }, Rich with { Comment = "x" }, Rich with { Category = "x" }, Rich with { Tags = ["x"] }, Rich with { Actors = ["x"] },
            Rich with { Families = ["x"] }, Rich with { Confidence = 1 }, Rich with { Tlp = Tlp.Green }, Rich with { ThreatType = ThreatType.Darknet },
            Rich with { ThreatTypeIsTagged = false }, Rich with { KillChain = [] }, Rich with { ValidFrom = SomeIndicator.Expires.AddDays(-9) },
            Rich with { Supports = [] },
        ];

        Assert.All(changed, indicator =>
        {
            var after = SomeStix.Write(indicator).Marks;
            Assert.NotEqual(before.Change, after.Change);
            Assert.Equal(before.Fixed, after.Fixed);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n ")]
    [InlineData("\u202E\u0000")]
    public void A_name_is_never_empty(string title)
    {
        using var item = JsonDocument.Parse(SomeStix.Write(Plain with { Title = title }).Body);

        Assert.Equal($"MISP event {SomeIndicator.Event:D}", item.RootElement.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData(Tlp.Clear, "613f2e26-407d-48c7-9eca-b8e91df99dc9")]
    [InlineData(Tlp.Green, "34098fce-860f-48ae-8e50-ebd3cc5e41da")]
    [InlineData(Tlp.Amber, "f88d31f6-486f-44da-b317-01333bde0b82")]
    [InlineData(Tlp.AmberStrict, "f88d31f6-486f-44da-b317-01333bde0b82")]
    [InlineData(Tlp.Red, "5e57c739-391a-4eb3-b6be-7d15ca92d5ed")]
    public void A_TLP_is_the_marking_of_TLP_1(Tlp tlp, string marking)
    {
        using var item = JsonDocument.Parse(SomeStix.Write(Plain with { Tlp = tlp }).Body);

        Assert.Equal("marking-definition--" + marking, Assert.Single(item.RootElement.GetProperty("object_marking_refs").EnumerateArray()).GetString());
    }
}
