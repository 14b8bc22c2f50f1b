using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class CompositeTests
{
    private static readonly string Md5 = Examples.Hex(32);

    [Fact]
    public void File_name_ends_at_the_last_bar()
    {
        var mapped = Given.Map("filename|md5", $"a|b|c.exe|{Md5}");

        Assert.Equal([$"name:a|b|c.exe + Md5:{Md5}"], mapped.Combined());
    }

    [Fact]
    public void Blanks_around_the_bar_are_trimmed()
    {
        var mapped = Given.Map("filename|md5", $"a.exe | {Md5}");

        Assert.Equal([$"name:a.exe + Md5:{Md5}"], mapped.Combined());
    }

    [Fact]
    public void Path_before_a_hash_gives_its_last_part()
    {
        var mapped = Given.Map("malware-sample", $@"%PUBLIC%\Videos\a.exe|{Md5}");

        Assert.Equal([$"name:a.exe + Md5:{Md5}"], mapped.Combined());
    }

    [Fact]
    public void A_hash_without_a_file_name_is_still_a_hash()
    {
        Assert.Equal([$"Md5:{Md5}"], Given.Map("filename|md5", "|" + Md5).Combined());
    }

    [Theory]
    [InlineData("filename|sha256", "t1fde0f101c9395f39ecd16430b41041a5")]
    [InlineData("domain|ip", "evil.example")]
    [InlineData("domain|ip", "evil.example|192.0.2.7|192.0.2.8")]
    [InlineData("hostname|port", "evil.example")]
    [InlineData("ip-dst|port", "192.0.2.7")]
    [InlineData("ip-dst|port", "2001:db8::7")]
    [InlineData("ip-dst|port", "192.0.2.7|80|81")]
    public void Composite_without_its_bar_is_invalid(string type, string value) =>
        Assert.Equal(["invalid-value"], Given.Map(type, value).Outcomes());

    [Theory]
    [InlineData("filename|md5", "a.exe|abc", "invalid-hash")]
    [InlineData("domain|ip", "evil.example|nowhere", "invalid-address")]
    [InlineData("domain|ip", "*.evil.example|192.0.2.7", "invalid-domain")]
    [InlineData("ip-dst|port", "nowhere|80", "invalid-address")]
    public void Composite_with_an_invalid_half_is_invalid(string type, string value, string outcome) =>
        Assert.Equal([outcome], Given.Map(type, value).Outcomes());

    [Theory]
    [InlineData("192.0.2.7|0")]
    [InlineData("192.0.2.7|65536")]
    [InlineData("192.0.2.7|http")]
    [InlineData("192.0.2.7|")]
    [InlineData("192.0.2.7|-1")]
    public void Invalid_port_is_dropped_and_the_address_kept(string value) =>
        Assert.Equal(["ip-dst:192.0.2.7"], Given.Map("ip-dst|port", value).Combined());

    [Theory]
    [InlineData("ip-dst|port", "192.0.2.7:443", "ip-dst:192.0.2.7 + port-dst:443")]
    [InlineData("ip-src|port", "2001:db8::7|443", "ip-src:2001:db8::7 + port-src:443")]
    [InlineData("ip-dst|port", "[2001:db8::7]|443", "ip-dst:2001:db8::7 + port-dst:443")]
    [InlineData("hostname|port", "evil.example:443", "domain:evil.example + port:443")]
    [InlineData("hostname|port", "192.0.2.7|443", "ip-dst:192.0.2.7 + port:443")]
    public void Host_and_port_are_split(string type, string value, string together) =>
        Assert.Equal([together], Given.Map(type, value).Combined());
}
