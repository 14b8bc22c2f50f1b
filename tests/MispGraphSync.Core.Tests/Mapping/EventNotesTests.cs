using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Mapping;
using Xunit;

namespace MispGraphSync.Tests.Mapping;

public class EventNotesTests
{
    [Fact]
    public void Names_are_gathered_from_attributes_in_and_outside_objects()
    {
        var notes = new EventNotes();

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
        var notes = new EventNotes();
        var attribute = Given.Attribute("threat-actor", "Sofacy");

        notes.Add(new EventItem.Attribute(attribute with { Deleted = true }));
        notes.Add(new EventItem.Object(Given.Object("x", attribute) with { Deleted = true }));

        Assert.Empty(notes.Actors);
    }

    [Fact]
    public void Number_of_names_is_limited()
    {
        var notes = new EventNotes();

        for (var i = 0; i < 2_000; i++) notes.Add(new EventItem.Attribute(Given.Attribute("malware-type", $"Family {i}")));

        Assert.Equal(EventNotes.Limit, notes.Families.Count);
    }
}
