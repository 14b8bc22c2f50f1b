using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class AttributeMapTests
{
    public static TheoryData<string> Mapped => [.. Examples.All.Select(example => example.Type)];

    public static TheoryData<string> NotMapped => [.. AttributeMap.Types.Except(Examples.All.Select(example => example.Type))];

    [Theory]
    [MemberData(nameof(Mapped))]
    public void Detectable_type_gives_the_observables_of_its_example(string type)
    {
        var example = Examples.All.Single(example => example.Type == type);

        var mapped = Given.Map(type, example.Value);

        Assert.Equal(["mapped"], mapped.Outcomes());
        Assert.Equal(example.Combined, string.Concat(mapped.Combined()));
        Assert.Equal(example.Singles, mapped.Singles());
    }

    [Theory]
    [MemberData(nameof(NotMapped))]
    public void Other_types_give_nothing_for_any_value(string type)
    {
        string[] values = ["evil.example", "192.0.2.7", Examples.Hex(32), "https://evil.example/", "1"];

        var mapped = values.Select(value => Given.Map(type, value)).ToList();

        Assert.All(mapped, item => Assert.Empty(item.Sources));
        Assert.All(mapped, item => Assert.False(item.Attributes[0].Outcome.IsMapped));
    }

    [Theory]
    [InlineData("passport-number", SkipReason.PersonalData)]
    [InlineData("passenger-name-record-locator-number", SkipReason.PersonalData)]
    [InlineData("target-email", SkipReason.VictimData)]
    [InlineData("email-dst-display-name", SkipReason.VictimData)]
    [InlineData("cc-number", SkipReason.FinancialData)]
    [InlineData("phone-number", SkipReason.FinancialData)]
    [InlineData("whois-registrant-email", SkipReason.RegistrationData)]
    [InlineData("pgp-private-key", SkipReason.KeyMaterial)]
    [InlineData("jabber-id", SkipReason.AccountName)]
    [InlineData("chrome-extension-id", SkipReason.ApplicationId)]
    [InlineData("vulnerability", SkipReason.DescribesTarget)]
    [InlineData("ja3-fingerprint-md5", SkipReason.Fingerprint)]
    [InlineData("hassh-md5", SkipReason.Fingerprint)]
    [InlineData("yara", SkipReason.Rule)]
    [InlineData("snort", SkipReason.Rule)]
    [InlineData("email-body", SkipReason.FreeText)]
    [InlineData("text", SkipReason.Untyped)]
    [InlineData("uuid", SkipReason.Untyped)]
    [InlineData("pdb", SkipReason.UnsupportedType)]
    [InlineData("regkey|value", SkipReason.UnsupportedType)]
    [InlineData("size-in-bytes", SkipReason.WeakAlone)]
    [InlineData("type-of-tomorrow", SkipReason.UnknownType)]
    [InlineData("MD5", SkipReason.UnknownType)]
    public void Type_that_is_never_an_indicator_has_its_reason(string type, SkipReason reason) =>
        Assert.Equal(reason, Given.Map(type, "12345").Attributes[0].Outcome.SkipReason);

    [Fact]
    public void Each_reason_has_as_many_types_as_the_contract_counts()
    {
        var counts = AttributeMap.Types.Select(type => Given.Map(type, "x").Attributes[0].Outcome.SkipReason)
            .Where(reason => reason is >= SkipReason.UnknownType and < SkipReason.EmptyValue)
            .CountBy(reason => reason!.Value).ToDictionary();

        Assert.Equal(25, counts[SkipReason.PersonalData]);
        Assert.Equal(7, counts[SkipReason.RegistrationData]);
        Assert.Equal(11, counts[SkipReason.FinancialData]);
        Assert.Equal(10, counts[SkipReason.Fingerprint]);
        Assert.Equal(13, counts[SkipReason.Untyped]);
        // 112 types that are nothing, and four kinds of rules.
        Assert.Equal(116, counts.Values.Sum());
    }

    [Theory]
    [InlineData("comment")]
    [InlineData("threat-actor")]
    [InlineData("campaign-name")]
    [InlineData("campaign-id")]
    [InlineData("malware-type")]
    public void Event_level_types_are_context_even_without_to_ids(string type)
    {
        var attribute = Given.Attribute(type, "words") with { ToIds = false, OnWarninglist = true };

        Assert.Equal(["context"], attribute.Map().Outcomes());
        Assert.Equal(["deleted"], (attribute with { Deleted = true }).Map().Outcomes());
    }

    [Fact]
    public void First_applicable_reason_is_used()
    {
        var attribute = Given.Attribute("passport-number", "") with { ToIds = false, OnWarninglist = true, Deleted = true };

        Assert.Equal(["deleted"], attribute.Map().Outcomes());
        Assert.Equal(["not-for-detection"], (attribute with { Deleted = false }).Map().Outcomes());
        Assert.Equal(["warninglist"], (attribute with { Deleted = false, ToIds = true }).Map().Outcomes());
        Assert.Equal(["personal-data"], (attribute with { Deleted = false, ToIds = true, OnWarninglist = false }).Map().Outcomes());
        Assert.Equal(["empty-value"], Given.Map("md5", " \u200B ").Outcomes());
    }

    [Fact]
    public void Disabled_switches_skip_no_attributes()
    {
        var attribute = Given.Attribute("domain", "evil.example") with { ToIds = false, OnWarninglist = true };

        Assert.Equal(["warninglist"], attribute.Map(Given.Context with { ToIdsOnly = false }).Outcomes());
        Assert.Equal(["mapped"], attribute.Map(Given.Context with { ToIdsOnly = false, EnforceWarninglist = false }).Outcomes());
    }

    [Fact]
    public void Attribute_without_a_uuid_gets_a_stable_one()
    {
        var attribute = Given.Attribute("domain", "evil.example") with { Uuid = null };

        var (first, second) = (attribute.Map(), attribute.Map());

        Assert.Equal(first.Attributes[0].Id, second.Attributes[0].Id);
        Assert.Equal(first.Attributes[0].Id, first.Sources[0].Attribute);
        Assert.NotEqual(first.Attributes[0].Id, attribute.Map(Given.Context with { Source = "other" }).Attributes[0].Id);
    }

    [Fact]
    public void Source_carries_the_fields_of_its_attribute()
    {
        var attribute = Given.Attribute("domain|ip", "evil.example|192.0.2.7") with
        {
            Category = "Network activity",
            Comment = "seen twice",
            Timestamp = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
            FirstSeen = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000),
            Tags = [new("tlp:green")],
        };

        var sources = attribute.Map().Sources;

        Assert.Equal([0, 1], sources.Select(source => source.Part));
        Assert.All(sources, source => Assert.Equal(
            ("domain|ip", "Network activity", "seen twice", attribute.Timestamp, attribute.FirstSeen, "tlp:green"),
            (source.Type, source.Category, source.Comment, source.Timestamp, source.FirstSeen, source.Tags[0].Name)));
    }

    [Fact]
    public void Table_has_exactly_the_types_of_MISP()
    {
        var file = SharedFolder.Find("contracts/misp-attribute-types.json");
        Assert.SkipWhen(file is null, "The shared contracts are not beside this clone.");
        using var document = JsonDocument.Parse(File.ReadAllBytes(file!));

        var types = document.RootElement.GetProperty("types").EnumerateArray().Select(type => type.GetString()!).ToList();

        Assert.Equal(types.Order(StringComparer.Ordinal), AttributeMap.Types.Order(StringComparer.Ordinal));
    }
}
