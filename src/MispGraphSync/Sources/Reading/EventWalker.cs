using System.Text.Json;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Reading;

/// <summary>
/// Follows the tokens of MISP JSON, whatever is wrapped round the events, and puts events and items together. It knows
/// where it stands by a stack of places; anything without a place (related events, proposals, reports, attachments) is
/// passed over by counting brackets.
/// </summary>
internal sealed class EventWalker : IDisposable
{
    /// <summary>Tags or clusters of one owner, attributes of one object: all of them are in memory at once.</summary>
    public const int MostInOne = 100_000;

    private readonly Place[] _stack = new Place[MispJsonReader.MaxDepth + 1];
    private readonly StringPool _pool = new();
    private readonly ItemStore _items;
    private readonly AttributeDraft _attribute;
    private readonly ObjectDraft _object;
    private readonly bool _skipItems;
    private readonly Func<int, Guid> _uuidFor;

    private EventDraft _event;
    private Place _place;
    private int _depth;
    private int _skipping;
    private Field _field;
    private bool _inAttribute;
    private bool _inObject;
    private string? _tagName;
    private bool _tagIsLocal;
    private string? _galaxyType;
    private string? _clusterType;
    private string? _clusterValue;
    private int _firstClusterOfGalaxy;

    public EventWalker(Func<int, Guid> uuidFor, bool skipItems, long memoryLimit)
    {
        _uuidFor = uuidFor;
        _skipItems = skipItems;
        _items = new ItemStore(memoryLimit);
        _attribute = new AttributeDraft(_pool);
        _object = new ObjectDraft(_pool);
        _event = new EventDraft(_pool);
    }

    /// <summary>Events completed.</summary>
    public int Events { get; private set; }

    /// <summary>Attributes or objects stood in no event.</summary>
    public bool SawLooseItems { get; private set; }

    /// <summary>A list where events belong was seen, be it an empty one.</summary>
    public bool SawEventList { get; private set; }

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
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    if (_skipping == 0)
                    {
                        _field = FieldNames.Of(ref reader);
                        _attribute.OnWarninglist |= _place is Place.Warnings;
                    }
                    break;

                case JsonTokenType.StartObject:
                case JsonTokenType.StartArray:
                    Enter(reader.TokenType is JsonTokenType.StartObject);
                    break;

                case JsonTokenType.EndObject:
                case JsonTokenType.EndArray:
                    if (_skipping > 0)
                    {
                        _skipping--;
                    }
                    else if (Leave())
                    {
                        return true;
                    }
                    break;

                default:
                    if (_skipping == 0)
                    {
                        Take(ref reader);
                    }
                    break;
            }
        }
        return false;
    }

    public void Dispose() => _items.Dispose();

    private void Enter(bool isObject)
    {
        if (_skipping > 0 || Next(isObject) is not { } next)
        {
            _attribute.OnWarninglist |= _skipping == 0 && _place is Place.Warnings;
            _skipping++;
            return;
        }

        _stack[_depth++] = _place;
        var from = _place;
        _place = next;
        _field = Field.None;
        switch (next)
        {
            case Place.EventList:
                Abandon();
                SawEventList = true;
                break;
            case Place.Event:
                _event.IsEvent = true;
                break;
            case Place.Attribute:
                _attribute.Clear();
                _inAttribute = true;
                break;
            case Place.Object:
                _object.Clear();
                _inObject = true;
                break;
            case Place.TagLink:
            case Place.Tag when from is not Place.TagLink:
                _tagName = null;
                _tagIsLocal = false;
                break;
            case Place.Galaxy:
                _galaxyType = null;
                _firstClusterOfGalaxy = Galaxies.Count;
                break;
            case Place.Cluster:
                _clusterType = _clusterValue = null;
                break;
        }
    }

    /// <summary>The place that begins here; null for one to pass over.</summary>
    private Place? Next(bool isObject) => _place switch
    {
        Place.Document => isObject ? Place.Envelope : Place.EventList,
        Place.EventList => isObject ? Place.Envelope : null,
        Place.Envelope when _field is Field.Event => isObject ? Place.Event : Place.EventList,
        Place.Envelope when _field is Field.Response && _depth == 1 => isObject ? Place.Envelope : Place.EventList,
        Place.Envelope or Place.Event => NextInEvent(isObject),
        Place.AttributeList => isObject ? Place.Attribute : null,
        Place.ObjectList => isObject ? Place.Object : null,
        Place.Object when _field is Field.Attribute => isObject ? Place.Attribute : Place.AttributeList,
        Place.Attribute => _field switch
        {
            Field.Tag => isObject ? Place.Tag : Place.TagList,
            Field.AttributeTag => isObject ? null : Place.TagLinkList,
            Field.Galaxy => isObject ? Place.Galaxy : Place.GalaxyList,
            Field.Warnings => Place.Warnings,
            _ => null,
        },
        Place.TagList => isObject ? Place.Tag : null,
        Place.TagLinkList => isObject ? Place.TagLink : null,
        Place.TagLink when _field is Field.Tag && isObject => Place.Tag,
        Place.GalaxyList => isObject ? Place.Galaxy : null,
        Place.Galaxy when _field is Field.GalaxyCluster => isObject ? Place.Cluster : Place.ClusterList,
        Place.ClusterList => isObject ? Place.Cluster : null,
        _ => null,
    };

    private Place? NextInEvent(bool isObject)
    {
        switch (_field)
        {
            case Field.Attribute:
                _event.HasItems = true;
                return _skipItems ? null : isObject ? Place.Attribute : Place.AttributeList;
            case Field.Object:
                _event.HasItems = true;
                return _skipItems ? null : isObject ? Place.Object : Place.ObjectList;
            case Field.Tag:
                return isObject ? Place.Tag : Place.TagList;
            case Field.EventTag:
                return isObject ? null : Place.TagLinkList;
            case Field.Galaxy:
                return isObject ? Place.Galaxy : Place.GalaxyList;
            case Field.Orgc when isObject:
                return Place.Organisation;
            default:
                return null;
        }
    }

    /// <summary>True when an event is complete with the bracket that closes here.</summary>
    private bool Leave()
    {
        var left = _place;
        _place = _stack[--_depth];
        _field = Field.None;
        switch (left)
        {
            case Place.Envelope:
                return Complete();
            case Place.Attribute:
                AddAttribute();
                break;
            case Place.Object:
                _inObject = false;
                _items.Add(new EventItem.Object(_object.Build()));
                break;
            case Place.Tag when _place is not Place.TagLink:
            case Place.TagLink:
                AddTag(_tagName, _tagIsLocal);
                break;
            case Place.Cluster when !string.IsNullOrEmpty(_clusterValue):
                RefuseEndless(Galaxies.Count, "galaxy clusters");
                Galaxies.Add(new GalaxyCluster(_clusterType ?? "", _clusterValue));
                break;
            case Place.Galaxy when !string.IsNullOrEmpty(_galaxyType):
                NameClusters(_galaxyType);
                break;
        }
        return false;
    }

    private void Take(ref Utf8JsonReader reader)
    {
        switch (_place)
        {
            case Place.Attribute:
                _attribute.Set(_field, ref reader);
                break;
            case Place.Object:
                _object.Set(_field, ref reader);
                break;
            case Place.Envelope:
            case Place.Event:
                _event.Set(_field, ref reader);
                break;
            case Place.Organisation:
                _event.SetOrganisation(_field, ref reader);
                break;
            case Place.Tag when _field is Field.Name:
                _tagName = Scalar.Text(ref reader, _pool);
                break;
            case Place.Tag when _field is Field.Local:
            case Place.TagLink when _field is Field.Local:
                _tagIsLocal |= Scalar.Flag(ref reader);
                break;
            case Place.TagList:
                AddTag(Scalar.Text(ref reader, _pool), isLocal: false);
                break;
            case Place.Galaxy when _field is Field.Type:
                _galaxyType = Scalar.Text(ref reader, _pool);
                break;
            case Place.Cluster when _field is Field.Type:
                _clusterType = Scalar.Text(ref reader, _pool);
                break;
            case Place.Cluster when _field is Field.Value:
                _clusterValue = Scalar.Text(ref reader, _pool);
                break;
            case Place.Warnings:
                _attribute.OnWarninglist = true;
                break;
        }
        _field = Field.None;
    }

    private List<GalaxyCluster> Galaxies => _inAttribute ? _attribute.Galaxies : _event.Galaxies;

    private void AddAttribute()
    {
        _inAttribute = false;
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

    private void AddTag(string? name, bool isLocal)
    {
        if (name?.Trim() is { Length: > 0 } trimmed)
        {
            var tags = _inAttribute ? _attribute.Tags : _event.Tags;
            RefuseEndless(tags.Count, "tags");
            tags.Add(_pool.Tag(trimmed, isLocal));
        }
    }

    private static void RefuseEndless(int count, string what)
    {
        if (count >= MostInOne) throw new MispReadException(MispReadFault.TooLong, $"holds more than {MostInOne:N0} {what} in one place", 0);
    }

    /// <summary>A galaxy's own type counts for all of its clusters; it may stand before them or after.</summary>
    private void NameClusters(string type)
    {
        var galaxies = Galaxies;
        for (var i = _firstClusterOfGalaxy; i < galaxies.Count; i++)
        {
            galaxies[i] = galaxies[i] with { Galaxy = type };
        }
    }

    private bool Complete()
    {
        if (!_event.IsEvent)
        {
            Abandon();
            return false;
        }

        Current = new MispJsonEvent(_event.Build(_uuidFor(Events)), _items.Take(), Events, _event.IsSummary);
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
