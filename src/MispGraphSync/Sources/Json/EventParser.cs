using System.Runtime.InteropServices;
using System.Text.Json;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// Follows the tokens of MISP JSON in any envelope, and builds events and their items. A stack of containers holds the position;
/// everything outside of them (related events, proposals, reports, attachments) is skipped by counting brackets.
/// <para>
/// PHP writes a list as an object with numbers for keys after an entry was removed, so both are the list. Anything else in place of
/// a list makes the event unreadable: unreadable attributes or tags must not count as none.
/// </para>
/// </summary>
internal sealed class EventParser : IDisposable
{
    /// <summary>Tags or clusters of one owner, attributes of one object: these are in memory together.</summary>
    public const int MaxPerList = 100_000;

    private readonly (Container Container, int Events)[] _stack = new (Container, int)[MispJsonReader.MaxDepth + 1];
    private readonly StringPool _pool = new();
    private readonly ItemStore _items;
    private readonly AttributeDraft _attribute;
    private readonly ObjectDraft _object;
    private readonly EventDraft _event;
    private readonly FieldValues _tag;
    private readonly FieldValues _galaxy;
    private readonly FieldValues _cluster;
    private readonly ClusterDraft _details = new();
    private readonly bool _skipItems;
    private readonly Func<int, Guid> _uuidFor;

    private Container _container;
    private int _depth;
    private int _skipping;
    private Field _field;
    private bool _inAttribute;
    private bool _inObject;
    private bool _isFirstName;
    private int _firstCluster;
    private Field _metaField;

    public EventParser(Func<int, Guid> uuidFor, bool skipItems, long memoryLimit)
    {
        (_uuidFor, _skipItems) = (uuidFor, skipItems);
        _items = new ItemStore(memoryLimit);
        (_event, _attribute, _object) = (new(_pool), new(_pool), new(_pool));
        (_tag, _galaxy, _cluster) = (new(_pool), new(_pool), new(_pool, hasNumbers: true, poolsValues: true));
    }

    public int Events { get; private set; }

    /// <summary>Attributes or objects were outside of an event.</summary>
    public bool SawItemsOutsideEvent { get; private set; }

    /// <summary>A list of events was read, even if it is empty.</summary>
    public bool SawEventList { get; private set; }

    /// <summary>Entries of lists of events that are no event.</summary>
    public int NonEventEntries { get; private set; }

    public long SpooledBytes => _items.SpooledBytes;

    /// <summary>The event that <see cref="Parse"/> has completed.</summary>
    public MispJsonEvent? Current { get; private set; }

    /// <summary>The next text is not needed and can be skipped.</summary>
    public bool IgnoresNextText => _skipping > 0 || _field is Field.None;

    private TaggedDraft Owner => _inAttribute ? _attribute : _event;

    /// <summary>True at the end of an event; false when the reader has no more tokens for now.</summary>
    public bool Parse(ref Utf8JsonReader reader)
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
                if (token is JsonTokenType.StartObject or JsonTokenType.StartArray) _skipping++;
                else if (token is JsonTokenType.EndObject or JsonTokenType.EndArray) _skipping--;
                continue;
            }

            switch (token)
            {
                case JsonTokenType.PropertyName: ReadName(ref reader); break;
                case JsonTokenType.StartObject or JsonTokenType.StartArray: Enter(token is JsonTokenType.StartObject); break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    if (Leave()) return true;
                    break;
                default: ReadValue(ref reader); break;
            }
        }
        return false;
    }

    public void Dispose() => _items.Dispose();

    private void ReadName(ref Utf8JsonReader reader)
    {
        var isFirst = _isFirstName;
        _isFirstName = false;
        _field = FieldNames.Of(ref reader);
        switch (_container)
        {
            case Container.Envelope or Container.Event when isFirst && _field is Field.Index: BeginEventList(); break;
            case Container.Event: _event.MarkAsEvent(); break;
            case Container.Warnings: _attribute.Values.TurnOn(Field.Warnings); break;
            default:
                if (_field is not Field.Index && _container.ListName() is { } list) _event.MarkUnreadable($"{list} is not a list");
                break;
        }
    }

    private void Enter(bool isObject)
    {
        if (_container is Container.Envelope or Container.Event) _event.HasItems |= _field is Field.Attribute or Field.Object;
        if (Containers.Next(_container, _field, isObject, isOutermost: _depth == 1, _skipItems) is not { } next)
        {
            HandleUnexpectedEntry();
            if (MustBeScalar) _event.MarkUnreadable($"\"{_field}\" is an object or a list");
            _skipping = 1;
            return;
        }

        _stack[_depth++] = (_container, Events);
        var from = _container;
        if (next is Container.MetaList) _metaField = _field;
        (_container, _field, _isFirstName) = (next, Field.None, true);
        switch (next)
        {
            case Container.EventList: BeginEventList(); break;
            case Container.Attribute:
                _attribute.Clear();
                _inAttribute = true;
                break;
            case Container.Object:
                _object.Clear();
                _inObject = true;
                break;
            case Container.TagLink or Container.Tag when from is not Container.TagLink: _tag.Clear(); break;
            case Container.Galaxy:
                _galaxy.Clear();
                _firstCluster = Owner.Clusters.Count;
                break;
            case Container.Cluster:
                _cluster.Clear();
                _details.Clear();
                break;
        }
    }

    /// <summary>True when the closing bracket completes an event.</summary>
    private bool Leave()
    {
        var left = _container;
        (_container, var eventsBefore) = _stack[--_depth];
        (_field, _isFirstName) = (Field.None, false);
        switch (left)
        {
            case Container.Envelope: return Complete(eventsBefore);
            case Container.Attribute: AddAttribute(); break;
            case Container.Object:
                _inObject = false;
                _event.HasContent = true;
                _items.Add(new EventItem.Object(_object.Build()));
                break;
            case Container.TagLink or Container.Tag when _container is not Container.TagLink:
                AddTag(_tag.Text(Field.Name), _tag.IsLocal);
                break;
            case Container.Cluster: AddCluster(); break;
            case Container.Galaxy: NameClusters(); break;
        }
        return false;
    }

    private void ReadValue(ref Utf8JsonReader reader)
    {
        var field = _field;
        _field = Field.None;
        switch (_container)
        {
            case Container.TagList when reader.TokenType is JsonTokenType.String:
                AddTag(Scalar.Text(ref reader, _pool), isLocal: false);
                break;
            case Container.EventList or Container.AttributeList or Container.ObjectList or Container.TagList or Container.TagLinkList
                or Container.Warnings:
                HandleUnexpectedEntry();
                break;
            case not Container.TagLink when field.IsList() && reader.TokenType is not JsonTokenType.Null:
                _event.MarkUnreadable($"\"{field}\" is not a list");
                break;
            case Container.Attribute: _attribute.Values.Set(field, ref reader); break;
            case Container.Object: _object.Values.Set(field, ref reader); break;
            case Container.Envelope or Container.Event: _event.Set(field, ref reader); break;
            case Container.Organisation: _event.Organisation.Set(field, ref reader); break;
            case Container.Tag: _tag.Set(field, ref reader); break;
            case Container.TagLink when field is Field.Local: _tag.Set(field, ref reader); break;
            case Container.Galaxy: _galaxy.Set(field, ref reader); break;
            case Container.Cluster: _cluster.Set(field, ref reader); break;
            case Container.Meta or Container.Relation: _details.Add(field, ref reader); break;
            case Container.MetaList: _details.Add(_metaField, ref reader); break;
        }
    }

    /// <summary>An entry of a list is of another kind than the list's entries.</summary>
    private void HandleUnexpectedEntry()
    {
        switch (_container)
        {
            case Container.EventList: NonEventEntries++; break;
            case Container.AttributeList:
                // Without type and value, but counted.
                _attribute.Clear();
                AddAttribute();
                break;
            case Container.ObjectList or Container.TagList or Container.TagLinkList:
                _event.MarkUnreadable($"{_container.ListName()} has an entry that cannot be read");
                break;
            case Container.Warnings: _attribute.Values.TurnOn(Field.Warnings); break;
        }
    }

    /// <summary>The fields that decide which event it is, and whether the attribute is an indicator and which.</summary>
    private bool MustBeScalar => _container switch
    {
        Container.Attribute => _field is Field.Uuid or Field.Type or Field.Value or Field.ToIds or Field.Deleted,
        Container.Envelope or Container.Event => _field is Field.Uuid,
        _ => false,
    };

    private void AddAttribute()
    {
        (_inAttribute, _event.HasContent) = (false, true);
        if (!_inObject)
        {
            _items.Add(new EventItem.Attribute(_attribute.Build()));
            return;
        }
        CheckLength(_object.Attributes.Count, "attributes of one object");
        _object.Attributes.Add(_attribute.Build());
    }

    /// <summary>An unreadable tag could be any, even tlp:red.</summary>
    private void AddTag(string? name, bool isLocal)
    {
        if (name is null || (name.Contains('\uFFFD') && name.Contains("tlp", StringComparison.OrdinalIgnoreCase)))
        {
            _event.MarkUnreadable("\"Tag\" has a tag whose name cannot be read");
        }
        else if (!string.IsNullOrWhiteSpace(name))
        {
            CheckLength(Owner.Tags.Count, "tags");
            Owner.Tags.Add(_pool.Tag(name, isLocal));
        }
    }

    /// <summary>
    /// Not a restricted cluster: attached locally, or visible only to its own organisation (0) or a sharing group (4). Old servers give
    /// their library's clusters a 0 too; the tags of those contain the name instead of a UUID.
    /// </summary>
    private void AddCluster()
    {
        CheckLength(Owner.Clusters.Count, "galaxy clusters");
        var tag = _cluster.NonEmptyText(Field.TagName);
        var isRestricted = _cluster.IsOn(Field.Local)
            || (_cluster.Number(Field.Distribution) is 0 or 4 && (tag is null || MispTag.IsOfCustomCluster(tag)));
        if (_cluster.NonEmptyText(Field.Value) is { } value && !isRestricted)
            Owner.Clusters.Add((new GalaxyCluster(_cluster.Text(Field.Type) ?? "", value), tag));
        if (_details.Build(_cluster) is { } cluster) _event.AddCluster(cluster);
    }

    /// <summary>A galaxy's own type applies to all of its clusters; it may come before them or after.</summary>
    private void NameClusters()
    {
        if (_galaxy.NonEmptyText(Field.Type) is not { } type) return;
        foreach (ref var one in CollectionsMarshal.AsSpan(Owner.Clusters)[_firstCluster..])
            one.Cluster = one.Cluster with { Galaxy = type };
    }

    private static void CheckLength(int count, string what)
    {
        if (count >= MaxPerList)
            throw new MispReadException(MispReadFault.TooLong, $"holds more than {MaxPerList:N0} {what} in one place", 0);
    }

    /// <summary>Everything collected so far is no event: events begin here.</summary>
    private void BeginEventList()
    {
        _container = Container.EventList;
        SawEventList = true;
        Discard();
    }

    private bool Complete(int eventsBefore)
    {
        if (!_event.IsEvent)
        {
            if (_container is Container.EventList && Events == eventsBefore) NonEventEntries++;
            Discard();
            return false;
        }

        if (!_skipItems) _event.CheckNullItems();
        Current = new MispJsonEvent(_event.Build(_uuidFor(Events)), _event.Fault is null ? _items.Take() : [], Events)
        {
            IsSummary = _event.IsSummary,
            HasItems = _event.HasItems,
            HasUuid = _event.HasUuid,
            Fault = _event.Fault,
        };
        Events++;
        _event.Clear();
        return true;
    }

    /// <summary>Everything collected so far belongs to no event.</summary>
    private void Discard()
    {
        SawItemsOutsideEvent |= _event.HasItems;
        _items.Clear();
        _event.Clear();
    }
}
