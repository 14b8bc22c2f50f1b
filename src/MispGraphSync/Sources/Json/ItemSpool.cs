using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Sources.Json;

/// <summary>
/// A temporary file with one event's items, for the owner's eyes only, and gone with the process however that ends.
/// Used again for the next event that is too big for memory.
/// </summary>
internal sealed class ItemSpool(Func<FileStream>? openFile = null) : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private FileStream? _file;
    private BinaryWriter? _writer;
    private int _count;
    private int _generation;

    public bool IsOpen { get; private set; }

    /// <exception cref="RunFailedException">The temporary folder is full, or not ours to write to. So it is with the others.</exception>
    public void Open()
    {
        try
        {
            _file ??= (openFile ?? Create)();
            _writer ??= new BinaryWriter(_file, Encoding.UTF8, leaveOpen: true);
            IsOpen = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DiskFailed(e);
        }
    }

    public void Write(EventItem item)
    {
        try
        {
            ItemEncoding.Write(_writer!, item);
            _count++;
        }
        catch (IOException e)
        {
            throw DiskFailed(e);
        }
    }

    /// <summary>Bytes in the file.</summary>
    public long Flush()
    {
        try
        {
            _writer!.Flush();
            _file!.Flush();
            return _file.Position;
        }
        catch (IOException e)
        {
            throw DiskFailed(e);
        }
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
        Flush();
        _file!.SetLength(0);
        _file.Position = 0;
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
            // The disk is full, and what could not be written is not needed any more.
        }
    }

    /// <summary>A local fault, and no fault of what is read.</summary>
    internal static RunFailedException DiskFailed(Exception e) => new(
        RunOutcome.Unreachable,
        $"An event is too big for memory, and the temporary folder {Path.GetTempPath()} cannot hold it: {e.Message}",
        "Free some room there, or name another folder in the variable TMPDIR (TEMP on Windows).",
        e);

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
        // Without its name the file disappears with the last handle: a killed run leaves nothing behind.
        System.IO.File.Delete(path);
        return file;
    }
}
