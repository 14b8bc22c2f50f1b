using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Reading;

/// <summary>
/// Follows the tokens of MISP JSON, whatever is wrapped round the events, and puts events and items together. It knows
/// where it is by a stack of places; anything without a place (related events, proposals, reports, attachments) is
/// skipped by counting brackets.
/// <para>
/// PHP writes a list as an object with numbers for keys once an entry was removed from it, so both are the list. Anything
/// else in a list's place spoils the event: attributes or tags that cannot be read must not pass for none.
/// </para>
/// </summary>
internal sealed class EventWalker : IDisposable
{
    /// <summary>Tags or clusters of one owner, attributes of one object: all of them are in memory together.</summary>
    public const int MostInOne = 100_000;

    private readonly (Place Place, int Events)[] _stack = new (Place, int)[MispJsonReader.MaxDepth + 1];
    private readonly StringPool _pool = new();
    private readonly ItemStore _items;
    private readonly AttributeDraft _attribute;
    private readonly ObjectDraft _object;
    private readonly TagDraft _tag;
    private readonly GalaxyDraft _galaxy;
    private readonly bool _skipItems;
    private readonly Func<int, Guid> _uuidFor;

    private EventDraft _event;
    private Place _place;
    private int _depth;
    private int _skipping;
    private Field _field;
    private bool _inAttribute;
    private bool _inObject;
    private bool _isFirstName;

    public EventWalker(Func<int, Guid> uuidFor, bool skipItems, long memoryLimit)
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
    public bool SawLooseItems { get; private set; }

    /// <summary>A list where events belong was seen, be it an empty one.</summary>
    public bool SawEventList { get; private set; }

    /// <summary>Entries of lists of events that hold no event.</summary>
    public int Strays { get; private set; }

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
            case Place.Envelope or Place.Event when isFirst && _field is Field.Index:
                BeginEventList();
                break;
            case Place.Event:
                _event.IsEvent = true;
                break;
            case Place.Warnings:
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
        if (_place is Place.Envelope or Place.Event)
        {
            _event.HasItems |= _field is Field.Attribute or Field.Object;
        }
        if (Places.Next(_place, _field, isObject, isOutermost: _depth == 1, _skipItems) is not { } next)
        {
            TakeStrangeEntry();
            if (IsScalarOfAttribute || (_place is Place.Envelope or Place.Event && _field is Field.Uuid)) _event.Spoil($"\"{_field}\" is an object or a list");
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
            case Place.EventList:
                BeginEventList();
                break;
            case Place.Attribute:
                _attribute.Clear();
                _inAttribute = true;
                break;
            case Place.Object:
                _object.Clear();
                _inObject = true;
                break;
            case Place.TagLink or Place.Tag when from is not Place.TagLink:
                _tag.Clear();
                break;
            case Place.Galaxy:
                _galaxy.Begin(Galaxies);
                break;
            case Place.Cluster:
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
            case Place.Envelope:
                return Complete(eventsBefore);
            case Place.Attribute:
                AddAttribute();
                break;
            case Place.Object:
                _inObject = false;
                _event.HasContent = true;
                _items.Add(new EventItem.Object(_object.Build()));
                break;
            case Place.TagLink or Place.Tag when _place is not Place.TagLink:
                AddTag(_tag.Name, _tag.IsLocal);
                break;
            case Place.Cluster:
                RefuseEndless(Galaxies.Count, "galaxy clusters");
                _galaxy.EndCluster(Galaxies);
                break;
            case Place.Galaxy:
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
            case Place.TagList when reader.TokenType is JsonTokenType.String:
                AddTag(Scalar.Text(ref reader, _pool), isLocal: false);
                break;
            case Place.EventList or Place.AttributeList or Place.ObjectList or Place.TagList or Place.TagLinkList or Place.Warnings:
                TakeStrangeEntry();
                break;
            case not Place.TagLink when field.IsList() && reader.TokenType is not JsonTokenType.Null:
                _event.Spoil($"\"{field}\" is not a list");
                break;
            case Place.Attribute:
                _attribute.Set(field, ref reader);
                break;
            case Place.Object:
                _object.Set(field, ref reader);
                break;
            case Place.Envelope or Place.Event:
                _event.Set(field, ref reader);
                break;
            case Place.Organisation:
                _event.SetOrganisation(field, ref reader);
                break;
            case Place.Tag:
            case Place.TagLink when field is Field.Local:
                _tag.Set(field, ref reader);
                break;
            case Place.Galaxy:
                _galaxy.Set(field, ref reader);
                break;
            case Place.Cluster:
                _galaxy.SetCluster(field, ref reader);
                break;
        }
    }

    /// <summary>An entry of a list is of another kind than the list's entries.</summary>
    private void TakeStrangeEntry()
    {
        switch (_place)
        {
            case Place.EventList:
                Strays++;
                break;
            case Place.AttributeList:
                // It has neither type nor value, and is counted as such.
                _attribute.Clear();
                AddAttribute();
                break;
            case Place.ObjectList or Place.TagList or Place.TagLinkList:
                _event.Spoil($"{_place.ListName()} has an entry that cannot be read");
                break;
            case Place.Warnings:
                _attribute.OnWarninglist = true;
                break;
        }
    }

    // What decides whether the attribute is an indicator, and which.
    private bool IsScalarOfAttribute =>
        _place is Place.Attribute && _field is Field.Uuid or Field.Type or Field.Value or Field.ToIds or Field.Deleted;

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
        if (count >= MostInOne)
        {
            throw new MispReadException(MispReadFault.TooLong, $"holds more than {MostInOne:N0} {what} in one place", 0);
        }
    }

    /// <summary>What was collected so far is no event, for events begin here.</summary>
    private void BeginEventList()
    {
        _place = Place.EventList;
        SawEventList = true;
        Abandon();
    }

    private bool Complete(int eventsBefore)
    {
        if (!_event.IsEvent)
        {
            Strays += _place is Place.EventList && Events == eventsBefore ? 1 : 0;
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
        SawLooseItems |= _event.HasItems;
        _items.Clear();
        _event = new EventDraft(_pool);
    }
}
