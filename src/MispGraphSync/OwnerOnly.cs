using System.Text;

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

    /// <summary>
    /// Writes a file whole or not at all: beside the target first, so that the move is within one file system, and under a
    /// name that nobody has.
    /// </summary>
    /// <param name="overwrite">False: whatever is there stays, and it is an <see cref="IOException"/>.</param>
    public static void Replace(string path, bool overwrite, Action<TextWriter> write)
    {
        var draft = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = Open(draft, FileMode.CreateNew, FileAccess.Write))
            {
                using var text = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
                write(text);
                text.Flush();
                stream.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    public static void WriteText(string path, string text)
    {
        using var writer = new StreamWriter(Open(path, FileMode.Create, FileAccess.Write));
        writer.Write(text);
    }
}
