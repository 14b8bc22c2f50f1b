using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Output.Report;

/// <summary>
/// Writes a page to a file that its owner alone may read: whole or not at all, and over nothing but an older page of ours or
/// an empty file.
/// </summary>
internal static class ReportFile
{
    /// <exception cref="RunFailedException">Usage: something else is there, or it cannot be written. Nothing was changed.</exception>
    public static void Write(string path, Action<TextWriter> write)
    {
        try
        {
            if (!PrivateFile.IsFreeFor(path, ReportPage.Opening))
                throw new RunFailedException(RunOutcome.InvalidInput, $"{path} is there already and is no report of misp-graph; it was not touched.", "Name another file with --to, or remove this one.");
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) PrivateFile.CreateFolder(folder);
            PrivateFile.Replace(path, overwrite: true, write);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput, $"{path} cannot be written: {fault.Message}", "Check the folder and who may write there.", fault);
        }
    }
}
