using MispGraphSync.Text;

namespace MispGraphSync.Http;

/// <summary>
/// A file that is opened under a hidden name before the request is sent, and takes its own name when it is whole. So a
/// folder that cannot be written shows before anything is sent.
/// </summary>
internal sealed class RequestLogFile : IDisposable
{
    private readonly string _path;
    private FileStream? _file;

    public RequestLogFile(string folder, string hiddenName)
    {
        _path = Path.Combine(folder, hiddenName);
        _file = Open(_path);
    }

    /// <summary>Writes all of it and gives it its name. An existing file is never replaced.</summary>
    public void Complete(string name, ReadOnlySpan<byte> content)
    {
        var file = _file ?? throw new ObjectDisposedException(nameof(RequestLogFile));
        file.Write(content);
        Close();
        var path = Path.Combine(Path.GetDirectoryName(_path)!, name);
        if (File.Exists(path)) throw new IOException($"{path} exists already.");
        // Without overwriting, .NET links and unlinks: twice the work for the disk.
        File.Move(_path, path, overwrite: true);
    }

    /// <summary>Removes what was never completed.</summary>
    public void Dispose()
    {
        if (_file is null) return;
        Close();
        File.Delete(_path);
    }

    // A file that was emptied is written to the disk when it is closed, and .NET empties also what it has just made: so it is
    // asked for a new one. One of that name may be left from a run that was killed, where each run has the same process number;
    // or somebody has put it there, with rights of its own or leading elsewhere: it goes, and is not written to.
    private static FileStream Open(string path)
    {
        try
        {
            return PrivateFile.Open(path, FileMode.CreateNew, FileAccess.Write, isBuffered: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(path);
            return PrivateFile.Open(path, FileMode.CreateNew, FileAccess.Write, isBuffered: false);
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
