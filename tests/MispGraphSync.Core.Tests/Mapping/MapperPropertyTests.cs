using CsCheck;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using Xunit;
using Clean = MispGraphSync.Core.Mapping.Normalise.ValueText;

namespace MispGraphSync.Tests.Mapping;

/// <summary>Properties for arbitrary values and for nearly valid ones.</summary>
public class MapperPropertyTests
{
    private static readonly string[] Pieces =
    [
        "evil.example", "192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7", "/24", "/0", "|", ":", "@", ".", "http://", "hxxp://", "%eth0", "[",
        "]", "443", "AS", "[domain-name:value = '", "']", "\\", "'", "\u202E", "\u0000", "\uD83D\uDE00", "b\u00FCcher", "e\u0301", "\uAC00",
        "<", ">",
        "0123456789abcdef0123456789abcdef", "96:abc:def", "2026-01-02T03:04:05+0000", " ", "\u200B",
    ];

    private static readonly string[] Objects =
    [
        "file", "pe", "domain-ip", "ip-port", "url", "email", "network-connection", "network-socket", "x509", "process", "registry-key",
        "mutex", "http-request", "asn", "report",
    ];

    private static readonly string?[] Relations =
    [
        null, "filename", "md5", "richpe", "path", "domain", "hostname", "ip", "ip-dst", "ip-src", "port", "dst-port", "src-port", "AS",
        "url", "host", "from", "return-path", "to", "subject", "from-domain", "image", "name", "dns_names", "layer4-protocol",
        "compilation-timestamp",
    ];

    private static readonly Gen<string> Value = Gen.OneOf(
        Gen.String,
        Gen.OneOf(Pieces).Array[0, 6].Select(string.Concat),
        Gen.OneOf(Examples.All.Select(example => example.Value).ToArray()));

    private static readonly Gen<MispAttribute> Attribute =
        from type in Gen.OneOf([.. AttributeMap.Types, "type-of-tomorrow"])
        from value in Value
        from relation in Gen.OneOf(Relations)
        from flags in Gen.Int[0, 31]
        select new MispAttribute
        {
            Uuid = (flags & 1) == 0 ? null : Given.Number(flags),
            Type = type,
            Value = value,
            ObjectRelation = relation,
            ToIds = (flags & 6) != 0,
            Deleted = (flags & 24) == 24,
            OnWarninglist = (flags & 12) == 12,
        };

    private static readonly Gen<EventItem> Item = Gen.OneOf<EventItem>(
        Attribute.Select(attribute => (EventItem)new EventItem.Attribute(attribute)),
        Gen.Select(Gen.OneOf(Objects), Attribute.Array[0, 12], (name, attributes) =>
            (EventItem)new EventItem.Object(new MispObject { Name = name, Attributes = attributes })));

    private static readonly Gen<MapContext> Context =
        Gen.Select(Gen.Bool, Gen.Bool, (toIds, lists) => new MapContext("test", Given.Number(0xE), toIds, lists));

    [Fact]
    public void Every_attribute_has_one_outcome_and_is_mapped_exactly_when_it_gives_a_source() =>
        Gen.Select(Item, Context).Sample((item, context) =>
        {
            MispAttribute[] attributes = item switch
            {
                EventItem.Attribute attribute => [attribute.Value],
                EventItem.Object thing => [.. thing.Value.Attributes],
                _ => [],
            };

            var mapped = Mapper.Map(item, context);

            Assert.Equal(attributes, mapped.Attributes.Select(outcome => outcome.Attribute));
            Assert.Equal(
                mapped.Attributes.Where(outcome => outcome.Outcome.IsMapped).Select(outcome => outcome.Id).ToHashSet(),
                mapped.Sources.Select(source => source.Attribute).ToHashSet());
            Assert.Distinct(mapped.Sources.Select(source => (source.Attribute, source.Part)));
            Assert.All(mapped.Sources, source => Assert.True(source.Single is not null || !source.Combined.IsEmpty));
        });

    [Fact]
    public void Deleted_known_good_and_not_for_detection_attributes_give_no_source() =>
        Item.Sample(item =>
        {
            var mapped = Mapper.Map(item, Given.Context);

            Assert.All(
                mapped.Attributes.Where(outcome => outcome.Outcome.IsMapped),
                outcome => Assert.True(outcome.Attribute is { Deleted: false, ToIds: true, OnWarninglist: false }));
        });

    [Fact]
    public void No_observable_holds_a_control_character_or_more_than_a_field_takes() =>
        Item.Sample(item =>
        {
            var observables = Mapper.Map(item, Given.Context with { ToIdsOnly = false }).Sources
                .SelectMany(source => source.Single is { } single ? source.Combined.Add(single) : source.Combined);

            Assert.All(observables.Select(ObservableLabel.Of), word =>
            {
                Assert.DoesNotContain(word, char.IsControl);
                Assert.InRange(word.Length - word.IndexOf(':') - 1, 1, Clean.MaxLength);
            });
        });

    [Fact]
    public void Mapping_is_deterministic() =>
        Item.Sample(item => Assert.Equal(
            Mapper.Map(item, Given.Context).Sources.Select(Text), Mapper.Map(item, Given.Context).Sources.Select(Text)));

    [Fact]
    public void TLP_is_never_laxer_than_any_of_its_tags() =>
        Gen.OneOf("tlp:white", "tlp:clear", "TLP:Green", "tlp:amber", "tlp:AMBER+strict", " tlp:red", "tlp:unclear", "tlp:ex:chr", "x")
            .Array[0, 6].Sample(names =>
            {
                MispTag[] tags = [.. names.Select((name, i) => new MispTag(name, IsLocal: i % 2 == 1))];
                var each = tags.Select(tag => TagMap.Read([tag], []).Tlp);

                var all = TagMap.Read(tags, []).Tlp;

                Assert.Equal(each.Max(), all);
            });

    [Fact]
    public void Tag_map_never_throws_on_arbitrary_tags() =>
        Gen.Select(
            Gen.OneOf(Gen.String, Gen.OneOf("tlp:", "misp-galaxy:", "=", "\"", "kill-chain:", " - ").Array[0, 5].Select(string.Concat))
                .Array[0, 5],
            Gen.String.Array[0, 3]).Sample((names, values) =>
                _ = TagMap.Read(
                    [.. names.Select(name => new MispTag(name))], [.. values.Select(value => new GalaxyCluster("threat-actor", value))]));

    private static string Text(IndicatorSource source) =>
        $"{source.Attribute} {source.Part} {string.Join('+', source.Combined.Select(ObservableLabel.Of))} "
            + (source.Single is { } single ? ObservableLabel.Of(single) : "");
}
