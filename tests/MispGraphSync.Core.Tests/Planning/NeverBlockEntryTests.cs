using MispGraphSync.Core.Planning;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public class NeverBlockEntryTests
{
    [Theory]
    [InlineData("contoso.example", "contoso.example")]
    [InlineData(" Contoso.Example. ", "contoso.example")]
    [InlineData("*.contoso.example", "contoso.example")]
    [InlineData(".contoso.example", "contoso.example")]
    [InlineData("contoso.example:443", "contoso.example")]
    [InlineData("*.contoso.example:8443", "contoso.example")]
    [InlineData("b\u00FCcher.example", "xn--bcher-kva.example")]
    [InlineData("\uFF43ontoso\u3002example", "contoso.example")]
    [InlineData("localhost", "localhost")]
    [InlineData("intranet:8080", "intranet")]
    [InlineData("1-2.contoso.example", "1-2.contoso.example")]
    public void Name_may_have_a_wildcard_a_dot_or_a_port(string text, string name) =>
        Assert.Equal(new NeverBlockEntry.Name(name), NeverBlockEntry.Read(text, out _));

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7/32")]
    [InlineData("203.0.113.7:443", "203.0.113.7/32")]
    [InlineData("203.0.113.7/32", "203.0.113.7/32")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7/32")]
    [InlineData("2001:DB8::7", "2001:db8::7/128")]
    [InlineData("[2001:db8::7]", "2001:db8::7/128")]
    [InlineData("[2001:db8::7]:443", "2001:db8::7/128")]
    [InlineData("203.0.113.9/24", "203.0.113.0/24")]
    [InlineData("203.0.113.9/255.255.255.0", "203.0.113.0/24")]
    [InlineData("203.0.113.9/255.255.255.255", "203.0.113.9/32")]
    [InlineData("2001:db8::7/48", "2001:db8::/48")]
    [InlineData("203.0.113.*", "203.0.113.0/24")]
    [InlineData("203.0.*.*", "203.0.0.0/16")]
    [InlineData("203.0.*", "203.0.0.0/16")]
    [InlineData("203.0.113.x", "203.0.113.0/24")]
    [InlineData("203.0.113.0-203.0.113.255", "203.0.113.0/24")]
    [InlineData("203.0.113.1-203.0.113.5", "203.0.113.1/32 203.0.113.2/31 203.0.113.4/31")]
    [InlineData("203.0.113.1 - 203.0.113.2", "203.0.113.1/32 203.0.113.2/32")]
    [InlineData("203.0.113.4-7", "203.0.113.4/30")]
    [InlineData("203.0.113.7-203.0.113.7", "203.0.113.7/32")]
    [InlineData("255.255.255.254-255.255.255.255", "255.255.255.254/31")]
    [InlineData("2001:db8::1-2001:db8::2", "2001:db8::1/128 2001:db8::2/128")]
    [InlineData("2001:db8::-2001:db8::ffff:ffff:ffff:ffff", "2001:db8::/64")]
    [InlineData("ffff::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff::/16")]
    [InlineData("::ffff:ffff:ffff:fffe-::ffff:ffff:ffff:ffff", "::ffff:ffff:ffff:fffe/127")]
    public void Address_may_be_any_form_of_range(string text, string ranges) =>
        Assert.Equal(ranges, string.Join(' ', Assert.IsType<NeverBlockEntry.Ranges>(NeverBlockEntry.Read(text, out _)).Value));

    [Theory]
    [InlineData("0123456789ABCDEF0123456789abcdef", "0123456789abcdef0123456789abcdef")]
    [InlineData("01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67", "0123456789abcdef0123456789abcdef01234567")]
    [InlineData("3:AbC:dEf", "3:AbC:dEf")]
    [InlineData("T10123456789ABCDEF0123456789ABCDEF0123456789ABCDEF", "t10123456789abcdef0123456789abcdef0123456789abcdef")]
    public void Hash_may_have_capitals_and_colons(string text, string hash) =>
        Assert.Equal(new NeverBlockEntry.Hash(hash), NeverBlockEntry.Read(text, out _));

    [Theory]
    [InlineData("", null)]
    [InlineData("contoso_.example!", null)]
    [InlineData("contoso.example fabrikam.example", null)]
    [InlineData("https://contoso.example/x", "without the scheme")]
    [InlineData("contoso.example/x", "without the path")]
    [InlineData("info@contoso.example", "without what comes before the @")]
    [InlineData("contoso.example, fabrikam.example", "as an item of its own")]
    [InlineData("AS64500", "no place for an AS number")]
    [InlineData("0123456789abcdef0123456789abcdef0", "No hash has 33 digits.")]
    [InlineData("*", "A * can be")]
    [InlineData("*contoso.example", "A * can be")]
    [InlineData("www.*.example", "A * can be")]
    [InlineData("contoso.*", "A * can be")]
    [InlineData("203.*.113.7", "A * can be")]
    [InlineData("2001:db8:*", "A * can be")]
    [InlineData("0.0.0.0/0", "every address")]
    [InlineData("::/0", "every address")]
    [InlineData("203.0.113.0/33", "1 to 32")]
    [InlineData("203.0.113.0/255.0.255.0", "1 to 32")]
    [InlineData("203.0.113", "address in full")]
    [InlineData("203.0.113.", "address in full")]
    [InlineData("203.0.113.256", "address in full")]
    [InlineData("010.0.0.1", "address in full")]
    [InlineData("3405803783", "address in full")]
    [InlineData("0xcb007107", "address in full")]
    [InlineData("203.0.113.9-203.0.113.1", "address in full")]
    [InlineData("203.0.113.9-1", "address in full")]
    [InlineData("203.0.113.9-300", "address in full")]
    [InlineData("203.0.113.9-2001:db8::1", "address in full")]
    [InlineData("0.0.0.0-255.255.255.255", "address in full")]
    [InlineData("00:00:5e:00:53:01", "address in full")]
    public void Entry_that_would_protect_nothing_is_rejected(string text, string? remedy)
    {
        Assert.Null(NeverBlockEntry.Read(text, out var said));
        if (remedy is null) Assert.Null(said);
        else Assert.Contains(remedy, said, StringComparison.Ordinal);
    }
}
