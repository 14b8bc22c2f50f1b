using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Sync;
using MispGraphSync.Destinations.Graph;
using Xunit;

namespace MispGraphSync.Tests.Destinations;

public class GraphItemTests
{
    private const string Md5 = "d41d8cd98f00b204e9800998ecf8427f";
    private static readonly Guid Key = new("6f000000-0000-5000-8000-000000000001");

    private static readonly Indicator Rich = SomeIndicator.Of(
        new Observable.FileHash(HashAlgorithm.Md5, Md5), new Observable.FileName("invoice.exe"), new Observable.FileName("a.scr")) with
    {
        Tlp = Tlp.Red,
        Action = IndicatorAction.Block,
        Severity = ThreatLevel.High,
        Confidence = 95,
        ThreatType = ThreatType.Malware,
        DiamondModel = DiamondModel.Capability,
        KillChain = [KillChainPhase.Delivery, KillChainPhase.CommandAndControl],
        Actors = ["Some Bear"],
        Families = ["SomeRat", "SomeRat"],
        Tags = ["tlp:red", "osint:source-type=\"blog\""],
        Title = "Invoices\r\nwith \u202Eexe.tenohp <inside> — and a title that goes on and on until it is much longer than Graph's hundred characters 👩‍💻",
        Comment = "seen in\nthe wild",
        Type = "filename|md5",
        Category = "Payload delivery",
        Supports =
        [
            new SupportName(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a001"), "one"),
            new SupportName(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a002"), "one"),
        ],
    };

    [Fact]
    public void A_create_tells_everything() => Snapshot.Matches(Write(GraphProduct.Sentinel, Rich, StepAction.Create).Body, "graph-create-full");

    [Fact]
    public void A_plain_create_tells_no_more_than_there_is() =>
        Snapshot.Matches(Write(GraphProduct.Sentinel, SomeIndicator.Of(SomeIndicator.Address(7)), StepAction.Create).Body, "graph-create-plain");

    [Fact]
    public void An_update_carries_what_can_be_edited_and_spells_out_what_is_empty() =>
        Snapshot.Matches(
            Write(GraphProduct.Sentinel, SomeIndicator.Of(SomeIndicator.Address(7)) with { Severity = ThreatLevel.Undefined }, StepAction.Update).Body, "graph-update-plain");

    [Fact]
    public void Defender_gets_one_observable() =>
        Snapshot.Matches(Write(GraphProduct.Defender, SomeIndicator.Of(SomeIndicator.Address(7)), StepAction.Create).Body, "graph-defender-create");

    [Theory]
    [InlineData("192.0.2.7", "networkIPv4")]
    [InlineData("2001:db8::7", "networkIPv6")]
    public void Defender_gets_a_destination_address_in_the_field_without_an_end_too(string address, string field)
    {
        var indicator = SomeIndicator.Of(new Observable.NetworkAddress(IPAddress.Parse(address), Direction.Destination));
        using var create = JsonDocument.Parse(Write(GraphProduct.Defender, indicator, StepAction.Create).Body);
        using var renewal = JsonDocument.Parse(Write(GraphProduct.Defender, indicator, StepAction.Renew).Body);
        using var sentinel = JsonDocument.Parse(Write(GraphProduct.Sentinel, indicator, StepAction.Create).Body);

        Assert.Equal(address, create.RootElement.GetProperty(field).GetString());
        Assert.Empty(TiIndicatorRules.OfCreate(create.RootElement));
        Assert.False(renewal.RootElement.TryGetProperty(field, out _));
        Assert.False(sentinel.RootElement.TryGetProperty(field, out _));
    }

    [Fact]
    public void The_field_without_an_end_names_nothing_and_is_not_fixed()
    {
        var body = Encoding.UTF8.GetString(
            Write(GraphProduct.Defender, SomeIndicator.Of(SomeIndicator.Address(7)), StepAction.Create).Body.Span);
        var marks = Write(GraphProduct.Defender, SomeIndicator.Of(SomeIndicator.Address(7)), StepAction.Create).Marks;

        Assert.Equal("networkDestinationIPv4=192.0.2.7",
            string.Join('\n', GraphFields.Of([SomeIndicator.Address(7)], GraphProduct.Defender)));
        Assert.Equal(Hash128.Of(Encoding.UTF8.GetBytes(body[..body.IndexOf(",\"networkIPv4\"", StringComparison.Ordinal)])), marks.Fixed);
    }

    [Fact]
    public void What_is_to_come_was_not_reported_yet()
    {
        var now = SomeIndicator.Identity(Key).Modified;
        var indicator = SomeIndicator.Of(SomeIndicator.Address(7));

        Assert.Equal("2026-01-02T03:04:05Z", Reported(now.AddYears(30)));
        Assert.Equal("2026-01-02T03:04:04Z", Reported(now.AddSeconds(-1)));

        string? Reported(DateTimeOffset at)
        {
            using var json = JsonDocument.Parse(Write(GraphProduct.Sentinel, indicator with { LastReported = at }, StepAction.Create).Body);
            return json.RootElement.GetProperty("lastReportedDateTime").GetString();
        }
    }

    [Fact]
    public void Of_Defenders_only_three_fields_are_edited() =>
        Snapshot.Matches(Write(GraphProduct.Defender, SomeIndicator.Of(SomeIndicator.Address(7)), StepAction.Renew).Body, "graph-defender-renew");

    [Fact]
    public void Every_kind_of_observable_keeps_the_rules()
    {
        foreach (var observable in EveryKind())
        {
            using var item = JsonDocument.Parse(Write(GraphProduct.Sentinel, SomeIndicator.Of(observable), StepAction.Create).Body);
            Assert.True(TiIndicatorRules.OfCreate(item.RootElement) is [], $"{observable}: {string.Join(" ", TiIndicatorRules.OfCreate(item.RootElement))}");
        }
    }

    [Fact]
    public void No_text_whatever_breaks_the_rules() =>
        Gen.Select(Gen.String, Gen.String, Gen.String[Gen.Char, 0, 200], Gen.Enum<StepAction>().Where(a => a != StepAction.Delete)).Sample((title, comment, tag, action) =>
        {
            var indicator = SomeIndicator.Of(SomeIndicator.Address(1)) with { Title = title, Comment = comment, Tags = [tag, "x"], Actors = [title, tag] };
            using var item = JsonDocument.Parse(Write(GraphProduct.Sentinel, indicator, action).Body);
            return (action == StepAction.Create ? TiIndicatorRules.OfCreate(item.RootElement) : TiIndicatorRules.OfUpdate(item.RootElement)).Count == 0;
        });

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n ")]
    [InlineData("\u202E\u0000")]
    public void A_description_is_never_empty(string title) =>
        Assert.Equal($"MISP event {SomeIndicator.Event:D}", GraphText.Description(Rich with { Title = title }));

    [Fact]
    public void A_description_is_cut_between_what_a_reader_sees_as_characters()
    {
        var text = GraphText.Description(Rich with { Title = new string('a', 97) + "👩‍💻👩‍💻" });

        Assert.Equal(new string('a', 97) + "…", text);
    }

    [Fact]
    public void Dates_that_move_by_themselves_are_no_change()
    {
        var before = Write(GraphProduct.Sentinel, Rich, StepAction.Create).Marks;

        var after = Write(GraphProduct.Sentinel, Rich with { LastReported = SomeIndicator.Expires }, StepAction.Update, SomeIndicator.Expires.AddDays(9)).Marks;

        Assert.Equal(before, after);
    }

    [Fact]
    public void At_Sentinel_only_observables_and_threat_type_are_fixed()
    {
        var before = Write(GraphProduct.Sentinel, Rich, StepAction.Create).Marks;

        var tagged = Write(GraphProduct.Sentinel, Rich with { Tags = ["new"] }, StepAction.Update).Marks;
        var typed = Write(GraphProduct.Sentinel, Rich with { ThreatType = ThreatType.Phishing }, StepAction.Update).Marks;

        Assert.NotEqual(before.Change, tagged.Change);
        Assert.Equal(before.Fixed, tagged.Fixed);
        Assert.NotEqual(before.Fixed, typed.Fixed);
    }

    [Fact]
    public void At_Defender_all_but_expiry_severity_and_description_is_fixed()
    {
        var plain = SomeIndicator.Of(SomeIndicator.Address(7));
        var before = Write(GraphProduct.Defender, plain, StepAction.Create).Marks;

        var titled = Write(GraphProduct.Defender, plain with { Title = "new", Severity = ThreatLevel.Low }, StepAction.Update).Marks;
        var blocked = Write(GraphProduct.Defender, plain with { Action = IndicatorAction.Block }, StepAction.Update).Marks;

        Assert.NotEqual(before.Change, titled.Change);
        Assert.Equal(before.Fixed, titled.Fixed);
        Assert.NotEqual(before.Fixed, blocked.Fixed);
    }

    [Fact]
    public void The_canonical_text_does_not_depend_on_the_order_of_observables()
    {
        Observable[] observables = [new Observable.FileName("b"), new Observable.Port(443, Direction.Destination), SomeIndicator.Address(9), new Observable.FileName("a")];

        Assert.Equal("fileName=a,b\nnetworkDestinationIPv4=192.0.2.9\nnetworkDestinationPort=443", Canonical(observables));
        Assert.Equal(Canonical(observables), Canonical([.. observables.Reverse()]));
    }

    [Fact]
    public void Of_two_hashes_type_and_value_stay_together()
    {
        var fields = GraphFields.Of(
            [new Observable.FileHash(HashAlgorithm.Sha1, "0000"), new Observable.FileHash(HashAlgorithm.Md5, "ffff")], GraphProduct.Sentinel);

        Assert.Equal(["fileHashType=md5", "fileHashValue=ffff"], fields.Select(f => f.ToString()));
    }

    [Fact]
    public void Defender_refuses_what_it_cannot_watch()
    {
        Assert.Null(Refused(SomeIndicator.Address(1)));
        Assert.Null(Refused(new Observable.FileHash(HashAlgorithm.Sha256, new string('0', 64))));
        Assert.Equal(SkipReason.NoFieldHere, Refused(new Observable.NetworkAddress(IPAddress.Parse("192.0.2.1"), Direction.Source)));
        Assert.Equal(SkipReason.NoFieldHere, Refused(new Observable.NetworkAddress(IPAddress.Parse("192.0.2.1"), Direction.Unknown)));
        Assert.Equal(SkipReason.NoFieldHere, Refused(new Observable.FileHash(HashAlgorithm.Sha512, new string('0', 128))));
        Assert.Equal(SkipReason.NoFieldHere, Refused(new Observable.EmailAddress("a@b.example", EmailRole.Sender)));
        Assert.Equal(SkipReason.InvalidUrl, Refused(new Observable.Url("evil.example/x")));
        Assert.Equal(SkipReason.NoFieldHere, Refused(null));
    }

    [Fact]
    public void A_pattern_is_for_Sentinel_alone() =>
        Assert.Equal(
            SkipReason.NoFieldHere,
            GraphLimits.Refuses(
                Supporting([]) with { Single = SomeIndicator.Address(1), Type = "stix2-pattern" }, GraphProduct.Defender,
                IndicatorAction.Alert));

    [Fact]
    public void Sentinel_refuses_what_has_no_field_and_every_warning()
    {
        Assert.Equal(SkipReason.NoFieldHere, GraphLimits.Refuses(Supporting([]), GraphProduct.Sentinel, IndicatorAction.Alert));
        Assert.Equal(
            SkipReason.NoFieldHere,
            GraphLimits.Refuses(Supporting([new Observable.RegistryKey(@"HKLM\x")]), GraphProduct.Sentinel, IndicatorAction.Alert));
        Assert.Equal(
            SkipReason.ActionNotAllowed, GraphLimits.Refuses(Supporting([SomeIndicator.Address(1)]), GraphProduct.Sentinel, IndicatorAction.Warn));
        Assert.Null(GraphLimits.Refuses(Supporting([SomeIndicator.Address(1)]), GraphProduct.Sentinel, IndicatorAction.Block));
    }

    private static SkipReason? Refused(Observable? single) =>
        GraphLimits.Refuses(Supporting([]) with { Single = single }, GraphProduct.Defender, IndicatorAction.Alert);

    private static Core.Domain.Support Supporting(Observable[] combination) => new() { Attribute = Key, Part = 0, Type = "x", Combination = [.. combination] };

    private static string Canonical(IReadOnlyList<Observable> observables) => string.Join('\n', GraphFields.Of(observables, GraphProduct.Sentinel));

    private static (ReadOnlyMemory<byte> Body, ItemMarks Marks) Write(
        GraphProduct product, Indicator indicator, StepAction action, DateTimeOffset? expires = null)
    {
        var body = new ArrayBufferWriter<byte>();
        var identity = SomeIndicator.Identity(Key, action == StepAction.Create ? null : "0f3c0000-0000-4000-8000-000000000001");
        var marks = GraphItem.Own.Write(body, product, indicator, identity with { Expires = expires ?? identity.Expires }, action);
        return (body.WrittenMemory, marks);
    }

    private static IEnumerable<Observable> EveryKind()
    {
        var v6 = IPAddress.Parse("2001:db8::1");
        yield return new Observable.DomainName("evil.example");
        yield return new Observable.Url("https://evil.example/a?b=c");
        yield return new Observable.CidrBlock(IPNetwork.Parse("192.0.2.0/25"), Direction.Source);
        yield return new Observable.Port(25, Direction.Unknown);
        yield return new Observable.Protocol(6);
        yield return new Observable.AutonomousSystem(64496, Direction.Unknown);
        yield return new Observable.FileHash(HashAlgorithm.Authentihash, new string('a', 64));
        yield return new Observable.FileHash(HashAlgorithm.Ssdeep, "3:AbC:dEf");
        yield return new Observable.FileHash(HashAlgorithm.Imphash, Md5);
        yield return new Observable.FileName("a.exe");
        yield return new Observable.FilePath(@"C:\temp\a.exe");
        yield return new Observable.FileSize(1234);
        yield return new Observable.FileType("application/x-dosexec");
        yield return new Observable.FileCompiled(SomeIndicator.Expires);
        yield return new Observable.FileCreated(SomeIndicator.Expires);
        yield return new Observable.Mutex(@"Global\x");
        yield return new Observable.EmailAddress("a@b.example", EmailRole.Sender);
        yield return new Observable.EmailAddress("a@b.example", EmailRole.Recipient);
        yield return new Observable.EmailSourceDomain("b.example");
        yield return new Observable.EmailSourceAddress(v6);
        yield return new Observable.EmailSenderName("Someone");
        yield return new Observable.EmailSubject("Hello \"you\"");
        yield return new Observable.EmailXMailer("x 1.0");
        yield return new Observable.UserAgent("Mozilla/5.0");
        foreach (var direction in Enum.GetValues<Direction>())
        {
            yield return new Observable.NetworkAddress(v6, direction);
            yield return new Observable.NetworkAddress(IPAddress.Parse("192.0.2.1"), direction);
        }
    }
}
