using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class EventNotesTests
{
    [Fact]
    public void Names_are_gathered_from_attributes_in_and_outside_objects()
    {
        var notes = new EventNotes(TagMeaning.Empty);

        notes.Add(new EventItem.Attribute(Given.Attribute("threat-actor", " Sofacy ")));
        notes.Add(new EventItem.Attribute(Given.Attribute("threat-actor", "SOFACY")));
        notes.Add(new EventItem.Attribute(Given.Attribute("campaign-name", "Operation A")));
        notes.Add(new EventItem.Object(Given.Object("x", Given.Attribute("malware-type", "Emotet"), Given.Attribute("campaign-id", "7"))));

        Assert.Equal(["Sofacy"], notes.Actors);
        Assert.Equal(["Emotet"], notes.Families);
        Assert.Equal(["Operation A", "7"], notes.Campaigns);
    }

    [Fact]
    public void Deleted_attributes_are_not_noted()
    {
        var notes = new EventNotes(TagMeaning.Empty);
        var attribute = Given.Attribute("threat-actor", "Sofacy");

        notes.Add(new EventItem.Attribute(attribute with { Deleted = true }));
        notes.Add(new EventItem.Object(Given.Object("x", attribute) with { Deleted = true }));

        Assert.Empty(notes.Actors);
    }

    [Theory]
    [InlineData("tlp:green", "", true)]
    [InlineData("tlp:green", "tlp:green", true)]
    [InlineData("tlp:green", "tlp:clear", true)]
    [InlineData("tlp:green", "tlp:amber", false)]
    [InlineData("tlp:green", "TLP:RED", false)]
    [InlineData("tlp:amber", "PAP:RED", false)]
    [InlineData("PAP:AMBER", "PAP:AMBER", true)]
    [InlineData("", "tlp:white", true)]
    [InlineData("", "tlp:green", false)]
    public void Name_with_a_stricter_level_than_its_event_is_not_noted(string ofEvent, string own, bool isNoted)
    {
        var notes = new EventNotes(TagMap.Read(Tags(ofEvent), []));
        var attribute = Given.Attribute("threat-actor", "Codename X") with { Tags = Tags(own) };

        notes.Add(new EventItem.Attribute(attribute));
        notes.Add(new EventItem.Object(Given.Object("x", attribute)));

        Assert.Equal(isNoted ? ["Codename X"] : [], notes.Actors);
    }

    private static MispTag[] Tags(string name) => name.Length == 0 ? [] : [new MispTag(name)];

    [Fact]
    public void Number_of_names_is_limited()
    {
        var notes = new EventNotes(TagMeaning.Empty);

        for (var i = 0; i < 2_000; i++) notes.Add(new EventItem.Attribute(Given.Attribute("malware-type", $"Family {i}")));

        Assert.Equal(EventNotes.Limit, notes.Families.Count);
    }
}
