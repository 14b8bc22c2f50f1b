using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using Xunit;

namespace MispGraphSync.Tests.Planning;

public sealed class ContextSubjectsTests
{
    private const string Moth = "misp-galaxy:threat-actor=\"Grey Moth\"";
    private const string Heron = "misp-galaxy:threat-actor=\"Velvet Heron\"";
    private const string Phishing = "misp-galaxy:mitre-attack-pattern=\"Phishing - T1566\"";

    private static readonly string First = ContextSupport.Of(Some.Uuid(71));

    private static string Fold(string tag) => tag.ToLowerInvariant();

    [Fact]
    public void Sources_support_their_own_tags_and_the_event_has_the_strictest_TLP_of_all()
    {
        var facts = Event("tlp:green", Phishing, "other:tag");

        var found = Find(Row(facts, "tlp:amber", Moth), Row(facts, Heron));

        Assert.Equal(
            [
                new ContextSupport(First, "First CERT", Tlp.Amber, false),
                new ContextSupport(Fold(Moth), Moth, Tlp.Amber, false),
                new ContextSupport(Fold(Heron), Heron, Tlp.Green, false),
                new ContextSupport(Fold(Phishing), Phishing, Tlp.Amber, false),
            ],
            found);
    }

    [Fact]
    public void Source_without_TLP_has_that_of_the_destination()
    {
        var found = Find(Row(Event(), Moth));

        Assert.All(found, one => Assert.Equal(Tlp.Red, one.Tlp));
    }

    [Fact]
    public void Source_that_the_destination_does_not_take_supports_nothing()
    {
        var facts = Event("tlp:green");
        var excluded = Row(facts, "tlp:amber", Moth) with { Source = Row(facts, "tlp:amber", Moth).Source with { Type = "url" } };

        Assert.Empty(Find(excluded));
        Assert.Equal([new ContextSupport(First, "First CERT", Tlp.Green, false)], Find(Row(facts), excluded));
        Assert.Empty(Find());
    }

    [Theory]
    [InlineData("tlp:green", "tlp:amber")]
    [InlineData("tlp:amber", "tlp:green")]
    public void Tag_of_two_sources_has_the_stricter_TLP(string one, string other)
    {
        var facts = Event();

        var found = Find(Row(facts, one, Moth), Row(facts, other, Moth.ToUpperInvariant().Replace("MISP-GALAXY", "misp-galaxy")));

        Assert.Equal(new ContextSupport(Fold(Moth), Moth, Tlp.Amber, false), found[1]);
        Assert.Equal(2, found.Count);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void Tag_is_local_only_where_all_say_so(bool one, bool other, bool expected)
    {
        var facts = new EventFacts(
            Some.Event(1) with { Tags = [new MispTag(Moth, one)], Organisation = null }, "misp", isAged: false);
        var row = Row(facts);

        var found = Find(row with { Source = row.Source with { Tags = [new MispTag(Moth, other)] } });

        Assert.Equal(expected, Assert.Single(found).IsLocal);
    }

    [Theory]
    [InlineData("First CERT", true, 1)]
    [InlineData("", true, 0)]
    [InlineData(null, true, 0)]
    [InlineData("First CERT", false, 0)]
    public void Organisation_needs_a_name_and_a_UUID(string? name, bool hasUuid, int count)
    {
        var context = Some.Event(1) with { Organisation = name, OrganisationUuid = hasUuid ? Some.Uuid(71) : null };

        Assert.Equal(count, Find(Row(new EventFacts(context, "misp", isAged: false))).Count);
    }

    [Fact]
    public void No_more_than_a_thousand_tags_of_an_event_count()
    {
        string Tag(int number) => $"misp-galaxy:threat-actor=\"Actor {number}\"";
        var facts = new EventFacts(
            Some.Event(1, tags: [.. Enumerable.Range(0, 1001).Select(Tag), "tlp:green"]), "misp", isAged: false);

        var found = Find(Row(facts, Tag(2000)));

        Assert.Equal((1000, Fold(Tag(2000)), Fold(Tag(998))), (found.Count, found[0].Subject, found[^1].Subject));
    }

    private static List<ContextSupport> Find(params IndicatorSourceRow[] rows)
    {
        var policy = new DestinationPolicy { DefaultTlp = Tlp.Red, MaxTlp = Tlp.Red, ExcludeTypes = ["url"] };
        var destination = new FakeDestination(form: IndicatorShape.Single) { Policy = policy };
        return [.. ContextSubjects.Of(rows, new Eligibility(destination, new NeverBlock([]), Some.Now), policy)];
    }

    private static EventFacts Event(params string[] tags) => new(
        Some.Event(1, tags: tags) with { Organisation = "First CERT", OrganisationUuid = Some.Uuid(71) }, "misp", isAged: false);

    private static IndicatorSourceRow Row(EventFacts facts, params string[] tags)
    {
        var single = new Observable.DomainName("d1.example");
        return new IndicatorSourceRow(
            new IndicatorSource
            {
                Attribute = Some.Uuid(7),
                Part = 0,
                Type = "domain",
                Category = "Network activity",
                Combined = [single],
                Single = single,
                Timestamp = Some.Now.AddDays(-10),
                Tags = [.. tags.Select(tag => new MispTag(tag))],
            },
            facts);
    }
}
