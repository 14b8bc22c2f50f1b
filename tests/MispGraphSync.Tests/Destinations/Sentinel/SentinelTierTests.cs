using System.Net;
using MispGraphSync.Core.Domain;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Tests.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Sentinel;

public class SentinelTierTests
{
    private static readonly string[] MatchedTypes =
    [
        "md5", "sha1", "sha256", "filename|md5", "filename|sha1", "filename|sha256", "malware-sample", "ip-src", "ip-dst", "ip-src|port",
        "ip-dst|port", "domain", "hostname", "onion-address", "domain|ip", "hostname|port", "url", "uri", "email", "email-src", "email-dst",
        "email-reply-to", "x509-fingerprint-md5", "x509-fingerprint-sha1", "x509-fingerprint-sha256", "stix2-pattern",
    ];

    [Fact]
    public void Sentinel_matches_the_observables_of_these_types_and_only_stores_the_others()
    {
        var matched = Examples.All.Where(example => Given.Map(example.Type, example.Value).Sources
            .Any(support => support.Single is { } single && SentinelTier.IsMatched(single)));

        Assert.Equal(MatchedTypes.Order(StringComparer.Ordinal), matched.Select(example => example.Type).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_IPv6_address_is_matched_and_a_range_is_not()
    {
        Assert.True(SentinelTier.IsMatched(new Observable.NetworkAddress(IPAddress.Parse("2001:db8::7"), Direction.Unknown)));
        Assert.False(SentinelTier.IsMatched(new Observable.CidrBlock(IPNetwork.Parse("192.0.2.0/24"), Direction.Unknown)));
    }
}
