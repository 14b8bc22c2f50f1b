using System.Buffers;
using System.Net;
using System.Text.Json;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Defender;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Defender;

public class DefenderItemTests
{
    private const string Sha1 = "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3";
    private static readonly Guid Key = new("6f000000-0000-5000-8000-000000000001");

    private static readonly Indicator Rich = SomeIndicator.Of(new Observable.FileHash(HashAlgorithm.Sha1, Sha1)) with
    {
        Action = IndicatorAction.Block,
        Severity = ThreatLevel.High,
        Title = "Invoices\r\nwith \u202Eexe.tenohp <inside> — and a title that goes on and on "
            + "until it is much longer than the hundred characters 👩‍💻",
        Comment = "seen in\nthe wild",
        Type = "sha1",
        Category = "Payload delivery",
        Sources =
        [
            new SourceReference(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a001"), "one"),
            new SourceReference(SomeIndicator.Event, new Guid("5f000000-0000-4000-8000-00000000a002"), "one"),
            new SourceReference(new Guid("5f000000-0000-4000-8000-00000000e002"), new Guid("5f000000-0000-4000-8000-00000000a003"), "two"),
        ],
    };

    [Fact]
    public void File_to_block_has_its_documented_form() => Snapshot.Matches(Write(Rich, ["Servers", "Köln"]).Body, "defender-file-block");

    [Fact]
    public void Address_to_alert_on_has_its_documented_form()
    {
        var address = new Observable.NetworkAddress(IPAddress.Parse("2606:4700::6810:84e5"), Direction.Source);

        Snapshot.Matches(Write(SomeIndicator.Of(address)).Body, "defender-ipv6-alert");
    }

    [Fact]
    public void Certificate_to_allow_has_its_documented_form()
    {
        var certificate = SomeIndicator.Of(new Observable.CertificateFingerprint(HashAlgorithm.Sha1, Sha1));
        var allowed = certificate with { Action = IndicatorAction.Allow, Severity = ThreatLevel.Undefined };

        Snapshot.Matches(Write(allowed).Body, "defender-certificate-allow");
    }

    [Fact]
    public void Url_to_warn_about_has_its_documented_form()
    {
        var url = SomeIndicator.Of(new Observable.Url("https://evil.example/A?b=1&c='\""));

        Snapshot.Matches(Write(url with { Action = IndicatorAction.Warn, Severity = ThreatLevel.Low }).Body, "defender-url-warn");
    }

    [Theory]
    [InlineData(IndicatorAction.Block, true, true)]
    [InlineData(IndicatorAction.Warn, true, true)]
    [InlineData(IndicatorAction.Block, false, false)]
    [InlineData(IndicatorAction.Warn, false, false)]
    [InlineData(IndicatorAction.Alert, false, true)]
    [InlineData(IndicatorAction.Allow, true, null)]
    public void Alert_follows_the_setting_only_for_block_and_warn(IndicatorAction action, bool alerts,
        bool? written)
    {
        foreach (var kind in Kinds.Values)
        {
            if (DefenderLimits.SkipReasonFor(kind, action) is not null) continue;
            using var item = JsonDocument.Parse(Write(SomeIndicator.Of(kind) with { Action = action }, alerts: alerts).Body);

            Assert.Equal(written, item.RootElement.TryGetProperty("generateAlert", out var value) ? value.GetBoolean() : null);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Every_accepted_type_and_action_follows_the_rules(string what, IndicatorAction action)
    {
        var observable = Kinds[what];
        if (DefenderLimits.SkipReasonFor(observable, action) is { } reason)
        {
            Assert.Equal((SkipReason.ActionNotAllowed, "certificate"), (reason, what));
            return;
        }

        using var item = JsonDocument.Parse(Write(SomeIndicator.Of(observable) with { Action = action }).Body);
        Assert.Empty(DefenderImportRules.OfItem(item.RootElement));
    }

    public static TheoryData<string, IndicatorAction> Pairs()
    {
        var pairs = new TheoryData<string, IndicatorAction>();
        foreach (var kind in Kinds.Keys)
        {
            foreach (var action in Enum.GetValues<IndicatorAction>()) pairs.Add(kind, action);
        }
        return pairs;
    }

    private static readonly Dictionary<string, Observable> Kinds = new()
    {
        ["ipv4"] = new Observable.NetworkAddress(IPAddress.Parse("8.9.10.11"), Direction.Source),
        ["ipv6"] = new Observable.NetworkAddress(IPAddress.Parse("2606::1"), Direction.Unknown),
        ["mail server"] = new Observable.EmailSourceAddress(IPAddress.Parse("8.9.10.11")),
        ["domain"] = new Observable.DomainName("evil.example"),
        ["url"] = new Observable.Url("http://evil.example:8080/x?y#z"),
        ["md5"] = new Observable.FileHash(HashAlgorithm.Md5, new string('a', 32)),
        ["sha1"] = new Observable.FileHash(HashAlgorithm.Sha1, Sha1),
        ["sha256"] = new Observable.FileHash(HashAlgorithm.Sha256, new string('b', 64)),
        ["certificate"] = new Observable.CertificateFingerprint(HashAlgorithm.Sha1, Sha1),
    };

    [Fact]
    public void Arbitrary_text_follows_the_rules() =>
        Gen.Select(Gen.String, Gen.String, Gen.String).Sample((title, comment, category) =>
        {
            var plain = SomeIndicator.Of(SomeIndicator.Address(1));
            using var item = JsonDocument.Parse(Write(plain with { Title = title, Comment = comment, Category = category }).Body);
            Assert.Empty(DefenderImportRules.OfItem(item.RootElement));
            Assert.InRange(item.RootElement.GetProperty("description").GetString()!.Length, 1, DefenderItem.MaxDescription);
        });

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n ")]
    [InlineData("\u202E\u0000")]
    public void Title_is_never_empty(string title) =>
        Assert.Equal($"MISP event {SomeIndicator.Event:D}", DefenderItem.Title(Rich with { Title = title }));

    [Fact]
    public void Expiry_is_not_in_the_content_hash_and_the_action_is_immutable()
    {
        var before = Write(Rich).Marks;

        Assert.Equal(before, Write(Rich, expires: SomeIndicator.Expires.AddDays(9)).Marks);
        var severe = Write(Rich with { Severity = ThreatLevel.Low }).Marks;
        Assert.NotEqual(before.Content, severe.Content);
        Assert.Equal(before.Immutable, severe.Immutable);
        Assert.NotEqual(before.Immutable, Write(Rich with { Action = IndicatorAction.Alert }).Marks.Immutable);
        Assert.NotEqual(before.Content, Write(Rich, ["Servers"]).Marks.Content);
    }

    private static (ReadOnlyMemory<byte> Body, ItemHashes Marks) Write(Indicator indicator, IReadOnlyList<string>? groups = null,
        DateTimeOffset? expires = null, bool? alerts = true)
    {
        var body = new ArrayBufferWriter<byte>();
        var marks = DefenderItem.Write(body, "misp-graph", groups ?? [], alerts, indicator,
            SomeIndicator.Identity(Key) with { Expires = expires ?? SomeIndicator.Expires });
        return (body.WrittenMemory, marks);
    }
}
