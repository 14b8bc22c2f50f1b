namespace MispGraphSync.Sources.Json;

/// <summary>
/// Keeps one event's items until the event is complete, because MISP writes an event's tags after its attributes. The items of a big
/// event are spooled to a temporary file.
/// </summary>
/// <param name="memoryLimit">Estimated bytes above which an event's items are spooled.</param>
/// <param name="diskLimit">Estimated bytes that no real event reaches.</param>
/// <param name="openFile">Opens the temporary file; null for one in the system's folder.</param>
internal sealed class ItemStore(long memoryLimit, long diskLimit = 8L << 30, Func<FileStream>? openFile = null) : IDisposable
{
    private List<EventItem> _items = [];
    private ItemSpool? _spool;
    private long _bytes;

    /// <summary>Bytes written to temporary files so far, over all events.</summary>
    public long SpooledBytes { get; private set; }

    /// <exception cref="RunFailedException">The temporary folder is full or read-only.</exception>
    public void Add(EventItem item)
    {
        _bytes += Size(item);
        if (_bytes > diskLimit)
            throw new MispReadException(MispReadFault.TooLong, $"holds an event of more than {diskLimit / 1024 / 1024:N0} MB", 0);
        if (_spool is not null)
        {
            _spool.Write(item);
            return;
        }

        _items.Add(item);
        if (_bytes <= memoryLimit) return;
        _spool = new ItemSpool(openFile);
        _items.ForEach(_spool.Write);
        _items = [];
    }

    /// <summary>All items in their order; from a file, until the next <see cref="Clear"/>.</summary>
    public IEnumerable<EventItem> Take()
    {
        if (_spool is null) return _items;
        SpooledBytes += _spool.Complete();
        return _spool.Read();
    }

    /// <summary>Ready for the next event. A list that was handed out stays as it was.</summary>
    public void Clear()
    {
        if (_items.Count > 0) _items = [];
        _bytes = 0;
        _spool?.Dispose();
        _spool = null;
    }

    public void Dispose() => _spool?.Dispose();

    /// <summary>Estimated managed bytes: a record, its texts, its lists.</summary>
    private static long Size(EventItem item) => item switch
    {
        EventItem.Attribute { Value: var value } => Size(value),
        EventItem.Object { Value: var value } => 120 + value.Attributes.Sum(Size),
        _ => 0,
    };

    private static long Size(MispAttribute attribute) =>
        260 + (2 * (attribute.Value.Length + (attribute.Comment?.Length ?? 0)))
        + (8 * attribute.Tags.Count) + (32 * attribute.Galaxies.Count);
}
