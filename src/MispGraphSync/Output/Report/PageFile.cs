using MispGraphSync.Core.Sync;

namespace MispGraphSync.Output.Report;

/// <summary>
/// Writes a page to a file that its owner alone may read: whole or not at all, and over nothing but an older page of ours or
/// an empty file.
/// </summary>
internal static class PageFile
{
    /// <exception cref="RunFailedException">Usage: something else is there, or it cannot be written. Nothing was changed.</exception>
    public static void Write(string path, Action<TextWriter> write)
    {
        try
        {
            if (!OwnerOnly.IsFreeFor(path, ReportPage.Opening))
                throw new RunFailedException(ExitCode.Usage, $"{path} is there already and is no report of misp-graph; it was not touched.", "Name another file with --to, or remove this one.");
            if (Path.GetDirectoryName(path) is { Length: > 0 } folder) OwnerOnly.CreateFolder(folder);
            OwnerOnly.Replace(path, overwrite: true, write);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(ExitCode.Usage, $"{path} cannot be written: {fault.Message}", "Check the folder and who may write there.", fault);
        }
    }
}
