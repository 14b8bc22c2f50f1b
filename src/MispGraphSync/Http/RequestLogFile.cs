namespace MispGraphSync.Http;

/// <summary>
/// A file that is opened under a hidden name before the request is sent, and takes its own name when it is complete. So a folder
/// that cannot be written shows before anything is sent, and a pattern over the folder never meets half a file.
/// </summary>
internal sealed class RequestLogFile : IDisposable
{
    private readonly string _path;
    private FileStream? _file;

    public RequestLogFile(string folder, string hiddenName)
    {
        _path = Path.Combine(folder, hiddenName);
        try
        {
            _file = Create();
        }
        catch (IOException) when (File.Exists(_path))
        {
            // In containers the process number repeats, so a killed run may have left it; or somebody has put it there, with
            // rights of its own or as a link: it is removed and never written to.
            File.Delete(_path);
            _file = Create();
        }
    }

    /// <summary>Writes all of it and gives it its name. An existing file is never replaced.</summary>
    public void Complete(string name, ReadOnlySpan<byte> content)
    {
        ObjectDisposedException.ThrowIf(_file is null, this);
        _file.Write(content);
        Close();
        var path = Path.Combine(Path.GetDirectoryName(_path)!, name);
        if (File.Exists(path)) throw new IOException($"{path} exists already.");
        // Without overwriting, .NET links and unlinks: twice the work for the disk.
        PrivateFile.Rename(_path, path, overwrite: true);
    }

    /// <summary>Removes what was never completed.</summary>
    public void Dispose()
    {
        if (_file is null) return;
        Close();
        File.Delete(_path);
    }

    // Not one that is emptied: its content would be flushed to the disk on close, which takes time.
    private FileStream Create() => PrivateFile.Open(_path, FileMode.CreateNew, FileAccess.Write, isBuffered: false);

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
