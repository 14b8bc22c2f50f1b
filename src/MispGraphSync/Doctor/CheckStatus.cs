namespace MispGraphSync.Doctor;

internal enum CheckStatus
{
    Ok,

    /// <summary>It works, but someone should know of it.</summary>
    Warning,

    Failed,

    /// <summary>Nothing was looked at: what it needs has failed, or is not set up.</summary>
    Skipped,
}
