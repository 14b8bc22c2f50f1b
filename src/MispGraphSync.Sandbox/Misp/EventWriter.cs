using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>Writes events as the server does: <c>Tag</c> comes last, after attributes and objects.</summary>
internal sealed class EventWriter(Utf8JsonWriter json, EventView view)
{
    private static readonly HashSet<string> Arrays =
        ["Attribute", "ShadowAttribute", "RelatedEvent", "Galaxy", "Object", "EventReport", "CryptographicKey", "Tag"];

    public void Write(StoredEvent stored)
    {
        json.WriteStartObject();
        json.WriteStartObject("Event");
        foreach (var (name, value) in stored.Head)
        {
            if (!Arrays.Contains(name)) Property(name, value);
        }

        var generated = stored as GeneratedEvent;
        var whole = view.Metadata || (generated is not null && view.IsPlain) ? stored.Head : stored.Load();
        if (!view.Metadata)
        {
            json.WriteStartArray("Attribute");
            if (generated is not null && view.IsPlain) generated.WriteAttributes(json, view.NoShadowAttributes, view.ExcludeGalaxy);
            else Attributes(whole);
            json.WriteEndArray();
            if (!view.NoShadowAttributes) Property("ShadowAttribute", whole["ShadowAttribute"]);
        }

        Property("RelatedEvent", whole["RelatedEvent"]);
        if (!view.ExcludeGalaxy) Property("Galaxy", Seen(whole["Galaxy"]));
        if (!view.Metadata)
        {
            Objects(whole);
            if (!view.NoEventReports) Property("EventReport", whole["EventReport"]);
        }

        Property("CryptographicKey", whole["CryptographicKey"]);
        Tags(whole);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void Attributes(JsonObject whole)
    {
        var shown = whole.List("Attribute");
        if (view.Flatten) shown = shown.Concat(whole.List("Object").SelectMany(one => one.List("Attribute")));
        foreach (var attribute in shown) Attribute(attribute);
    }

    private void Objects(JsonObject whole)
    {
        json.WriteStartArray("Object");
        foreach (var one in view.Flatten ? [] : whole.List("Object"))
        {
            // One that loses all its attributes to a filter goes with them; one that never had any stays.
            var attributes = one.List("Attribute").ToArray();
            if (attributes.Length > 0 && !attributes.Any(view.Keeps)) continue;

            json.WriteStartObject();
            foreach (var (name, value) in one)
            {
                if (name != "Attribute") Property(name, value);
            }

            json.WriteStartArray("Attribute");
            foreach (var attribute in attributes) Attribute(attribute);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>An attribute as a search for attributes gives it: with a little of its event, and of its object only the number.</summary>
    public void WriteAttribute(StoredEvent stored, JsonObject? parent, JsonObject attribute)
    {
        json.WriteStartObject();
        Fields(attribute);
        json.WriteStartObject("Event");
        foreach (var name in (string[])["org_id", "distribution", "publish_timestamp", "id", "info", "orgc_id", "uuid"])
        {
            Property(name, stored.Head[name]);
        }
        json.WriteEndObject();
        if (parent is not null)
        {
            json.WriteStartObject("Object");
            foreach (var name in (string[])["id", "distribution", "sharing_group_id"]) Property(name, parent[name]);
            json.WriteEndObject();
        }

        var own = TagsOf(attribute, "is_galaxy", "local");
        List<JsonObject> inherited = view.IncludeEventTags ? TagsOf(stored.Head) : [];
        foreach (var tag in inherited) tag["inherited"] = 1;
        if (own.Count + inherited.Count > 0) Property("Tag", new JsonArray([.. own, .. inherited]));
        json.WriteEndObject();
    }

    /// <summary>Tags in a search for attributes: it does not say which may be exported, and of the event's not which are local.</summary>
    private List<JsonObject> TagsOf(JsonObject owner, params string[] more) =>
    [
        .. owner.List("Tag").Where(tag => view.Keeps((JsonNode)tag)).Select(tag => new JsonObject(
            ((string[])["id", "name", "colour", "numerical_value", .. more])
                .Select(name => KeyValuePair.Create(name, tag[name]?.DeepClone())))),
    ];

    private void Attribute(JsonObject attribute)
    {
        if (!view.Keeps(attribute)) return;

        json.WriteStartObject();
        Fields(attribute);
        Tags(attribute);
        json.WriteEndObject();
    }

    private void Fields(JsonObject attribute)
    {
        foreach (var (name, value) in attribute)
        {
            var isHidden = (name == "Galaxy" && view.ExcludeGalaxy) || (name == "ShadowAttribute" && view.NoShadowAttributes);
            if (isHidden || name is "Tag") continue;
            if (name == "Galaxy") Warnings(attribute.Text("value"));
            Property(name, name == "Galaxy" ? Seen(value) : value);
        }

        if (view.ExcludeGalaxy) Warnings(attribute.Text("value"));
    }

    private void Warnings(string value)
    {
        var hits = view.Reported.Select(list => (List: list, Entry: list.Hit(value))).Where(hit => hit.Entry is not null).ToArray();
        if (hits.Length == 0) return;

        json.WriteStartArray("warnings");
        foreach (var (list, entry) in hits)
        {
            json.WriteStartObject();
            json.WriteString("value", value);
            json.WriteString("match", entry);
            json.WriteNumber("warninglist_id", list.Id);
            json.WriteString("warninglist_name", list.Name);
            json.WriteString("warninglist_category", "false_positive");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Tags(JsonObject owner)
    {
        var shown = owner["Tag"] is JsonArray tags ? tags.Where(view.Keeps).ToArray() : [];
        if (shown.Length == 0) return;

        json.WriteStartArray("Tag");
        foreach (var tag in shown) tag!.WriteTo(json);
        json.WriteEndArray();
    }

    private JsonNode? Seen(JsonNode? galaxies) => galaxies is JsonArray array ? Galaxies.SeenBy(view.Organisation, array) : galaxies;

    private void Property(string name, JsonNode? value)
    {
        json.WritePropertyName(name);
        if (value is null) json.WriteNullValue();
        else value.WriteTo(json);
    }
}
