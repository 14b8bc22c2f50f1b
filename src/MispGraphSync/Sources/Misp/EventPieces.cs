using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Reads an event that is too big for one response: its metadata, the names of its objects, and its attributes in pages. Each page is
/// rewritten as an event, so that one reader serves both.
/// </summary>
internal sealed class EventPieces(MispClient client, EventHeader header, bool warninglistHits) : IDisposable
{
    private const int PageSize = 1_000;
    private const int MaxPages = 10_000;

    private readonly ItemStore _items = new(memoryLimit: 16 * 1024 * 1024);
    private readonly Dictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
    private readonly HashSet<string> _knownTags = new(StringComparer.Ordinal);
    private readonly HashSet<string> _exportableTags = new(StringComparer.Ordinal);

    /// <summary>The attributes of one object: its attributes may continue on the next page.</summary>
    private readonly List<JsonElement> _members = [];

    /// <exception cref="MispException">There is no response, or an invalid one.</exception>
    public async Task<ReadEvent> ReadAsync(CancellationToken ct)
    {
        try
        {
            // First: a change meanwhile leaves the older timestamp, so that the next run reads the event again.
            var (read, serverTime) = await ReadMetadataAsync(ct);
            await ReadObjectsAsync(ct);
            await ReadAttributesAsync(ct);
            return new ReadEvent(read, _items.Take(), serverTime);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw client.Errors.OfPieces(e);
        }
        catch (MispException e) when (e.Kind is not MispErrorKind.ResponseFailed)
        {
            // The role or a proxy may allow searches for events only. The caller checks whether the server answers at all.
            throw client.Errors.OfPieces(e);
        }
    }

    public void Dispose() => _items.Dispose();

    private async Task<(MispEvent Event, DateTimeOffset ServerTime)> ReadMetadataAsync(CancellationToken ct)
    {
        var (json, serverTime) = await client.SearchWholeAsync(
            "events/restSearch", SearchBody.Metadata(EventFilter.OfEvents([SearchBody.IdOf(header)]), limit: 1, page: 1), ct);
        using (json)
        {
            await foreach (var one in ParseAsync(JsonMarshal.GetRawUtf8Value(json.RootElement).ToArray(), ct))
            {
                if (one.Event.Uuid == header.Uuid) return (one.Event, serverTime);
            }
        }
        throw client.Errors.OfPieces();
    }

    private async Task ReadObjectsAsync(CancellationToken ct)
    {
        await foreach (var (page, _) in PagesAsync("objects/restSearch", page => SearchBody.Objects(header, PageSize, page), ct))
        {
            foreach (var item in page.EnumerateArray())
            {
                var one = item.GetProperty("Object");
                _objects[IdOf(one, "id")] = JsonMarshal.GetRawUtf8Value(one).ToArray();
            }
        }
    }

    private async Task ReadAttributesAsync(CancellationToken ct)
    {
        var loose = new List<JsonElement>();
        var objects = new List<JsonElement[]>();
        await foreach (var (page, number) in PagesAsync("attributes/restSearch", page => AttributesBody(page, allTags: true), ct))
        {
            await FindExportableTagsAsync(page, number, ct);
            foreach (var attribute in page.GetProperty("Attribute").EnumerateArray())
            {
                if (IdOf(attribute, "object_id") is "0") loose.Add(attribute);
                else AddMember(attribute, objects);
            }
            await StoreAsync(loose, objects, ct);
        }
        CompleteObject(objects);
        await StoreAsync(loose, objects, ct);
    }

    private JsonObject AttributesBody(int page, bool allTags) =>
        SearchBody.Attributes(header, PageSize, page, warninglistHits, allTags);

    /// <summary>
    /// The page does not say which tags may be exported; the same page without the others does. Tags that are not in the latter are
    /// treated as local.
    /// </summary>
    private async Task FindExportableTagsAsync(JsonElement page, int number, CancellationToken ct)
    {
        var names = TagsOf(page).ToList();
        if (_knownTags.IsSupersetOf(names)) return;
        var (json, _) = await client.SearchWholeAsync("attributes/restSearch", AttributesBody(number, allTags: false), ct);
        using (json) _exportableTags.UnionWith(TagsOf(json.RootElement.GetProperty("response")));
        _knownTags.UnionWith(names);
    }

    private static IEnumerable<string> TagsOf(JsonElement page) =>
        from attribute in page.GetProperty("Attribute").EnumerateArray()
        from tag in MispJson.Entries(MispJson.Member(attribute, "Tag")) ?? []
        where !MispJson.IsOn(tag, "local")
        let name = MispJson.Text(tag, "name")
        where name is not null
        select name;

    /// <summary>Attributes are ordered by object, so that only one object is incomplete, even across pages.</summary>
    private void AddMember(JsonElement attribute, List<JsonElement[]> objects)
    {
        if (_members.Count > 0 && IdOf(_members[0], "object_id") != IdOf(attribute, "object_id")) CompleteObject(objects);
        _members.Add(attribute.Clone());
    }

    private void CompleteObject(List<JsonElement[]> objects)
    {
        if (_members.Count == 0) return;
        // An object without its name could be one whose values are no indicators.
        var id = IdOf(_members[0], "object_id");
        if (!_objects.ContainsKey(id) || !_complete.Add(id)) throw client.Errors.OfPieces();
        objects.Add([.. _members]);
        _members.Clear();
    }

    private async Task StoreAsync(List<JsonElement> loose, List<JsonElement[]> objects, CancellationToken ct)
    {
        await foreach (var one in ParseAsync(AsEvent(loose, objects), ct))
        {
            foreach (var item in one.Items) _items.Add(WithLocalTags(item));
        }
        loose.Clear();
        objects.Clear();
    }

    private EventItem WithLocalTags(EventItem item) => item switch
    {
        EventItem.Attribute one => new EventItem.Attribute(WithLocalTags(one.Value)),
        EventItem.Object one =>
            new EventItem.Object(one.Value with { Attributes = [.. one.Value.Attributes.Select(WithLocalTags)] }),
        _ => item,
    };

    private MispAttribute WithLocalTags(MispAttribute attribute) => attribute.Tags.Count == 0 ? attribute : attribute with
    {
        Tags = [.. attribute.Tags.Select(tag => tag with { IsLocal = tag.IsLocal || !_exportableTags.Contains(tag.Name) })],
    };

    private byte[] AsEvent(List<JsonElement> loose, List<JsonElement[]> objects)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WriteStartObject("Event");
            json.WriteString("uuid", header.Uuid);
            Write(json, "Attribute", loose);
            json.WriteStartArray("Object");
            foreach (var members in objects)
            {
                using var head = JsonDocument.Parse(_objects[IdOf(members[0], "object_id")]);
                json.WriteStartObject();
                foreach (var field in head.RootElement.EnumerateObject().Where(f => f.Name is not ("Attribute" or "Event")))
                {
                    json.WritePropertyName(field.Name);
                    json.WriteRawValue(JsonMarshal.GetRawUtf8Value(field.Value), skipInputValidation: true);
                }
                Write(json, "Attribute", members);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<JsonElement> attributes)
    {
        json.WriteStartArray(name);
        foreach (var attribute in attributes) json.WriteRawValue(JsonMarshal.GetRawUtf8Value(attribute), skipInputValidation: true);
        json.WriteEndArray();
    }

    private async IAsyncEnumerable<MispJsonEvent> ParseAsync(byte[] json, [EnumeratorCancellation] CancellationToken ct)
    {
        using var reader = new MispJsonReader(new MemoryStream(json), index => StableId.From($"{client.Server}\n{index}"));
        await using var events = reader.ReadAsync(ct).GetAsyncEnumerator(ct);
        while (await client.Errors.AdvanceAsync(events))
        {
            if (events.Current.Fault is not null) throw client.Errors.OfPieces();
            yield return events.Current;
        }
    }

    /// <summary>The value of <c>response</c>, page by page up to an empty one: these searches have no count.</summary>
    private async IAsyncEnumerable<(JsonElement Page, int Number)> PagesAsync(
        string path, Func<int, JsonObject> body, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var page = 1; page <= MaxPages; page++)
        {
            var (json, _) = await client.SearchWholeAsync(path, body(page), ct);
            using (json)
            {
                if (!json.RootElement.TryGetProperty("response", out var response)) throw client.Errors.OfPieces();
                var rows = response.ValueKind is JsonValueKind.Object ? response.GetProperty("Attribute") : response;
                if (rows.GetArrayLength() == 0) yield break;
                yield return (response, page);
            }
        }
        throw client.Errors.OfPieces();
    }

    private static string IdOf(JsonElement item, string name) => item.GetProperty(name).ToString();
}
