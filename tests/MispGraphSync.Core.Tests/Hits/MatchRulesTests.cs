using System.Net;
using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Hits;
using Xunit;

namespace MispGraphSync.Tests.Hits;

/// <summary>Which indicators an observed value may come from.</summary>
public sealed class MatchRulesTests
{
    private static readonly MatchRules Custom = new(UrlsCoverPaths: true, HasRanges: false);
    private static readonly MatchRules Logs = new(UrlsCoverPaths: false, HasRanges: true);

    [Fact]
    public void A_host_matches_its_own_name_and_then_its_parents_the_longest_first()
    {
        var found = Logs.CandidatesOf(ObservedValue.OfHost("A.B.Example.org.")!).Cast<Observable.DomainName>().Select(one => one.Value);

        Assert.Equal(["a.b.example.org", "b.example.org", "example.org"], found);
    }

    [Fact]
    public void A_host_also_matches_the_URLs_of_the_whole_host_where_the_service_says_so()
    {
        Observable[] expected =
        [
            new Observable.DomainName("www.h.example"),
            .. new[] { "http://www.h.example", "https://www.h.example", "www.h.example" }
                .SelectMany(url => (Observable[])[new Observable.Url(url), new Observable.Url(url + "/")]),
            new Observable.DomainName("h.example"),
        ];

        Assert.Equal(expected, Custom.CandidatesOf(ObservedValue.OfHost("www.h.example")!));
    }

    [Theory]
    [InlineData("http://h.example/a/b?q=1#f", "http://h.example/a/b", true)]
    [InlineData("http://h.example/a/b", "http://h.example/a/", true)]
    [InlineData("http://h.example/a/b", "http://h.example/a", true)]
    [InlineData("http://h.example/ab", "http://h.example/a", false)]
    [InlineData("http://h.example/a/b", "http://h.example", true)]
    [InlineData("http://h.example/a/b", "https://h.example/a", false)]
    [InlineData("h.example/a/b", "https://h.example/a", true)]
    [InlineData("http://h.example/a/b", "h.example/a", true)]
    [InlineData("http://h.example:8080/a", "http://h.example/a", false)]
    public void A_URL_covers_longer_paths_only_where_the_service_says_so(string seen, string indicator, bool covers)
    {
        var value = ObservedValue.OfUrl(seen)!;

        Assert.Equal(covers, Custom.CandidatesOf(value).Contains(new Observable.Url(indicator)));
        Assert.DoesNotContain(new Observable.Url(indicator), Logs.CandidatesOf(value));
        Assert.Contains(new Observable.Url(seen), Logs.CandidatesOf(value));
    }

    [Fact]
    public void The_host_of_a_URL_comes_after_the_URL_itself()
    {
        var found = Custom.CandidatesOf(ObservedValue.OfUrl("http://www.h.example/a")!).ToList();

        var (url, host) = (new Observable.Url("http://www.h.example/a"), new Observable.DomainName("www.h.example"));
        Assert.InRange(found.IndexOf(url), 0, found.IndexOf(host));
        Assert.Contains(new Observable.DomainName("h.example"), found);
    }

    [Fact]
    public void An_address_is_in_the_ranges_that_contain_it_and_in_no_other()
    {
        var address = IPAddress.Parse("203.0.113.77");
        var seen = ObservedValue.OfHost("203.0.113.77")!;

        var ranges = Logs.CandidatesOf(seen).OfType<Observable.CidrBlock>().ToList();

        Assert.Equal(31, ranges.Count);
        Assert.All(ranges, range => Assert.True(range.Value.Contains(address)));
        Assert.Contains(ranges, range => range.Value == IPNetwork.Parse("203.0.113.0/24"));
        Assert.Equal(new Observable.NetworkAddress(address, Direction.Unknown), Logs.CandidatesOf(seen).First());
        Assert.Equal([new Observable.NetworkAddress(address, Direction.Unknown)], Custom.CandidatesOf(seen));
        Assert.Equal(127, Logs.CandidatesOf(ObservedValue.OfAddress("2001:db8::7")!).OfType<Observable.CidrBlock>().Count());
    }

    [Fact]
    public void A_hash_and_a_sender_match_in_their_normal_form()
    {
        var digest = ObservedValue.OfHash(HashAlgorithm.Md5, " ABCDEF0123456789ABCDEF0123456789 ");
        var sender = ObservedValue.OfSender(" Ceo@B\u00DCCHER.example ");

        Assert.Equal(
            [new Observable.FileHash(HashAlgorithm.Md5, "abcdef0123456789abcdef0123456789")], Logs.CandidatesOf(digest!));
        Assert.Equal([new Observable.EmailAddress("Ceo@xn--bcher-kva.example", EmailRole.Sender)], Logs.CandidatesOf(sender!));
        Assert.Null(ObservedValue.OfHash(HashAlgorithm.Md5, null));
        Assert.All(["@h.example", "nobody", null], text => Assert.Null(ObservedValue.OfSender(text)));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("no address")]
    [InlineData("")]
    [InlineData(null)]
    public void A_placeholder_is_no_address(string? text) => Assert.Null(ObservedValue.OfAddress(text));

    [Theory]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:0db8:0000::0001", "2001:db8::1")]
    public void An_address_is_compared_in_its_short_form(string text, string address) =>
        Assert.Equal(new ObservedValue.Address(IPAddress.Parse(address)), ObservedValue.OfAddress(text));

    [Theory]
    [InlineData("https://h.example", "h.example")]
    [InlineData("https://h.example/", "h.example")]
    [InlineData("H.Example", "h.example")]
    public void A_URL_without_a_path_is_its_host(string text, string host) =>
        Assert.Equal(new ObservedValue.Host(host), ObservedValue.OfUrl(text));

    [Fact]
    public void Reading_and_matching_never_throw() => Gen.String.Sample(text =>
    {
        ObservedValue?[] values =
        [
            ObservedValue.OfUrl(text), ObservedValue.OfUrl("http://h.example/" + text), ObservedValue.OfHost(text),
            ObservedValue.OfAddress(text), ObservedValue.OfHash(HashAlgorithm.Sha256, text), ObservedValue.OfSender(text),
        ];
        foreach (var value in values.OfType<ObservedValue>())
        {
            foreach (var rules in (MatchRules[])[Custom, Logs])
                Assert.All(rules.CandidatesOf(value).Take(500), observable => ObservableKey.OfSingle(observable));
        }
    });

    [Fact]
    public void An_alert_counts_only_in_the_time_in_which_the_indicator_was_held()
    {
        var since = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);
        var held = new HeldPeriod(default, null, since, since.AddDays(30));

        Assert.Equal(NotCounted.BeforeSent, held.ReasonAgainst(since.AddTicks(-1), HitMatch.Value));
        Assert.Null(held.ReasonAgainst(since, HitMatch.Value));
        Assert.Equal(NotCounted.AfterEnd, held.ReasonAgainst(since.AddDays(30), HitMatch.Value));
        Assert.Null(held.ReasonAgainst(since.AddDays(-1), HitMatch.Id));
    }
}
