using System.Text;

namespace MispGraphSync.Text;

/// <summary>
/// Files and folders that only the account of this process may read. Existing ones keep their mode. A link in the place of a file
/// is never followed.
/// </summary>
internal static class PrivateFile
{
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode = Private | UnixFileMode.UserExecute;

    /// <summary>Gets the path of each file before it is opened or renamed. Tests make that fail; else null.</summary>
    public static Action<string>? BeforeChange { get; set; }

    /// <summary>Creates a folder and its missing parents.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, FolderMode);
    }

    /// <param name="isBuffered">False for a single write.</param>
    public static FileStream Open(string path, FileMode mode, FileAccess access, bool isBuffered = true, FileShare share = FileShare.None)
    {
        BeforeChange?.Invoke(path);
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share, BufferSize = isBuffered ? 4096 : 0 };
        // On Windows a file inherits the rights of its folder.
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open) options.UnixCreateMode = Private;
        return new FileStream(path, options);
    }

    /// <summary>Creates the file, or opens one of ours to append. Other processes may read it meanwhile.</summary>
    /// <exception cref="IOException">The name belongs to something else, such as a link or another account's file.</exception>
    public static FileStream OpenToAppend(string path)
    {
        if (!IsTaken(path))
        {
            try
            {
                return Open(path, FileMode.CreateNew, FileAccess.Write, isBuffered: false, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (IOException) when (IsTaken(path))
            {
                // Another process created it first.
            }
        }

        if (!IsOurs(path)) throw new IOException($"{path} is a link or another account's file.");
        var file = Open(path, FileMode.Open, FileAccess.Write, isBuffered: false, FileShare.ReadWrite | FileShare.Delete);
        var (named, opened) = (FileFacts.Of(path), FileFacts.Of(file.SafeFileHandle));
        if (named == opened && IsOurs(path)) return file;
        file.Dispose();
        throw new IOException($"{path} was replaced while it was opened.");
    }

    /// <summary>Gives a complete file its name, in place of one that has it.</summary>
    /// <param name="overwrite">False: an existing file stays, and an <see cref="IOException"/> is thrown.</param>
    public static void Rename(string draft, string path, bool overwrite)
    {
        BeforeChange?.Invoke(path);
        File.Move(draft, path, overwrite);
    }

    /// <summary>
    /// Writes a file whole or not at all: to a new name beside the target first, so that the move stays within one file system.
    /// Replaces a link, and does not follow it.
    /// </summary>
    /// <param name="overwrite">False: an existing file stays, and an <see cref="IOException"/> is thrown.</param>
    /// <param name="mode">The mode of the new file.</param>
    public static void Replace(string path, bool overwrite, Action<TextWriter> write, UnixFileMode mode = Private)
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
                if (mode != Private && !OperatingSystem.IsWindows()) File.SetUnixFileMode(stream.SafeFileHandle, mode);
            }

            Rename(draft, path, overwrite);
        }
        catch
        {
            File.Delete(draft);
            throw;
        }
    }

    /// <summary>
    /// Whether a file of ours may take this name: it is free, or a link, which is replaced, or an empty file, or one that begins as
    /// ours do.
    /// </summary>
    public static bool IsFreeFor(string path, string opening)
    {
        if (new FileInfo(path).LinkTarget is not null || FileFacts.Of(path) is { Links: > 1, IsRegular: true }) return true;
        if (Directory.Exists(path)) return false;
        if (!File.Exists(path)) return true;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var expected = Encoding.UTF8.GetBytes(opening);
        var there = new byte[expected.Length];
        var read = stream.ReadAtLeast(there, there.Length, throwOnEndOfStream: false);
        return read == 0 || there.AsSpan(0, read).SequenceEqual(expected);
    }

    private static bool IsTaken(string path) => new FileInfo(path) is var file && (file.Exists || file.LinkTarget is not null);

    /// <summary>Whether it is a regular file without links that belongs to us, to the folder's owner or to root.</summary>
    public static bool IsOurs(string path)
    {
        if (FileFacts.Of(path) is not { } facts) return new FileInfo(path).LinkTarget is null;
        return facts is { IsRegular: true, Links: 1 }
            && (facts.Owner == 0 || facts.Owner == FileFacts.Ourselves || facts.Owner == FileFacts.Of(Path.GetDirectoryName(path)!)?.Owner);
    }
}
