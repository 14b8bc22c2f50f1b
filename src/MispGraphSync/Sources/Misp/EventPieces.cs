using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// Reads an event that is too big for one answer: its metadata, the names of its objects, and its attributes some at a
/// time. Each page is put into the form of a full answer, so that one reader serves both.
/// </summary>
internal sealed class EventPieces(MispClient client, bool warninglistHits) : IDisposable
{
    private const int PageSize = 1_000;
    private const int MostPages = 10_000;

    private readonly ItemStore _items = new(memoryLimit: 16 * 1024 * 1024);
    private readonly Dictionary<string, byte[]> _objects = new(StringComparer.Ordinal);
    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
    private readonly HashSet<string> _knownTags = new(StringComparer.Ordinal);
    private readonly HashSet<string> _exportableTags = new(StringComparer.Ordinal);
    private readonly List<JsonElement> _members = [];

    /// <exception cref="MispException">There is no answer, or not a good one.</exception>
    public async Task<ReadEvent> ReadAsync(EventHeader header, CancellationToken ct)
    {
        try
        {
            var (read, serverTime) = await HeadAsync(header, ct);
            await ReadObjectsAsync(header, ct);
            await ReadAttributesAsync(header, ct);
            return new ReadEvent(read, _items.Take(), serverTime);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException)
        {
            throw client.Errors.OfPieces(e);
        }
        catch (MispException e) when (e.Kind is not MispErrorKind.ResponseFailed)
        {
            // The role or a proxy may allow searches for events only. Whether the server answers at all is asked next.
            throw client.Errors.OfPieces(e);
        }
    }

    public void Dispose() => _items.Dispose();

    /// <summary>Asked first: a change meanwhile leaves the older timestamp, so that the next run reads the event again.</summary>
    private async Task<(MispEvent Event, DateTimeOffset ServerTime)> HeadAsync(EventHeader header, CancellationToken ct)
    {
        var (json, serverTime) = await client.SearchWholeAsync(
            "events/restSearch", SearchBody.Metadata(EventFilter.OfEvents([SearchBody.IdOf(header)]), limit: 1, page: 1), ct);
        using (json)
        {
            await foreach (var one in Read(JsonMarshal.GetRawUtf8Value(json.RootElement).ToArray(), ct))
            {
                if (one.Event.Uuid == header.Uuid) return (one.Event, serverTime);
            }
        }
        throw client.Errors.OfPieces();
    }

    private async Task ReadObjectsAsync(EventHeader header, CancellationToken ct)
    {
        await foreach (var page in PagesAsync("objects/restSearch", page => SearchBody.Objects(header, PageSize, page), ct))
        {
            foreach (var item in page.EnumerateArray())
            {
                var one = item.GetProperty("Object");
                _objects[IdOf(one, "id")] = JsonMarshal.GetRawUtf8Value(one).ToArray();
            }
        }
    }

    private async Task ReadAttributesAsync(EventHeader header, CancellationToken ct)
    {
        var loose = new List<JsonElement>();
        var objects = new List<JsonElement[]>();
        var number = 0;
        var pages = PagesAsync(
            "attributes/restSearch", page => SearchBody.Attributes(header, PageSize, page, warninglistHits, allTags: true), ct);
        await foreach (var page in pages)
        {
            await LearnTagsAsync(header, page, ++number, ct);
            foreach (var attribute in page.GetProperty("Attribute").EnumerateArray())
            {
                if (IdOf(attribute, "object_id") is "0") loose.Add(attribute);
                else AddMember(attribute, objects);
            }
            await KeepAsync(header, loose, objects, ct);
        }
        Close(objects);
        await KeepAsync(header, loose, objects, ct);
    }

    /// <summary>
    /// Which tags may be exported is not said here. The same page without the others shows it; a tag that is not seen there
    /// stays here like a local one.
    /// </summary>
    private async Task LearnTagsAsync(EventHeader header, JsonElement page, int number, CancellationToken ct)
    {
        var names = await TagsAsync(header, page, ct);
        if (_knownTags.IsSupersetOf(names)) return;
        var (json, _) = await client.SearchWholeAsync(
            "attributes/restSearch", SearchBody.Attributes(header, PageSize, number, warninglistHits, allTags: false), ct);
        using (json) _exportableTags.UnionWith(await TagsAsync(header, json.RootElement.GetProperty("response"), ct));
        _knownTags.UnionWith(names);
    }

    private async Task<HashSet<string>> TagsAsync(EventHeader header, JsonElement page, CancellationToken ct)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var attributes = page.GetProperty("Attribute").EnumerateArray().Where(attribute => attribute.TryGetProperty("Tag", out _)).ToList();
        if (attributes.Count == 0) return names;
        await foreach (var one in Read(Form(header, attributes, []), ct))
        {
            foreach (var item in one.Items.OfType<EventItem.Attribute>())
            {
                names.UnionWith(item.Value.Tags.Where(tag => !tag.IsLocal).Select(tag => tag.Name));
            }
        }
        return names;
    }

    /// <summary>Attributes come by object, so that only one object can be open, also over the end of a page.</summary>
    private void AddMember(JsonElement attribute, List<JsonElement[]> objects)
    {
        if (_members.Count > 0 && IdOf(_members[0], "object_id") != IdOf(attribute, "object_id")) Close(objects);
        _members.Add(attribute.Clone());
    }

    private void Close(List<JsonElement[]> objects)
    {
        if (_members.Count == 0) return;
        // An object without its name could be one whose values are no indicators.
        var id = IdOf(_members[0], "object_id");
        if (!_objects.ContainsKey(id) || !_complete.Add(id)) throw client.Errors.OfPieces();
        objects.Add([.. _members]);
        _members.Clear();
    }

    private async Task KeepAsync(EventHeader header, List<JsonElement> loose, List<JsonElement[]> objects, CancellationToken ct)
    {
        await foreach (var one in Read(Form(header, loose, objects), ct))
        {
            foreach (var item in one.Items) _items.Add(WithTags(item));
        }
        loose.Clear();
        objects.Clear();
    }

    private EventItem WithTags(EventItem item) => item switch
    {
        EventItem.Attribute one => new EventItem.Attribute(WithTags(one.Value)),
        EventItem.Object one => new EventItem.Object(one.Value with { Attributes = [.. one.Value.Attributes.Select(WithTags)] }),
        _ => item,
    };

    private MispAttribute WithTags(MispAttribute attribute) => attribute.Tags.Count == 0 ? attribute : attribute with
    {
        Tags = [.. attribute.Tags.Select(tag => tag with { IsLocal = tag.IsLocal || !_exportableTags.Contains(tag.Name) })],
    };

    private byte[] Form(EventHeader header, List<JsonElement> loose, List<JsonElement[]> objects)
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

    private async IAsyncEnumerable<MispJsonEvent> Read(
        byte[] json, [EnumeratorCancellation] CancellationToken ct)
    {
        using var reader = new MispJsonReader(new MemoryStream(json), index => StableId.From($"{client.Server}\n{index}"));
        await using var events = reader.ReadAsync(ct).GetAsyncEnumerator(ct);
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync()) yield break;
            }
            catch (MispReadException e)
            {
                throw client.Errors.OfReading(e);
            }
            if (events.Current.Fault is not null) throw client.Errors.OfPieces();
            yield return events.Current;
        }
    }

    /// <summary>The value of <c>response</c>, page by page up to an empty one: these searches do not count what there is.</summary>
    private async IAsyncEnumerable<JsonElement> PagesAsync(
        string path, Func<int, byte[]> body, [EnumeratorCancellation] CancellationToken ct)
    {
        for (var page = 1; page <= MostPages; page++)
        {
            var (json, _) = await client.SearchWholeAsync(path, body(page), ct);
            using (json)
            {
                if (!json.RootElement.TryGetProperty("response", out var response)) throw client.Errors.OfPieces();
                var rows = response.ValueKind is JsonValueKind.Object ? response.GetProperty("Attribute") : response;
                if (rows.GetArrayLength() == 0) yield break;
                yield return response;
            }
        }
        throw client.Errors.OfPieces();
    }

    private static string IdOf(JsonElement item, string name) => item.GetProperty(name).ToString();
}
