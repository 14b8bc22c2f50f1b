namespace MispGraphSync.Http.SignIn;

/// <summary>Where a destination's bearer tokens come from. Safe to ask from several requests at once.</summary>
internal interface ITokenSource
{
    /// <param name="forceRefresh">Ask the sign-in service again, although a token is at hand: it was refused.</param>
    /// <exception cref="Core.Ports.RunFailedException">
    /// SignIn when the sign-in service says no, OutOfReach when it does not answer.
    /// </exception>
    ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct);
}
