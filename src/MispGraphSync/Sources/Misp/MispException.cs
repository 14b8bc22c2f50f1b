namespace MispGraphSync.Sources.Misp;

/// <summary>A request to MISP that failed after all retries, in words for the user. Holds no secret.</summary>
internal sealed class MispException(MispErrorKind kind, string message, string? remedy = null, Exception? inner = null)
    : RunFailedException(kind is MispErrorKind.SignIn ? RunOutcome.SignInFailed : RunOutcome.Unreachable, message, remedy, inner)
{
    public MispErrorKind Kind => kind;

    /// <summary>Of the response; null when there is none.</summary>
    public int? Status { get; set; }
}

internal enum MispErrorKind
{
    /// <summary>The key was rejected, or its role may not do this.</summary>
    SignIn,

    /// <summary>The address does not exist, or not for this key.</summary>
    NotFound,

    /// <summary>There is no MISP at the address, or it does not answer any more.</summary>
    Unreachable,

    /// <summary>The server failed on this response, perhaps because of its size: a smaller one may succeed.</summary>
    ResponseFailed,
}
