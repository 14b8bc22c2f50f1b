using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
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
        Title = "Invoices\r\nwith \u202Eexe.tenohp <inside> — and a title that goes on and on "
            + "until it is much longer than Graph's hundred characters 👩‍💻",
        Comment = "seen in\nthe wild",
        Type = "filename|md5",
        Category = "Payload delivery",
        Sources =
        [
            new SourceReference(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a001"), "one"),
            new SourceReference(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a002"), "one"),
        ],
    };

    [Fact]
    public void Create_writes_every_field() =>
        Snapshot.Matches(Write(GraphProduct.Sentinel, Rich, StepAction.Create).Body, "graph-create-full");

    [Fact]
    public void Create_omits_empty_fields() =>
        Snapshot.Matches(
            Write(GraphProduct.Sentinel, SomeIndicator.Of(SomeIndicator.Address(7)), StepAction.Create).Body, "graph-create-plain");

    [Fact]
    public void Update_writes_editable_fields_and_empty_values()
    {
        var indicator = SomeIndicator.Of(SomeIndicator.Address(7)) with { Severity = ThreatLevel.Undefined };

        Snapshot.Matches(Write(GraphProduct.Sentinel, indicator, StepAction.Update).Body, "graph-update-plain");
    }

    [Fact]
    public void Item_for_Defender_has_one_observable() =>
        Snapshot.Matches(
            Write(GraphProduct.Defender, SomeIndicator.Of(SomeIndicator.Address(7)), StepAction.Create).Body, "graph-defender-create");

    [Theory]
    [InlineData("192.0.2.7", "networkIPv4")]
    [InlineData("2001:db8::7", "networkIPv6")]
    public void Item_for_Defender_repeats_a_destination_address_without_direction(string address, string field)
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
    public void Address_without_direction_is_not_part_of_key_or_immutable_hash()
    {
        var address = SomeIndicator.Address(7);
        var (bytes, hashes) = Write(GraphProduct.Defender, SomeIndicator.Of(address), StepAction.Create);
        var body = Encoding.UTF8.GetString(bytes.Span);
        var before = body[..body.IndexOf(",\"networkIPv4\"", StringComparison.Ordinal)];

        Assert.Equal("networkDestinationIPv4=192.0.2.7", string.Join('\n', GraphFields.Of([address], GraphProduct.Defender)));
        Assert.Equal(Hash128.Of(Encoding.UTF8.GetBytes(before)), hashes.Immutable);
    }

    [Fact]
    public void Last_reported_date_is_never_in_the_future()
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
    public void Update_for_Defender_edits_three_fields() =>
        Snapshot.Matches(
            Write(GraphProduct.Defender, SomeIndicator.Of(SomeIndicator.Address(7)), StepAction.Renew).Body, "graph-defender-renew");

    [Fact]
    public void Every_kind_of_observable_follows_the_rules()
    {
        foreach (var observable in EveryKind())
        {
            using var item = JsonDocument.Parse(Write(GraphProduct.Sentinel, SomeIndicator.Of(observable), StepAction.Create).Body);
            Assert.Equal((observable, ""), (observable, string.Join(" ", TiIndicatorRules.OfCreate(item.RootElement))));
        }
    }

    [Fact]
    public void Arbitrary_text_follows_the_rules()
    {
        var actions = Gen.Enum<StepAction>().Where(action => action != StepAction.Delete);
        Gen.Select(Gen.String, Gen.String, Gen.String[Gen.Char, 0, 200], actions).Sample((title, comment, tag, action) =>
        {
            var plain = SomeIndicator.Of(SomeIndicator.Address(1));
            var indicator = plain with { Title = title, Comment = comment, Tags = [tag, "x"], Actors = [title, tag] };
            using var item = JsonDocument.Parse(Write(GraphProduct.Sentinel, indicator, action).Body);
            var faults = action == StepAction.Create
                ? TiIndicatorRules.OfCreate(item.RootElement)
                : TiIndicatorRules.OfUpdate(item.RootElement);
            return faults.Count == 0;
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n ")]
    [InlineData("\u202E\u0000")]
    public void Description_is_never_empty(string title) =>
        Assert.Equal($"MISP event {SomeIndicator.Event:D}", GraphItem.Description(Rich with { Title = title }));

    [Fact]
    public void Description_is_cut_between_text_elements()
    {
        var text = GraphItem.Description(Rich with { Title = new string('a', 97) + "👩‍💻👩‍💻" });

        Assert.Equal(new string('a', 97) + "…", text);
    }

    [Fact]
    public void Moving_dates_do_not_change_the_content_hash()
    {
        var before = Write(GraphProduct.Sentinel, Rich, StepAction.Create).Marks;

        var after = Write(GraphProduct.Sentinel, Rich with { LastReported = SomeIndicator.Expires }, StepAction.Update,
            SomeIndicator.Expires.AddDays(9)).Marks;

        Assert.Equal(before, after);
    }

    [Fact]
    public void Immutable_hash_for_Sentinel_covers_observables_and_threat_type()
    {
        var before = Write(GraphProduct.Sentinel, Rich, StepAction.Create).Marks;

        var tagged = Write(GraphProduct.Sentinel, Rich with { Tags = ["new"] }, StepAction.Update).Marks;
        var typed = Write(GraphProduct.Sentinel, Rich with { ThreatType = ThreatType.Phishing }, StepAction.Update).Marks;

        Assert.NotEqual(before.Content, tagged.Content);
        Assert.Equal(before.Immutable, tagged.Immutable);
        Assert.NotEqual(before.Immutable, typed.Immutable);
    }

    [Fact]
    public void Immutable_hash_for_Defender_covers_all_but_expiry_severity_and_description()
    {
        var plain = SomeIndicator.Of(SomeIndicator.Address(7));
        var before = Write(GraphProduct.Defender, plain, StepAction.Create).Marks;

        var titled = Write(GraphProduct.Defender, plain with { Title = "new", Severity = ThreatLevel.Low }, StepAction.Update).Marks;
        var blocked = Write(GraphProduct.Defender, plain with { Action = IndicatorAction.Block }, StepAction.Update).Marks;

        Assert.NotEqual(before.Content, titled.Content);
        Assert.Equal(before.Immutable, titled.Immutable);
        Assert.NotEqual(before.Immutable, blocked.Immutable);
    }

    [Fact]
    public void Canonical_text_is_independent_of_observable_order()
    {
        Observable[] observables =
        [
            new Observable.FileName("b"), new Observable.Port(443, Direction.Destination), SomeIndicator.Address(9),
            new Observable.FileName("a"),
        ];

        Assert.Equal("fileName=a,b\nnetworkDestinationIPv4=192.0.2.9\nnetworkDestinationPort=443", Canonical(observables));
        Assert.Equal(Canonical(observables), Canonical([.. observables.Reverse()]));
    }

    [Fact]
    public void Type_and_value_of_a_hash_stay_together()
    {
        var fields = GraphFields.Of(
            [new Observable.FileHash(HashAlgorithm.Sha1, "0000"),
                new Observable.FileHash(HashAlgorithm.Md5, "ffff")], GraphProduct.Sentinel);

        Assert.Equal(["fileHashType=md5", "fileHashValue=ffff"], fields.Select(f => f.ToString()));
    }

    [Fact]
    public void Observables_unknown_to_Defender_are_skipped()
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
    public void STIX_patterns_are_skipped() =>
        Assert.Equal(
            SkipReason.NoFieldHere,
            GraphProduct.Defender.SkipReasonFor(
                Supporting([]) with { Single = SomeIndicator.Address(1), Type = "stix2-pattern" }, IndicatorAction.Alert));

    [Fact]
    public void Observables_without_field_and_the_warn_action_are_skipped_for_Sentinel()
    {
        Assert.Equal(SkipReason.NoFieldHere, GraphProduct.Sentinel.SkipReasonFor(Supporting([]), IndicatorAction.Alert));
        Assert.Equal(
            SkipReason.NoFieldHere,
            GraphProduct.Sentinel.SkipReasonFor(Supporting([new Observable.RegistryKey(@"HKLM\x")]), IndicatorAction.Alert));
        Assert.Equal(
            SkipReason.ActionNotAllowed, GraphProduct.Sentinel.SkipReasonFor(Supporting([SomeIndicator.Address(1)]), IndicatorAction.Warn));
        Assert.Null(GraphProduct.Sentinel.SkipReasonFor(Supporting([SomeIndicator.Address(1)]), IndicatorAction.Block));
    }

    private static SkipReason? Refused(Observable? single) =>
        GraphProduct.Defender.SkipReasonFor(Supporting([]) with { Single = single }, IndicatorAction.Alert);

    private static Core.Domain.IndicatorSource Supporting(Observable[] combination) =>
        new() { Attribute = Key, Part = 0, Type = "x", Combined = [.. combination] };

    private static string Canonical(IReadOnlyList<Observable> observables) =>
        string.Join('\n', GraphFields.Of(observables, GraphProduct.Sentinel));

    private static (ReadOnlyMemory<byte> Body, ItemHashes Marks) Write(
        GraphProduct product, Indicator indicator, StepAction action, DateTimeOffset? expires = null)
    {
        var body = new ArrayBufferWriter<byte>();
        var identity = SomeIndicator.Identity(Key, action == StepAction.Create ? null : "0f3c0000-0000-4000-8000-000000000001");
        var marks = GraphItem.Write(body, product, indicator, identity with { Expires = expires ?? identity.Expires }, action);
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
