using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MispGraphSync.Sources.Json;

/// <summary>A temporary file with one event's items, readable by its owner only, and gone when the process ends in any way.</summary>
internal sealed class ItemSpool : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly FileStream _file;
    private readonly BinaryWriter _writer;
    private int _count;
    private bool _isDisposed;

    /// <exception cref="RunFailedException">The temporary folder is full or read-only; so for all methods.</exception>
    public ItemSpool(Func<FileStream>? openFile = null)
    {
        _file = OnDisk(openFile ?? Create, static open => open());
        _writer = new BinaryWriter(_file, Encoding.UTF8);
    }

    public void Write(EventItem item) => OnDisk((Spool: this, Item: item), static one =>
    {
        ItemEncoding.Write(one.Spool._writer, one.Item);
        return ++one.Spool._count;
    });

    /// <returns>Bytes in the file.</returns>
    public long Complete() => OnDisk(this, static spool =>
    {
        spool._writer.Flush();
        return spool._file.Position;
    });

    /// <summary>The items from the first on, for each enumeration; until the spool is disposed.</summary>
    public IEnumerable<EventItem> Read()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        // Each enumeration has its own position in the one file.
        using var handle = new SafeFileHandle(_file.SafeFileHandle.DangerousGetHandle(), ownsHandle: false);
        using var stream = new FileStream(handle, FileAccess.Read, BufferSize) { Position = 0 };
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        for (var i = 0; i < _count; i++)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            yield return OnDisk(reader, ItemEncoding.Read);
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        try
        {
            _writer.Dispose();
        }
        catch (IOException)
        {
            // The disk is full; the bytes that could not be written are not needed any more.
        }
    }

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
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = PrivateFile.Private;
        var file = new FileStream(path, options);
        // On Unix the file disappears with the last handle: a killed run leaves nothing behind.
        if (!OperatingSystem.IsWindows()) System.IO.File.Delete(path);
        return file;
    }
}
