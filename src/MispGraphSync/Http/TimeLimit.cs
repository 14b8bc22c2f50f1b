namespace MispGraphSync.Http;

/// <summary>Runs work with a time limit of its own.</summary>
internal static class TimeLimit
{
    /// <exception cref="TimeoutException">The limit was reached, and <paramref name="ct"/> was not cancelled.</exception>
    public static async Task<T> RunAsync<T>(TimeSpan limit, TimeProvider time, Func<CancellationToken, Task<T>> work, CancellationToken ct)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, ct);
        try
        {
            return await work(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (timer.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TimeoutException($"Not finished within {limit.TotalSeconds:0} seconds.", e);
        }
    }
}
