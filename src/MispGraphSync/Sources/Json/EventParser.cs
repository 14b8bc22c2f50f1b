using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// Follows the tokens of MISP JSON, whatever is wrapped round the events, and puts events and items together. It knows
/// where it is by a stack of places; anything without a place (related events, proposals, reports, attachments) is
/// skipped by counting brackets.
/// <para>
/// PHP writes a list as an object with numbers for keys once an entry was removed from it, so both are the list. Anything
/// else in a list's place spoils the event: attributes or tags that cannot be read must not pass for none.
/// </para>
/// </summary>
internal sealed class EventParser : IDisposable
{
    /// <summary>Tags or clusters of one owner, attributes of one object: all of them are in memory together.</summary>
    public const int MaxPerList = 100_000;

    private readonly (Container Place, int Events)[] _stack = new (Container, int)[MispJsonReader.MaxDepth + 1];
    private readonly StringPool _pool = new();
    private readonly ItemStore _items;
    private readonly AttributeDraft _attribute;
    private readonly ObjectDraft _object;
    private readonly TagDraft _tag;
    private readonly GalaxyDraft _galaxy;
    private readonly bool _skipItems;
    private readonly Func<int, Guid> _uuidFor;

    private EventDraft _event;
    private Container _place;
    private int _depth;
    private int _skipping;
    private Field _field;
    private bool _inAttribute;
    private bool _inObject;
    private bool _isFirstName;

    public EventParser(Func<int, Guid> uuidFor, bool skipItems, long memoryLimit)
    {
        _uuidFor = uuidFor;
        _skipItems = skipItems;
        _items = new ItemStore(memoryLimit);
        _attribute = new AttributeDraft(_pool);
        _object = new ObjectDraft(_pool);
        _tag = new TagDraft(_pool);
        _galaxy = new GalaxyDraft(_pool);
        _event = new EventDraft(_pool);
    }

    /// <summary>Events completed.</summary>
    public int Events { get; private set; }

    /// <summary>Attributes or objects were in no event.</summary>
    public bool SawItemsOutsideEvent { get; private set; }

    /// <summary>A list where events belong was seen, be it an empty one.</summary>
    public bool SawEventList { get; private set; }

    /// <summary>Entries of lists of events that hold no event.</summary>
    public int NonEventEntries { get; private set; }

    public long SpooledBytes => _items.SpooledBytes;

    /// <summary>The event that <see cref="Walk"/> stopped at.</summary>
    public MispJsonEvent? Current { get; private set; }

    /// <summary>The text that comes next is not going to be read, however long it is.</summary>
    public bool IgnoresNextText => _skipping > 0 || _field is Field.None;

    /// <summary>True at the end of an event; false when the reader has no more tokens for now.</summary>
    public bool Walk(ref Utf8JsonReader reader)
    {
        if (Current is not null)
        {
            Current = null;
            _items.Clear();
        }

        while (reader.Read())
        {
            var token = reader.TokenType;
            if (_skipping > 0)
            {
                _skipping += token is JsonTokenType.StartObject or JsonTokenType.StartArray ? 1
                    : token is JsonTokenType.EndObject or JsonTokenType.EndArray ? -1
                    : 0;
                continue;
            }

            switch (token)
            {
                case JsonTokenType.PropertyName:
                    Name(ref reader);
                    break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    Enter(token is JsonTokenType.StartObject);
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    if (Leave())
                    {
                        return true;
                    }
                    break;
                default:
                    Take(ref reader);
                    break;
            }
        }
        return false;
    }

    public void Dispose() => _items.Dispose();

    private void Name(ref Utf8JsonReader reader)
    {
        var isFirst = _isFirstName;
        _isFirstName = false;
        _field = FieldNames.Of(ref reader);
        switch (_place)
        {
            case Container.Envelope or Container.Event when isFirst && _field is Field.Index:
                BeginEventList();
                break;
            case Container.Event:
                _event.IsEvent = true;
                break;
            case Container.Warnings:
                _attribute.OnWarninglist = true;
                break;
            default:
                if (_field is not Field.Index && _place.ListName() is { } list)
                {
                    _event.Spoil($"{list} is not a list");
                }
                break;
        }
    }

    private void Enter(bool isObject)
    {
        if (_place is Container.Envelope or Container.Event)
        {
            _event.HasItems |= _field is Field.Attribute or Field.Object;
        }
        if (Containers.Next(_place, _field, isObject, isOutermost: _depth == 1, _skipItems) is not { } next)
        {
            TakeStrangeEntry();
            if (IsScalarOfAttribute || (_place is Container.Envelope or Container.Event && _field is Field.Uuid)) _event.Spoil($"\"{_field}\" is an object or a list");
            _skipping = 1;
            return;
        }

        _stack[_depth++] = (_place, Events);
        var from = _place;
        _place = next;
        _field = Field.None;
        _isFirstName = true;
        switch (next)
        {
            case Container.EventList:
                BeginEventList();
                break;
            case Container.Attribute:
                _attribute.Clear();
                _inAttribute = true;
                break;
            case Container.Object:
                _object.Clear();
                _inObject = true;
                break;
            case Container.TagLink or Container.Tag when from is not Container.TagLink:
                _tag.Clear();
                break;
            case Container.Galaxy:
                _galaxy.Begin(Galaxies);
                break;
            case Container.Cluster:
                _galaxy.BeginCluster();
                break;
        }
    }

    /// <summary>True when an event is complete with the bracket that closes here.</summary>
    private bool Leave()
    {
        var left = _place;
        (_place, var eventsBefore) = _stack[--_depth];
        (_field, _isFirstName) = (Field.None, false);
        switch (left)
        {
            case Container.Envelope:
                return Complete(eventsBefore);
            case Container.Attribute:
                AddAttribute();
                break;
            case Container.Object:
                _inObject = false;
                _event.HasContent = true;
                _items.Add(new EventItem.Object(_object.Build()));
                break;
            case Container.TagLink or Container.Tag when _place is not Container.TagLink:
                AddTag(_tag.Name, _tag.IsLocal);
                break;
            case Container.Cluster:
                RefuseEndless(Galaxies.Count, "galaxy clusters");
                _galaxy.EndCluster(Galaxies);
                break;
            case Container.Galaxy:
                _galaxy.End(Galaxies);
                break;
        }
        return false;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        var field = _field;
        _field = Field.None;
        switch (_place)
        {
            case Container.TagList when reader.TokenType is JsonTokenType.String:
                AddTag(Scalar.Text(ref reader, _pool), isLocal: false);
                break;
            case Container.EventList or Container.AttributeList or Container.ObjectList or Container.TagList or Container.TagLinkList or Container.Warnings:
                TakeStrangeEntry();
                break;
            case not Container.TagLink when field.IsList() && reader.TokenType is not JsonTokenType.Null:
                _event.Spoil($"\"{field}\" is not a list");
                break;
            case Container.Attribute:
                _attribute.Set(field, ref reader);
                break;
            case Container.Object:
                _object.Set(field, ref reader);
                break;
            case Container.Envelope or Container.Event:
                _event.Set(field, ref reader);
                break;
            case Container.Organisation:
                _event.SetOrganisation(field, ref reader);
                break;
            case Container.Tag:
            case Container.TagLink when field is Field.Local:
                _tag.Set(field, ref reader);
                break;
            case Container.Galaxy:
                _galaxy.Set(field, ref reader);
                break;
            case Container.Cluster:
                _galaxy.SetCluster(field, ref reader);
                break;
        }
    }

    /// <summary>An entry of a list is of another kind than the list's entries.</summary>
    private void TakeStrangeEntry()
    {
        switch (_place)
        {
            case Container.EventList:
                NonEventEntries++;
                break;
            case Container.AttributeList:
                // It has neither type nor value, and is counted as such.
                _attribute.Clear();
                AddAttribute();
                break;
            case Container.ObjectList or Container.TagList or Container.TagLinkList:
                _event.Spoil($"{_place.ListName()} has an entry that cannot be read");
                break;
            case Container.Warnings:
                _attribute.OnWarninglist = true;
                break;
        }
    }

    // What decides whether the attribute is an indicator, and which.
    private bool IsScalarOfAttribute =>
        _place is Container.Attribute && _field is Field.Uuid or Field.Type or Field.Value or Field.ToIds or Field.Deleted;

    private List<TaggedCluster> Galaxies => _inAttribute ? _attribute.Galaxies : _event.Galaxies;

    private void AddAttribute()
    {
        (_inAttribute, _event.HasContent) = (false, true);
        if (_inObject)
        {
            RefuseEndless(_object.Attributes.Count, "attributes of one object");
            _object.Attributes.Add(_attribute.Build());
        }
        else
        {
            _items.Add(new EventItem.Attribute(_attribute.Build()));
        }
    }

    /// <summary>A tag that cannot be read could be any, tlp:red too.</summary>
    private void AddTag(string? name, bool isLocal)
    {
        if (name is null || (name.Contains('\uFFFD') && name.Contains("tlp", StringComparison.OrdinalIgnoreCase)))
        {
            _event.Spoil("\"Tag\" has a tag whose name cannot be read");
        }
        else if (!string.IsNullOrWhiteSpace(name))
        {
            var tags = _inAttribute ? _attribute.Tags : _event.Tags;
            RefuseEndless(tags.Count, "tags");
            tags.Add(_pool.Tag(name, isLocal));
        }
    }

    private static void RefuseEndless(int count, string what)
    {
        if (count >= MaxPerList)
        {
            throw new MispReadException(MispReadFault.TooLong, $"holds more than {MaxPerList:N0} {what} in one place", 0);
        }
    }

    /// <summary>What was collected so far is no event, for events begin here.</summary>
    private void BeginEventList()
    {
        _place = Container.EventList;
        SawEventList = true;
        Abandon();
    }

    private bool Complete(int eventsBefore)
    {
        if (!_event.IsEvent)
        {
            NonEventEntries += _place is Container.EventList && Events == eventsBefore ? 1 : 0;
            Abandon();
            return false;
        }

        if (!_skipItems) _event.SpoilIfAttributesAreNull();
        Current = new MispJsonEvent(_event.Build(_uuidFor(Events)), _event.Fault is null ? _items.Take() : [], Events)
        {
            IsSummary = _event.IsSummary,
            HasItems = _event.HasItems,
            HasUuid = _event.HasUuid,
            Fault = _event.Fault,
        };
        Events++;
        _event = new EventDraft(_pool);
        return true;
    }

    /// <summary>What was collected belongs to no event.</summary>
    private void Abandon()
    {
        SawItemsOutsideEvent |= _event.HasItems;
        _items.Clear();
        _event = new EventDraft(_pool);
    }
}
