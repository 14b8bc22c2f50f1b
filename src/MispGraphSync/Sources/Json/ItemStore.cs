using System.Text;
using Microsoft.Win32.SafeHandles;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// Keeps one event's items until the event is complete, because MISP writes an event's tags after its attributes. The items of a big
/// event are spooled to a temporary file, readable by its owner only and gone when the process ends in any way.
/// </summary>
/// <param name="memoryLimit">Estimated bytes above which an event's items are spooled.</param>
/// <param name="diskLimit">Estimated bytes that no real event reaches.</param>
/// <param name="openFile">Opens the temporary file; null for one in the system's folder.</param>
internal sealed class ItemStore(long memoryLimit, long diskLimit = 8L << 30, Func<FileStream>? openFile = null) : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private List<EventItem> _items = [];
    private FileStream? _file;
    private BinaryWriter? _writer;
    private int _spooled;
    private int _generation;
    private long _bytes;

    /// <summary>Bytes written to the temporary file so far, over all events.</summary>
    public long SpooledBytes { get; private set; }

    /// <exception cref="RunFailedException">The temporary folder is full or read-only.</exception>
    public void Add(EventItem item)
    {
        _bytes += Size(item);
        if (_bytes > diskLimit)
            throw new MispReadException(MispReadFault.TooLong, $"holds an event of more than {diskLimit / 1024 / 1024:N0} MB", 0);
        if (_spooled == 0)
        {
            _items.Add(item);
            if (_bytes > memoryLimit) SpoolAll();
            return;
        }
        OnDisk((Store: this, Item: item), static one => one.Store.Spool(one.Item));
    }

    /// <summary>All items in their order; from a file, until the next <see cref="Clear"/>.</summary>
    public IEnumerable<EventItem> Take()
    {
        if (_spooled == 0) return _items;
        OnDisk(this, static store => store.Flush());
        SpooledBytes += _file!.Position;
        return ReadBack(_generation, _spooled);
    }

    /// <summary>Ready for the next event. A list that was handed out stays as it was.</summary>
    public void Clear()
    {
        if (_items.Count > 0) _items = [];
        _bytes = 0;
        if (_spooled == 0) return;
        _generation++;
        _spooled = 0;
        OnDisk(this, static store =>
        {
            store.Flush();
            store._file!.SetLength(0);
            store._file.Position = 0;
        });
    }

    public void Dispose()
    {
        _generation++;
        try
        {
            _writer?.Dispose();
            _file?.Dispose();
        }
        catch (IOException)
        {
            // The disk is full; the bytes that could not be written are not needed any more.
        }
    }

    private void SpoolAll()
    {
        OnDisk(this, static store =>
        {
            store._writer ??= new BinaryWriter(store.OpenFile(), Encoding.UTF8, leaveOpen: true);
            store._items.ForEach(store.Spool);
        });
        _items = [];
    }

    private FileStream OpenFile() => _file = (openFile ?? Create)();

    private void Spool(EventItem item)
    {
        ItemEncoding.Write(_writer!, item);
        _spooled++;
    }

    private void Flush()
    {
        _writer!.Flush();
        _file!.Flush();
    }

    private IEnumerable<EventItem> ReadBack(int generation, int count)
    {
        ObjectDisposedException.ThrowIf(generation != _generation, this);
        // Each enumeration has its own position in the one file.
        using var handle = new SafeFileHandle(_file!.SafeFileHandle.DangerousGetHandle(), ownsHandle: false);
        using var stream = new FileStream(handle, FileAccess.Read, BufferSize) { Position = 0 };
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        for (var i = 0; i < count; i++)
        {
            ObjectDisposedException.ThrowIf(generation != _generation, this);
            yield return OnDisk(reader, ItemEncoding.Read);
        }
    }

    private static void OnDisk<T>(T argument, Action<T> work) => OnDisk((argument, work), static one =>
    {
        one.work(one.argument);
        return true;
    });

    private static TResult OnDisk<T, TResult>(T argument, Func<T, TResult> work)
    {
        try
        {
            return work(argument);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(
                RunOutcome.Unreachable,
                $"An event is too big for memory, and the temporary folder {Path.GetTempPath()} cannot hold it: {e.Message}",
                "Free some space there, or name another folder in the variable TMPDIR (TEMP on Windows).",
                e);
        }
    }

    private static FileStream Create()
    {
        var path = Path.Combine(Path.GetTempPath(), $"misp-graph-{Path.GetRandomFileName()}.spool");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = BufferSize,
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        // On Unix the file disappears with the last handle: a killed run leaves nothing behind.
        if (!OperatingSystem.IsWindows()) System.IO.File.Delete(path);
        return file;
    }

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
