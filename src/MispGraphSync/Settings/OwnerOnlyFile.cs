using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Settings;

/// <summary>Writes a file that only its owner may read, whole or not at all.</summary>
internal static class OwnerOnlyFile
{
    /// <exception cref="RunFailedException">The file is there already and may not be replaced, or it cannot be written.</exception>
    public static void Write(string path, string text, bool replace)
    {
        if (!replace && File.Exists(path))
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"{path} is there already; it was not touched.", "Name another file, or replace this one with --force.");

        try
        {
            PrivateFile.Replace(path, replace, file => file.Write(text));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput,
                $"{path} cannot be written: {e.Message}", "Check the folder and who may write there.", e);
        }
    }
}
