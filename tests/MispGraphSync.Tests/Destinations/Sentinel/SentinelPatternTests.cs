using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Destinations.Sentinel;
using Xunit;

namespace MispGraphSync.Tests.Destinations.Sentinel;

public class SentinelPatternTests
{
    [Fact]
    public void Every_observable_with_a_path_becomes_one_comparison()
    {
        foreach (var (observable, pattern) in StixSamples.EveryPattern()) Assert.Equal(pattern, SentinelPattern.Of(observable));
    }

    [Fact]
    public void Every_kind_of_observable_is_handled()
    {
        var kinds = typeof(Observable).GetNestedTypes().Where(t => t.IsSubclassOf(typeof(Observable)));
        var without = new[]
        {
            typeof(Observable.EmailSourceDomain), typeof(Observable.FilePath), typeof(Observable.FileSize), typeof(Observable.FileType),
            typeof(Observable.FileCompiled), typeof(Observable.FileCreated), typeof(Observable.Port), typeof(Observable.Protocol),
        };

        Assert.Equal(
            kinds.Except(without).Select(t => t.Name).Order(),
            StixSamples.EveryPattern().Select(p => p.Observable.GetType().Name).Distinct().Order());
    }

    [Theory]
    [InlineData(HashAlgorithm.Sha224)]
    [InlineData(HashAlgorithm.Sha384)]
    [InlineData(HashAlgorithm.Sha512Of256)]
    [InlineData(HashAlgorithm.Authentihash)]
    [InlineData(HashAlgorithm.Imphash)]
    [InlineData(HashAlgorithm.Vhash)]
    public void Hash_algorithms_unknown_to_STIX_have_no_pattern(HashAlgorithm algorithm) =>
        Assert.Null(SentinelPattern.Of(new Observable.FileHash(algorithm, "aa")));

    [Fact]
    public void Observables_that_match_too_much_have_no_pattern()
    {
        Assert.Null(SentinelPattern.Of(new Observable.Port(443, Direction.Destination)));
        Assert.Null(SentinelPattern.Of(new Observable.Protocol(6)));
        Assert.Null(SentinelPattern.Of(new Observable.FileSize(1)));
    }

    [Fact]
    public void Direction_does_not_change_the_pattern()
    {
        var patterns = Enum.GetValues<Direction>().Select(d => SentinelPattern.Of(new Observable.NetworkAddress(new([192, 0, 2, 1]), d)));

        Assert.Single(patterns.Distinct());
    }

    [Fact]
    public void Any_text_survives_the_round_trip_through_a_pattern() =>
        Gen.String[Gen.Char[' ', '\uffff'], 1, 50].Sample(text =>
            SentinelPattern.Read(SentinelPattern.Of(new Observable.Mutex(text))!) == ("mutex:name", text));

    [Theory]
    [InlineData("[autonomous-system:number = 64496]", "autonomous-system:number", "64496")]
    [InlineData("[ipv4-addr:value='192.0.2.7']", "ipv4-addr:value", "192.0.2.7")]
    [InlineData("[a:b = 'x' AND c:d = 'y']", "pattern", "[a:b = 'x' AND c:d = 'y']")]
    [InlineData("[a:b LIKE 'x%']", "pattern", "[a:b LIKE 'x%']")]
    [InlineData("[a:b = 'x\\']", "pattern", "[a:b = 'x\\']")]
    [InlineData("alert tcp any", "pattern", "alert tcp any")]
    [InlineData("", "pattern", "")]
    public void Single_comparison_patterns_of_other_tools_are_read(string pattern, string path, string value) =>
        Assert.Equal((path, value), SentinelPattern.Read(pattern));
}
