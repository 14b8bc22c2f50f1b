namespace MispGraphSync;

/// <summary>Files that nobody but the account that runs the tool may read.</summary>
internal static class OwnerOnly
{
    /// <param name="isBuffered">False when all of it is written at once.</param>
    public static FileStream Open(string path, FileMode mode, FileAccess access, bool isBuffered = true)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.None, BufferSize = isBuffered ? 4096 : 0 };
        // On Windows a file takes the rights of its folder.
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    public static void WriteText(string path, string text)
    {
        using var writer = new StreamWriter(Open(path, FileMode.Create, FileAccess.Write));
        writer.Write(text);
    }
}
