using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>An event as the server holds it: complete, deleted attributes and local tags included.</summary>
internal abstract class StoredEvent(long id, string uuid)
{
    public long Id => id;

    public string Uuid => uuid;

    /// <summary>The event's own fields and its tags; attributes and objects need not be there.</summary>
    public abstract JsonObject Head { get; }

    /// <summary>The whole event; not to be changed in place.</summary>
    public abstract JsonObject Load();

    /// <summary>All attributes, those in objects too.</summary>
    public virtual IEnumerable<JsonObject> Attributes()
    {
        var whole = Load();
        return whole.List("Attribute").Concat(whole.List("Object").SelectMany(one => one.List("Attribute")));
    }

    public virtual IEnumerable<string> AttributeTags() => Attributes().SelectMany(attribute => attribute.Tags());

    public virtual bool HasAttribute(string attributeUuid) =>
        Attributes().Any(attribute => string.Equals(attribute.Text("uuid"), attributeUuid, StringComparison.OrdinalIgnoreCase));
}
