using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

// Each change sets the timestamps as the server would: to the current second, even if they were that already.
public sealed partial class MispState
{
    /// <summary>Any change of an event; its timestamp and count follow.</summary>
    public void Edit(string uuid, Action<JsonObject> change)
    {
        lock (Gate)
        {
            var stored = _events.TryGetValue(uuid, out var found) ? found : throw new KeyNotFoundException($"There is no event {uuid}.");
            var json = stored.Load();
            change(json);
            json["timestamp"] = Now;
            EventForm.Count(json);
            _events[uuid] = new JsonEvent(json);
        }
    }

    /// <summary>Adds a local tag to an event, which moves no timestamp.</summary>
    public void AddLocalTag(string eventUuid, string tag)
    {
        lock (Gate)
        {
            var json = (JsonObject)_events[eventUuid].Load().DeepClone();
            var tags = json["Tag"] as JsonArray ?? [];
            tags.Add((JsonNode)new JsonObject { ["name"] = tag, ["local"] = true });
            json["Tag"] = tags.DeepClone();
            _events[eventUuid] = new JsonEvent(_form.Event(json, json.Number("id")));
        }
    }

    /// <summary>
    /// A galaxy update: the cluster of a tag gets other properties, such as <c>value</c> or <c>meta</c>, or is gone (null). It moves no
    /// timestamp.
    /// </summary>
    public void SetCluster(string tag, JsonObject? properties)
    {
        lock (Gate)
        {
            _form.Galaxies.Describe(tag, properties);
            foreach (var (uuid, stored) in _events.ToArray())
            {
                if (stored is not JsonEvent || !stored.Head.ToJsonString().Contains("misp-galaxy", StringComparison.Ordinal)) continue;
                var json = (JsonObject)stored.Load().DeepClone();
                foreach (var owner in json.List("Attribute").Append(json)) owner.Remove("Galaxy");
                _events[uuid] = new JsonEvent(_form.Event(json, json.Number("id")));
            }
        }
    }

    /// <summary>Marks a tag, wherever it is, as one that may be exported or not, which moves no timestamp.</summary>
    public void SetExportable(string tag, bool exportable)
    {
        lock (Gate)
        {
            foreach (var uuid in _events.Keys.ToArray())
            {
                var json = (JsonObject)_events[uuid].Load().DeepClone();
                var members = json.List("Object").SelectMany(one => one.List("Attribute"));
                foreach (var owner in json.List("Attribute").Concat(members).Append(json))
                {
                    foreach (var one in owner.List("Tag").Where(one => one.Text("name") == tag)) one["exportable"] = exportable;
                }

                _events[uuid] = new JsonEvent(json);
            }
        }
    }

    public void TouchTimestamp(string uuid) => Edit(uuid, _ => { });

    public void Publish(string uuid, bool published = true) => Edit(uuid, json =>
    {
        json["published"] = published;
        if (published) json["publish_timestamp"] = Now;
    });

    /// <summary>Returns the new attribute's UUID.</summary>
    public string AddAttribute(string eventUuid, JsonObject given)
    {
        var uuid = "";
        Edit(eventUuid, json =>
        {
            var attribute = _form.Attribute(given, json.Number("id"), Now, parent: null);
            uuid = attribute.Text("uuid");
            ((JsonArray)json["Attribute"]!).Add((JsonNode)attribute);
        });
        return uuid;
    }

    /// <summary>Marks it deleted, as the server's own delete does: it stays, and is not shown.</summary>
    public void DeleteAttribute(string attributeUuid) => EditAttribute(attributeUuid, attribute => attribute["deleted"] = true);

    /// <summary>Removes it without a trace.</summary>
    public void RemoveAttribute(string attributeUuid) =>
        EditAttribute(attributeUuid, attribute => ((JsonArray)attribute.Parent!).Remove(attribute));

    public void SetToIds(string attributeUuid, bool toIds) => EditAttribute(attributeUuid, attribute => attribute["to_ids"] = toIds);

    public void SetValue(string attributeUuid, string value) => EditAttribute(attributeUuid, attribute => attribute["value"] = value);

    public void SetEventTags(string eventUuid, params string[] tags) => Edit(eventUuid, json =>
    {
        json["Tag"] = new JsonArray([.. tags.Select(tag => (JsonNode)tag)]);
        json.Remove("Galaxy");
        var formed = _form.Event(json, json.Number("id"));
        json.Remove("Tag");
        json["Galaxy"] = formed["Galaxy"]!.DeepClone();
        if (formed["Tag"] is { } list) json["Tag"] = list.DeepClone();
    });

    public void EditAttribute(string attributeUuid, Action<JsonObject> change)
    {
        lock (Gate)
        {
            var owner = _events.Values.FirstOrDefault(stored => stored.HasAttribute(attributeUuid))
                ?? throw new KeyNotFoundException($"There is no attribute {attributeUuid}.");
            Edit(owner.Uuid, json =>
            {
                var attribute = new JsonEvent(json).Attributes().First(one => one.Text("uuid") == attributeUuid);
                attribute["timestamp"] = Now;
                change(attribute);
            });
        }
    }

    /// <summary>
    /// "Some of it changed": this share of the events, evenly spread (at least one), gets new values in this share of its
    /// attributes. Returns the number of attributes changed.
    /// </summary>
    public int Change(double events, double attributes)
    {
        lock (Gate)
        {
            var all = _events.Values.OrderBy(stored => stored.Id).Select(stored => stored.Uuid).ToArray();
            var count = Math.Max(1, (int)(all.Length * events));
            var changed = 0;
            for (var number = 0; number < count && all.Length > 0; number++)
            {
                Edit(all[(int)((long)number * all.Length / count)], json =>
                {
                    var list = new JsonEvent(json).Attributes().ToArray();
                    foreach (var attribute in list.Take(Math.Max(1, (int)(list.Length * attributes))))
                    {
                        attribute["type"] = "domain";
                        attribute["value"] = $"changed-{_time.GetUtcNow().ToUnixTimeSeconds()}-{attribute.Text("id")}.example";
                        attribute["timestamp"] = Now;
                        changed++;
                    }
                });
            }

            return changed;
        }
    }
}
