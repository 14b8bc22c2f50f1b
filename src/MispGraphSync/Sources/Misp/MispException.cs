using MispGraphSync.Core.Ports;

namespace MispGraphSync.Sources.Misp;

/// <summary>A request to MISP that failed for good, in words for the user. Holds no secret.</summary>
internal sealed class MispException : Exception
{
    public MispException(MispErrorKind trouble, string message, string? remedy = null, Exception? inner = null)
        : base(message, inner)
    {
        Kind = trouble;
        Remedy = remedy;
    }

    public MispErrorKind Kind { get; }

    public string? Remedy { get; }

    public RunFailedException ToRunFailed() => new(
        Kind is MispErrorKind.SignIn ? RunOutcome.SignInFailed : RunOutcome.Unreachable, Message, Remedy, this);
}

internal enum MispErrorKind
{
    /// <summary>The key was refused, or its role may not do this.</summary>
    SignIn,

    /// <summary>The address is not there, or not for this key.</summary>
    NotFound,

    /// <summary>Nothing that answers as MISP does is there, or it does not answer any more.</summary>
    Unreachable,

    /// <summary>The server broke down over this answer, perhaps for its size: a smaller one may come through.</summary>
    ResponseFailed,
}
