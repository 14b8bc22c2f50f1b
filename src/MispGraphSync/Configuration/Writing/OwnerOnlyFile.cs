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

        try
        {
            OwnerOnly.Replace(path, replace, file => file.Write(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(ExitCode.Usage,
                $"{path} cannot be written: {e.Message}", "Check the folder and who may write there.", e);
        }
    }
}
