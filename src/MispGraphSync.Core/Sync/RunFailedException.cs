namespace MispGraphSync.Core.Sync;

/// <summary>
/// An expected failure of a whole run, or of one destination's share of it: an exit code, one sentence that says what
/// failed on what, and a remedy that says what the user can do. Neither ever holds a secret.
/// </summary>
public sealed class RunFailedException : Exception
{
    public RunFailedException(ExitCode code, string message, string? remedy = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Remedy = remedy;
    }

    public ExitCode Code { get; }

    public string? Remedy { get; }
}
