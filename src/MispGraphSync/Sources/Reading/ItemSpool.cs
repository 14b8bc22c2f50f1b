using System.Text;
using MispGraphSync.Core.Domain;

namespace MispGraphSync.Sources.Reading;

/// <summary>
/// A temporary file with one event's items, for the owner's eyes only, and gone with the process however that ends.
/// Used again for the next event that is too big for memory.
/// </summary>
internal sealed class ItemSpool : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private FileStream? _file;
    private BinaryWriter? _writer;
    private int _count;
    private int _generation;

    public bool IsOpen { get; private set; }

    public void Open()
    {
        _file ??= Create();
        _writer ??= new BinaryWriter(_file, Encoding.UTF8, leaveOpen: true);
        IsOpen = true;
    }

    public void Write(EventItem item)
    {
        ItemEncoding.Write(_writer!, item);
        _count++;
    }

    /// <summary>Bytes in the file.</summary>
    public long Flush()
    {
        _writer!.Flush();
        _file!.Flush();
        return _file.Position;
    }

    /// <summary>The items from the first on; can be asked for more than once.</summary>
    public IEnumerable<EventItem> Read()
    {
        var (generation, count) = (_generation, _count);
        return Items();

        IEnumerable<EventItem> Items()
        {
            ObjectDisposedException.ThrowIf(generation != _generation, this);
            using var stream = new BufferedStream(new SpoolView(_file!.SafeFileHandle), BufferSize);
            using var reader = new BinaryReader(stream, Encoding.UTF8);
            for (var i = 0; i < count; i++)
            {
                ObjectDisposedException.ThrowIf(generation != _generation, this);
                yield return ItemEncoding.Read(reader);
            }
        }
    }

    public void Close()
    {
        if (!IsOpen)
        {
            return;
        }
        _generation++;
        _count = 0;
        IsOpen = false;
        _writer!.Flush();
        _file!.SetLength(0);
        _file.Position = 0;
    }

    public void Dispose()
    {
        _generation++;
        _writer?.Dispose();
        _file?.Dispose();
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
        };
        if (OperatingSystem.IsWindows())
        {
            options.Options = FileOptions.DeleteOnClose;
            return new FileStream(path, options);
        }

        options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var file = new FileStream(path, options);
        // The name goes at once, the bytes with the last handle: a killed run leaves nothing behind.
        System.IO.File.Delete(path);
        return file;
    }
}
