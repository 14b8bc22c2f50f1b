using MispGraphSync.Core.Ports;

namespace MispGraphSync.Http.SignIn;

/// <summary>Reads a file that the settings name under <c>auth</c>.</summary>
internal static class CredentialFile
{
    private const int Longest = 1024 * 1024;

    /// <exception cref="RunFailedException">Usage: it is not there, cannot be read, or is far too long.</exception>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken ct)
    {
        try
        {
            if (new FileInfo(path).Length > Longest) throw new RunFailedException(RunOutcome.InvalidInput, $"{path} is too long to be a credential.", "Check the path under auth.");
            return await File.ReadAllBytesAsync(path, ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput, $"There is no file {path}.", "Check the path under auth.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RunFailedException(RunOutcome.InvalidInput, $"{path} cannot be read: {e.Message}", "Let the account that runs misp-graph read it, or correct the path under auth.", e);
        }
    }
}
