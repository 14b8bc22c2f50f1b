using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class HostNameTests
{
    [Theory]
    [InlineData("Republic.Example", "republic.example")]
    [InlineData("evil.example.", "evil.example")]
    [InlineData("_dmarc.evil.example", "_dmarc.evil.example")]
    [InlineData("localhost", "localhost")]
    [InlineData("xn--bcher-kva.example", "xn--bcher-kva.example")]
    [InlineData("B\u00DCCHER.example", "xn--bcher-kva.example")]
    [InlineData("bu\u0308cher\u3002example", "xn--bcher-kva.example")]
    [InlineData("l\u00B7l.example", "xn--ll-0ea.example")]
    // Compatibility characters: full width, ligature, circled digit, superscript, mathematical, Roman numeral, square unit.
    [InlineData("\uFF45\uFF56\uFF49\uFF4C\uFF0E\uFF25xample", "evil.example")]
    [InlineData("\uFB01sh.example", "fish.example")]
    [InlineData("\u2460.example", "1.example")]
    [InlineData("x\u00B2.example", "x2.example")]
    [InlineData("\uD835\uDC1E\uD835\uDC2F\uD835\uDC22\uD835\uDC25.example", "evil.example")]
    [InlineData("\u2173.example", "iv.example")]
    [InlineData("\u3392.example", "mhz.example")]
    // Characters that are removed: soft hyphen, zero-width space, word joiner, byte-order mark, variation selectors, grapheme joiner.
    [InlineData("ev\u00ADil.example", "evil.example")]
    [InlineData("ev\u200Bil.exam\u2060ple", "evil.example")]
    [InlineData("www.\u200Bevil.\u200Bexample", "www.evil.example")]
    [InlineData("ev\uFEFFil.ex\uFE00am\u034Fple", "evil.example")]
    [InlineData("\u2603\uFE0F.example", "xn--n3h.example")]
    // Capitals of every script; sharp s stays a letter of its own.
    [InlineData("\u0130stanbul.example", "xn--istanbul-o0e.example")]
    [InlineData("\u0415\u0412\u0418\u041B.example", "xn--b1afkm.example")]
    [InlineData("\u03A3\u03A3.example", "xn--4xaa.example")]
    [InlineData("fa\u00DF.example", "xn--fa-hia.example")]
    [InlineData("FA\u1E9E.example", "xn--fa-hia.example")]
    // Composition after the mapping: a full-width letter with a mark.
    [InlineData("\uFF55\u0308.example", "xn--tda.example")]
    // Joiners where a script needs them.
    [InlineData("\u0646\u0627\u0645\u0647\u200C\u0627\u06CC.example", "xn--mgba3gch31f060k.example")]
    [InlineData("\u0DC1\u0DCA\u200D\u0DBB\u0DD3.example", "xn--10cl1a0b660p.example")]
    // The other full stops.
    [InlineData("evil\uFF61example", "evil.example")]
    [InlineData("evil.example\u3002", "evil.example")]
    public void Domain_is_normalised_to_its_wire_form(string value, string domain) =>
        Assert.Equal(["domain:" + domain], Given.Map("domain", value).Singles());

    [Theory]
    // The first and the last letters of two cursive scripts.
    [InlineData("\u0620\u200C\u0620.example")]
    [InlineData("\u08A0\u200C\u08C7.example")]
    [InlineData("\u1820\u200C\u18AA.example")]
    public void Joiner_keeps_letters_of_a_cursive_script_apart(string value) =>
        Assert.NotEqual(
            Given.Map("domain", value.Replace("\u200C", "", StringComparison.Ordinal)).Singles(), Given.Map("domain", value).Singles());

    [Theory]
    [InlineData("*.evil.example")]
    [InlineData("http://evil.example")]
    [InlineData("evil example")]
    [InlineData("evil[.]example")]
    [InlineData("evil..example")]
    [InlineData(".evil.example")]
    [InlineData(".")]
    [InlineData("evil.example/path")]
    [InlineData("evil.example:443")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.300")]
    [InlineData("evil\u2026.example")]
    [InlineData("evil\uFFFD.example")]
    [InlineData("evil\u200E.example")]
    [InlineData("evil.example\u200Bother.example")]
    [InlineData("evil.example\uFEFFother.example")]
    [InlineData("evil\u202Eelpmaxe.example")]
    [InlineData("evil\u00A0.example")]
    [InlineData("ev\u200Dil.example")]
    [InlineData("ev\u200Cil.example")]
    [InlineData("\u0628\u200C.example")]
    [InlineData("\u200C\u0628.example")]
    [InlineData("\u0628\u200Cb.example")]
    [InlineData("b\u200C\u0628.example")]
    [InlineData("\u0628\u200D\u0628.example")]
    [InlineData("\u0308evil.example")]
    [InlineData("\u201Cevil.example\u201D")]
    [InlineData("evil\uFF0Fexample.test")]
    [InlineData("\u2105.example")]
    [InlineData("xn--\u00FC.example")]
    [InlineData("\uE000.example")]
    [InlineData("\uDB40\uDC41.example")]
    [InlineData("\u00AD.example")]
    [InlineData("\uFF11\uFF19\uFF12.0.2.7")]
    [InlineData("192.0.2.0x7")]
    [InlineData("0xC0000207")]
    public void Invalid_host_names_are_skipped(string value) =>
        Assert.Equal(["invalid-domain"], Given.Map("domain", value).Outcomes());

    [Fact]
    public void A_name_ends_at_253_characters_and_a_label_at_63()
    {
        var label = new string('a', 63);
        var longest = string.Join('.', label, label, label, new string('a', 61));

        Assert.Equal(["mapped"], Given.Map("hostname", longest).Outcomes());
        Assert.Equal(["mapped"], Given.Map("hostname", longest + ".").Outcomes());
        Assert.Equal(["invalid-domain"], Given.Map("hostname", longest + "a").Outcomes());
        Assert.Equal(["invalid-domain"], Given.Map("hostname", label + "a.example").Outcomes());
        Assert.Equal(["invalid-domain"], Given.Map("hostname", new string('\u00FC', 64) + ".example").Outcomes());
    }
}
