using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Reads an event that is too big for one response: its metadata, the names of its objects, and its attributes in pages. Each page is
/// rewritten as an event, so that one reader serves both.
/// </summary>
internal sealed class EventPieces(MispClient client, EventHeader header) : IDisposable
{
    private const int PageSize = 1_000;
    private const int MaxPages = 10_000;
    private const string NoObject = "0";

    private readonly ItemStore _items = new(memoryLimit: 16 * 1024 * 1024);
    private readonly Dictionary<string, string> _objects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
    private readonly HashSet<string> _knownTags = new(StringComparer.Ordinal);
    private readonly HashSet<string> _exportableTags = new(StringComparer.Ordinal);

    /// <summary>The object whose attributes are being read, and perhaps continue on the next page.</summary>
    private readonly List<string> _members = [];
    private string _objectId = NoObject;

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
        var body = SearchBody.Metadata(EventFilter.OfEvents([SearchBody.IdOf(header)]), limit: 1, page: 1);
        using var search = await client.SearchEventsAsync(body, canShrink: true, skipItems: true, ct);
        await foreach (var one in search.ReadAsync(ct))
        {
            if (one.Event.Uuid == header.Uuid && one.Fault is null) return (one.Event, search.ServerTime);
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
                _objects[IdOf(one, "id")] = Raw(one);
            }
        }
    }

    private async Task ReadAttributesAsync(CancellationToken ct)
    {
        await foreach (var (page, number) in PagesAsync("attributes/restSearch", page => AttributesBody(page, allTags: true), ct))
        {
            await FindExportableTagsAsync(page, number, ct);
            var (loose, objects) = (new List<string>(), new List<string>());
            foreach (var attribute in page.GetProperty("Attribute").EnumerateArray())
            {
                // Attributes are ordered by object, so that only one object is incomplete, even across pages.
                var id = IdOf(attribute, "object_id");
                if (id != _objectId) CompleteObject(objects);
                _objectId = id;
                (id is NoObject ? loose : _members).Add(Raw(attribute));
            }
            await StoreAsync(loose, objects, ct);
        }
        var last = new List<string>();
        CompleteObject(last);
        await StoreAsync([], last, ct);
    }

    private JsonObject AttributesBody(int page, bool allTags) =>
        SearchBody.Attributes(header, PageSize, page, allTags);

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

    private void CompleteObject(List<string> objects)
    {
        if (_members.Count == 0) return;
        // An object without its name could be one whose values are no indicators.
        if (!_objects.TryGetValue(_objectId, out var named) || !_complete.Add(_objectId)) throw client.Errors.OfPieces();
        objects.Add($$"""{"Attribute":[{{string.Join(',', _members)}}],{{named[1..]}}""");
        _members.Clear();
    }

    private async Task StoreAsync(List<string> loose, List<string> objects, CancellationToken ct)
    {
        var json = $$$"""
            {"Event":{"uuid":"{{{header.Uuid}}}","Attribute":[{{{string.Join(',', loose)}}}],"Object":[{{{string.Join(',', objects)}}}]}}
            """;
        using var reader = new MispJsonReader(new MemoryStream(Encoding.UTF8.GetBytes(json)), _ => header.Uuid);
        await using var events = reader.ReadAsync(ct).GetAsyncEnumerator(ct);
        while (await client.Errors.AdvanceAsync(events))
        {
            if (events.Current.Fault is not null) throw client.Errors.OfPieces();
            foreach (var item in events.Current.Items) _items.Add(WithLocalTags(item));
        }
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

    /// <summary>With U+FFFD for invalid bytes, as the reader would decode them.</summary>
    private static string Raw(JsonElement json) => Encoding.UTF8.GetString(JsonMarshal.GetRawUtf8Value(json));
}
