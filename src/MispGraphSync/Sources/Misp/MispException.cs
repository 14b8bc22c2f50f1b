using MispGraphSync.Core.Sync;

namespace MispGraphSync.Sources.Misp;

/// <summary>A request to MISP that failed for good, in words for the user. Holds no secret.</summary>
internal sealed class MispException : Exception
{
    public MispException(MispTrouble trouble, string message, string? remedy = null, Exception? inner = null)
        : base(message, inner)
    {
        Trouble = trouble;
        Remedy = remedy;
    }

    public MispTrouble Trouble { get; }

    public string? Remedy { get; }

    public RunFailedException ToRunFailed() => new(
        Trouble is MispTrouble.SignIn ? ExitCode.SignIn : ExitCode.OutOfReach, Message, Remedy, this);
}

internal enum MispTrouble
{
    /// <summary>The key was refused, or its role may not do this.</summary>
    SignIn,

    /// <summary>The address is not there, or not for this key.</summary>
    NotFound,

    /// <summary>Nothing that answers as MISP does is there, or it does not answer any more.</summary>
    OutOfReach,

    /// <summary>The server broke down over this answer, perhaps for its size: a smaller one may come through.</summary>
    AnswerFailed,
}
