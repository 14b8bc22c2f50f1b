using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// Converts an event from a test to the form of the server: missing fields are filled in,
/// numbers become texts, keys are in the server's order. A tag may be given as its bare name.
/// </summary>
internal sealed class EventForm(TimeProvider time)
{
    private long _lastAttribute = 1000;
    private long _lastObject = 100;

    public Galaxies Galaxies { get; } = new();

    private string Now => time.GetUtcNow().ToUnixTimeSeconds().ToString();

    public JsonObject Event(JsonObject given, long id)
    {
        var json = given["Event"] as JsonObject ?? given;
        var published = json["published"] is null || json.Flag("published");
        var timestamp = Or(json, "timestamp", Now);
        var form = new JsonObject
        {
            ["id"] = id.ToString(),
            ["orgc_id"] = "1",
            ["org_id"] = "1",
            ["date"] = Or(json, "date", time.GetUtcNow().ToString("yyyy-MM-dd")),
            ["threat_level_id"] = Or(json, "threat_level_id", "2"),
            ["info"] = Or(json, "info", $"Event {id}"),
            ["published"] = published,
            ["uuid"] = Or(json, "uuid", MispIds.Uuid(MispIds.Kind.Event, id)),
            ["attribute_count"] = "0",
            ["analysis"] = Or(json, "analysis", "2"),
            ["timestamp"] = timestamp,
            ["distribution"] = Or(json, "distribution", "3"),
            ["proposal_email_lock"] = false,
            ["locked"] = false,
            ["publish_timestamp"] = Or(json, "publish_timestamp", published ? timestamp : "0"),
            ["sharing_group_id"] = Or(json, "sharing_group_id", "0"),
            ["disable_correlation"] = false,
            ["extends_uuid"] = Or(json, "extends_uuid", ""),
            ["protected"] = null,
            ["Org"] = Organisation(json["Org"] ?? json["Orgc"]),
            ["Orgc"] = Organisation(json["Orgc"] ?? json["Org"]),
        };
        form["orgc_id"] = form["Orgc"]!["id"]!.DeepClone();
        form["org_id"] = form["Org"]!["id"]!.DeepClone();
        form["Attribute"] = new JsonArray([.. json.List("Attribute").Select(one => Attribute(one, id, timestamp, null))]);
        form["ShadowAttribute"] = new JsonArray();
        form["RelatedEvent"] = new JsonArray();
        form["Galaxy"] = Galaxies.For(json);
        form["Object"] = new JsonArray([.. json.List("Object").Select(one => Object(one, id, timestamp))]);
        form["EventReport"] = Copy(json["EventReport"]) ?? new JsonArray();
        form["CryptographicKey"] = new JsonArray();
        Extras(json, form);
        Tags(json, form);
        Count(form);
        return form;
    }

    public JsonObject Attribute(JsonObject given, long eventId, string timestamp, JsonObject? parent)
    {
        var id = given["id"] is null ? ++_lastAttribute : given.Number("id");
        var type = Or(given, "type", "text");
        var form = new JsonObject
        {
            ["id"] = id.ToString(),
            ["type"] = type,
            ["category"] = Or(given, "category", CategoryOf(type.Split('|')[0])),
            ["to_ids"] = given["to_ids"] is null ? type is not ("comment" or "text" or "link" or "size-in-bytes") : given.Flag("to_ids"),
            ["uuid"] = Or(given, "uuid", MispIds.Uuid(MispIds.Kind.Attribute, id)),
            ["event_id"] = eventId.ToString(),
            ["distribution"] = Or(given, "distribution", "5"),
            ["timestamp"] = Or(given, "timestamp", timestamp),
            ["comment"] = Or(given, "comment", ""),
            ["sharing_group_id"] = "0",
            ["deleted"] = given.Flag("deleted"),
            ["disable_correlation"] = false,
            ["object_id"] = parent?.Text("id") ?? "0",
            ["object_relation"] = given["object_relation"] is null ? null : given.Text("object_relation"),
            ["first_seen"] = Copy(given["first_seen"]),
            ["last_seen"] = Copy(given["last_seen"]),
            ["value"] = Or(given, "value", ""),
            ["Galaxy"] = Galaxies.For(given),
            ["ShadowAttribute"] = new JsonArray(),
        };
        Extras(given, form);
        Tags(given, form);
        return form;
    }

    public JsonObject Object(JsonObject given, long eventId, string timestamp)
    {
        var id = given["id"] is null ? ++_lastObject : given.Number("id");
        var form = new JsonObject
        {
            ["id"] = id.ToString(),
            ["name"] = Or(given, "name", "file"),
            ["meta-category"] = Or(given, "meta-category", "misc"),
            ["description"] = Or(given, "description", ""),
            ["template_uuid"] = Or(given, "template_uuid", MispIds.Uuid(MispIds.Kind.Object, 1)),
            ["template_version"] = Or(given, "template_version", "1"),
            ["event_id"] = eventId.ToString(),
            ["uuid"] = Or(given, "uuid", MispIds.Uuid(MispIds.Kind.Object, id)),
            ["timestamp"] = Or(given, "timestamp", timestamp),
            ["distribution"] = Or(given, "distribution", "5"),
            ["sharing_group_id"] = "0",
            ["comment"] = Or(given, "comment", ""),
            ["deleted"] = given.Flag("deleted"),
            ["first_seen"] = Copy(given["first_seen"]),
            ["last_seen"] = Copy(given["last_seen"]),
            ["ObjectReference"] = Copy(given["ObjectReference"]) ?? new JsonArray(),
        };
        form["Attribute"] = new JsonArray([.. given.List("Attribute").Select(one => Attribute(one, eventId, timestamp, form))]);
        Extras(given, form);
        return form;
    }

    /// <summary>The server's count excludes deleted attributes.</summary>
    public static void Count(JsonObject form) => form["attribute_count"] = form.List("Attribute")
        .Concat(form.List("Object").SelectMany(one => one.List("Attribute")))
        .Count(attribute => !attribute.Flag("deleted"))
        .ToString();

    private static string CategoryOf(string type) => type switch
    {
        "md5" or "sha1" or "sha256" or "filename" or "malware-sample" or "email-src" or "email-subject" or "yara" => "Payload delivery",
        "comment" or "text" or "size-in-bytes" => "Other",
        "link" => "External analysis",
        "mutex" => "Artifacts dropped",
        "regkey" => "Persistence mechanism",
        _ => "Network activity",
    };

    private static JsonObject Organisation(JsonNode? given)
    {
        var name = given is JsonObject json ? json.Text("name") : given?.GetValue<string>() ?? "Sandbox CERT";
        var number = MispNumbers.Of("org", name);
        var uuid = (given as JsonObject)?["uuid"]?.GetValue<string>() ?? MispIds.Uuid(MispIds.Kind.Organisation, number);
        return new JsonObject
        {
            ["id"] = number.ToString(),
            ["name"] = name,
            ["uuid"] = uuid,
            ["local"] = true,
        };
    }

    private static void Tags(JsonObject given, JsonObject form)
    {
        form.Remove("Tag");
        if (given["Tag"] is not JsonArray { Count: > 0 } tags) return; // an event or attribute without tags has no such key

        var made = tags.Select(tag => Tag(tag as JsonObject ?? new JsonObject { ["name"] = tag!.GetValue<string>() }));
        form["Tag"] = new JsonArray([.. made]);
    }

    private static JsonObject Tag(JsonObject given)
    {
        var name = given.Text("name");
        var form = new JsonObject
        {
            ["id"] = MispNumbers.Of("tag", name).ToString(),
            ["name"] = name,
            ["colour"] = Or(given, "colour", "#33AACC"),
            ["exportable"] = given["exportable"] is null || given.Flag("exportable"),
            ["user_id"] = "0",
            ["hide_tag"] = false,
            ["numerical_value"] = Copy(given["numerical_value"]),
            ["is_galaxy"] = name.StartsWith("misp-galaxy:", StringComparison.Ordinal),
            ["is_custom_galaxy"] = Galaxies.IsCustom(name),
            ["local_only"] = false,
            ["local"] = given.Flag("local"),
            ["relationship_type"] = null,
        };
        return form;
    }

    private static void Extras(JsonObject given, JsonObject form)
    {
        foreach (var (name, value) in given)
        {
            if (!form.ContainsKey(name) && name != "Tag") form[name] = Copy(value);
        }
    }

    private static string Or(JsonObject given, string name, string otherwise) => given[name] is null ? otherwise : given.Text(name);

    private static JsonNode? Copy(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number ? value.ToJsonString() : value?.DeepClone();
}
