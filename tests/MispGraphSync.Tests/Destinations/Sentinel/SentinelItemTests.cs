using System.Buffers;
using System.Text.Json;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Sentinel;
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
        Sources =
        [
            new SourceReference(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a001"), "one\ttwo"),
            new SourceReference(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a002"), ""),
        ],
        Events = [SomeIndicator.Event],
        SourceCount = 12,
    };

    [Fact]
    public void Object_writes_every_field() => Snapshot.Matches(StixSamples.Write(Rich).Body, "sentinel-full");

    [Fact]
    public void Labels_over_the_byte_limit_keep_events_TLP_actors_and_techniques()
    {
        string[] tags = ["misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"", "misp-galaxy:threat-actor=\"Some Bear\"", "tlp:red"];
        var written = StixSamples.Write(Plain with
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
    public void Object_omits_empty_fields() => Snapshot.Matches(StixSamples.Write(Plain).Body, "sentinel-plain");

    [Fact]
    public void Revocation_says_which_object_it_is_and_who_may_see_it()
    {
        var kept = new ArrayBufferWriter<byte>();
        SentinelItem.WriteForRevocation(kept, Rich, SomeIndicator.Identity(StixSamples.Key));
        var held = SomeIndicator.Held(StixSamples.Key, id: null) with { Body = kept.WrittenMemory };

        var revocation = StixSamples.Revoke(held, SomeIndicator.Expires.AddDays(-1));

        Snapshot.Matches(revocation, "sentinel-revoked");
        using var item = JsonDocument.Parse(revocation);
        Assert.Empty(StixUploadRules.OfIndicator(item.RootElement));
        using var whole = JsonDocument.Parse(StixSamples.Write(Rich).Body);
        foreach (var property in item.RootElement.EnumerateObject().Where(one => one.Name is not ("modified" or "revoked")))
            Assert.True(JsonElement.DeepEquals(property.Value, whole.RootElement.GetProperty(property.Name)), property.Name);
    }

    [Fact]
    public void Revocation_repeats_the_whole_object_that_an_earlier_version_kept()
    {
        var held = SomeIndicator.Held(StixSamples.Key, id: null) with { Body = StixSamples.Write(Rich).Body };

        Snapshot.Matches(StixSamples.Revoke(held, SomeIndicator.Expires.AddDays(-1)), "sentinel-revoked-whole");
    }

    [Fact]
    public void Revocation_of_an_unknown_object_is_a_minimal_object()
    {
        var held = SomeIndicator.Held(StixSamples.Key, id: null);

        Snapshot.Matches(StixSamples.Revoke(held, SomeIndicator.Expires.AddDays(-1)), "sentinel-revoked-unknown");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-400)]
    [InlineData(400)]
    public void Revocation_follows_the_rules_for_any_dates(int days)
    {
        var held = SomeIndicator.Held(StixSamples.Key, id: null);
        var at = held.Modified.AddDays(days);

        foreach (var one in new[] { held, held with { Created = at, Expires = at } })
        {
            using var item = JsonDocument.Parse(StixSamples.Revoke(one, one.Modified.AddMilliseconds(1)));
            Assert.Empty(StixUploadRules.OfIndicator(item.RootElement));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(9_000)]
    public void Future_first_seen_is_valid_from_the_first_send(int days)
    {
        var indicator = Plain with { ValidFrom = Plain.ValidFrom.AddDays(days) };
        var renewed = SomeIndicator.Identity(StixSamples.Key) with
        {
            Modified = SomeIndicator.Expires,
            Expires = SomeIndicator.Expires.AddDays(10_000)
        };
        using var item = JsonDocument.Parse(StixSamples.Write(indicator).Body);

        Assert.Equal(SomeIndicator.Identity(StixSamples.Key).Created, item.RootElement.GetProperty("valid_from").GetDateTimeOffset());
        Assert.Empty(StixUploadRules.OfIndicator(item.RootElement));
        Assert.Equal(StixSamples.Write(indicator).Marks.Content, StixSamples.Write(indicator, renewed).Marks.Content);
    }

    [Fact]
    public void Every_kind_of_observable_follows_the_rules()
    {
        foreach (var (observable, _) in StixSamples.EveryPattern())
        {
            using var item = JsonDocument.Parse(StixSamples.Write(SomeIndicator.Of(observable)).Body);
            Assert.Equal((observable, ""), (observable, string.Join(" ", StixUploadRules.OfIndicator(item.RootElement))));
        }
    }

    [Fact]
    public void Arbitrary_text_follows_the_rules()
    {
        var values = Gen.String[Gen.Char[' ', '\uffff'], 1, 50];
        Gen.Select(Gen.String, Gen.String, Gen.String[Gen.Char, 0, 600], values).Sample((title, comment, tag, value) =>
        {
            var indicator = SomeIndicator.Of(new Observable.FileName(value)) with
            {
                Title = title,
                Comment = comment,
                Category = tag,
                Tags = [tag, title],
                Actors = [title, tag],
                Sources = [new SourceReference(StixSamples.Key, StixSamples.Key, comment)],
            };
            var written = StixSamples.Write(indicator).Body;
            using var item = JsonDocument.Parse(written);
            var held = SomeIndicator.Held(StixSamples.Key, id: null) with { Body = written };
            using var revoked = JsonDocument.Parse(StixSamples.Revoke(held, SomeIndicator.Expires));
            return StixUploadRules.OfIndicator(item.RootElement).Count + StixUploadRules.OfIndicator(revoked.RootElement).Count == 0;
        });
    }

    [Fact]
    public void Start_after_the_end_is_replaced_by_the_first_send()
    {
        using var item = JsonDocument.Parse(StixSamples.Write(Plain with { ValidFrom = SomeIndicator.Expires }).Body);

        Assert.Empty(StixUploadRules.OfIndicator(item.RootElement));
        Assert.Equal(item.RootElement.GetProperty("created").GetString(), item.RootElement.GetProperty("valid_from").GetString());
    }

    [Fact]
    public void Moving_dates_do_not_change_the_content_hash()
    {
        var before = StixSamples.Write(Rich).Marks;
        var later = new ItemIdentity(StixSamples.Key, null, SomeIndicator.Expires, SomeIndicator.Expires, SomeIndicator.Expires.AddDays(9));
        var seenAgain = Rich with { LastReported = SomeIndicator.Expires, Lifetime = TimeSpan.FromDays(9), SourceCount = 13 };

        var after = StixSamples.Write(seenAgain, later).Marks;

        Assert.Equal(before, after);
    }

    [Fact]
    public void Visible_fields_change_the_content_hash_and_nothing_is_immutable()
    {
        var before = StixSamples.Write(Rich).Marks;
        Indicator[] changed =
        [
            Rich with { Title = "x" }, Rich with { Comment = "x" }, Rich with { Category = "x" },
            Rich with { Tags = ["x"] }, Rich with { Actors = ["x"] }, Rich with { Families = ["x"] },
            Rich with { Confidence = 1 }, Rich with { Tlp = Tlp.Green }, Rich with { ThreatType = ThreatType.Darknet },
            Rich with { ThreatTypeIsTagged = false }, Rich with { KillChain = [] }, Rich with { Sources = [] },
            Rich with { ValidFrom = SomeIndicator.Expires.AddDays(-9) },
        ];

        Assert.All(changed, indicator =>
        {
            var after = StixSamples.Write(indicator).Marks;
            Assert.NotEqual(before.Content, after.Content);
            Assert.Equal(before.Immutable, after.Immutable);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n ")]
    [InlineData("\u202E\u0000")]
    public void Name_is_never_empty(string title)
    {
        using var item = JsonDocument.Parse(StixSamples.Write(Plain with { Title = title }).Body);

        Assert.Equal($"MISP event {SomeIndicator.Event:D}", item.RootElement.GetProperty("name").GetString());
    }

    [Theory]
    [InlineData(Tlp.Clear, "613f2e26-407d-48c7-9eca-b8e91df99dc9")]
    [InlineData(Tlp.Green, "34098fce-860f-48ae-8e50-ebd3cc5e41da")]
    [InlineData(Tlp.Amber, "f88d31f6-486f-44da-b317-01333bde0b82")]
    [InlineData(Tlp.AmberStrict, "f88d31f6-486f-44da-b317-01333bde0b82")]
    [InlineData(Tlp.Red, "5e57c739-391a-4eb3-b6be-7d15ca92d5ed")]
    public void TLP_is_written_as_a_TLP_1_marking(Tlp tlp, string marking)
    {
        using var item = JsonDocument.Parse(StixSamples.Write(Plain with { Tlp = tlp }).Body);

        Assert.Equal("marking-definition--" + marking,
            Assert.Single(item.RootElement.GetProperty("object_marking_refs").EnumerateArray()).GetString());
    }
}
