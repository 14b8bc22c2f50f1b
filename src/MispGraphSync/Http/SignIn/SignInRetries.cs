using Microsoft.Identity.Client;

namespace MispGraphSync.Http.SignIn;

/// <summary>
/// Asks the sign-in service, or a Key Vault, again while it is busy or out of reach. A clear refusal is final. The library's own
/// retries are off.
/// </summary>
internal static class SignInRetries
{
    private static readonly TimeSpan MaxAsked = TimeSpan.FromMinutes(2);

    public static Task<T> RunAsync<T>(Transport transport, Func<CancellationToken, Task<T>> ask, CancellationToken ct)
    {
        var options = transport.RetryOptions with { Deadline = null };
        var longest = options.MaxWait < MaxAsked ? options.MaxWait : MaxAsked;
        return new RetryPolicy(transport.Time, options).RunAsync(new RetryState(), ask, (_, e) => Judge(e), ct);

        RetryVerdict Judge(Exception? e)
        {
            if (e is null || !SignInErrors.IsTransient(e)) return default;
            var header = e is ServiceBusyException busy ? busy.After : (e as MsalServiceException)?.Headers?.RetryAfter;
            var asked = RetryAfter.FromHeader(header, transport.Time.GetUtcNow());
            return new(RetryKind.Failed, asked > longest ? longest : asked);
        }
    }
}
