using System.Text;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.Configuration.Writing;

/// <summary>Writes a file that only its owner may read, whole or not at all.</summary>
internal static class OwnerOnlyFile
{
    /// <exception cref="RunFailedException">The file is there already and may not be replaced, or it cannot be written.</exception>
    public static void Write(string path, string text, bool replace)
    {
        if (!replace && File.Exists(path))
            throw new RunFailedException(ExitCode.Usage,
                $"{path} is there already; it was not touched.", "Name another file, or replace this one with --force.");

        // Beside the target, so that the move is within one file system.
        var draft = path + ".new";
        try
        {
            File.Delete(draft);
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var stream = new FileStream(draft, options)) stream.Write(Encoding.UTF8.GetBytes(text));
            File.Move(draft, path, replace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            File.Delete(draft);
            throw new RunFailedException(ExitCode.Usage,
                $"{path} cannot be written: {e.Message}", "Check the folder and who may write there.", e);
        }
    }
}
