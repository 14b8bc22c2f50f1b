namespace MispGraphSync.Http;

/// <summary>Where a destination's bearer tokens come from. Safe to use by several requests at the same time.</summary>
internal interface ITokenSource
{
    /// <param name="forceRefresh">Ask the sign-in service again, although a token is at hand: it was refused.</param>
    /// <exception cref="Core.Ports.RunFailedException">
    /// SignInFailed when the sign-in service refuses, Unreachable when it does not answer.
    /// </exception>
    ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct);
}
