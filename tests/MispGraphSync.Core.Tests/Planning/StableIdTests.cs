using MispGraphSync.Core.Domain;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public class StableIdTests
{
    // Golden: if one of these changes, every indicator ever sent is orphaned.
    [Theory]
    [InlineData("misp-graph", "graph", "Azure Sentinel", "domainName=evil.example", 0, "b42c9421-9407-5369-8bb9-a88936a4d54e")]
    [InlineData("misp-graph", "sentinel", "misp-graph", "[ipv4-addr:value = '198.51.100.7']", 0, "fafda436-e704-5411-a958-6924c486f585")]
    [InlineData("misp-graph", "sentinel", "misp-graph", "[ipv4-addr:value = '198.51.100.7']", 1, "06f5d853-812b-550e-b713-f1296e112a8f")]
    [InlineData("other", "defender", "", "DomainName:evil.example", 0, "a512f698-e62f-5be4-8320-e0c4e2f0311f")]
    public void Golden_keys_do_not_change(string instance, string kind, string scope, string canonical, int generation, string key) =>
        Assert.Equal(key, StableId.ForIndicator(instance, kind, scope, canonical, generation).ToString());

    [Fact]
    public void Key_is_a_version_5_UUID_of_the_RFC_variant()
    {
        var text = StableId.From("anything").ToString();

        Assert.Equal('5', text[14]);
        Assert.Contains(text[19], "89ab");
    }

    [Fact]
    public void Single_observables_ignore_direction_and_role()
    {
        var address = System.Net.IPAddress.Parse("203.0.113.9");

        Assert.Equal(
            ObservableKey.OfSingle(new Observable.NetworkAddress(address, Direction.Source)),
            ObservableKey.OfSingle(new Observable.NetworkAddress(address, Direction.Destination)));
        Assert.NotEqual(
            ObservableKey.OfCombination([new Observable.NetworkAddress(address, Direction.Source)]),
            ObservableKey.OfCombination([new Observable.NetworkAddress(address, Direction.Destination)]));
    }

    [Fact]
    public void Key_does_not_depend_on_the_order_in_a_combination()
    {
        Observable name = new Observable.FileName("a.exe");
        Observable hash = new Observable.FileHash(HashAlgorithm.Md5, new string('a', 32));

        Assert.Equal(ObservableKey.OfCombination([name, hash]), ObservableKey.OfCombination([hash, name]));
    }

    [Fact]
    public void Key_of_a_long_text_is_made_as_that_of_a_short_one()
    {
        for (var length = 900; length <= 1_100; length++)
        {
            var canonical = new string('\u00FC', length / 2);
            Assert.Equal(StableId.From($"a\nb\nc\n{canonical}\n3"), StableId.ForIndicator("a", "b", "c", canonical, 3));
        }
    }
}
