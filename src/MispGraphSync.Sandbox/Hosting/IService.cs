namespace MispGraphSync.Sandbox.Hosting;

/// <summary>One of the services: answers a request, and knows what its own failures look like.</summary>
internal interface IService
{
    Answer Handle(Request request);

    /// <summary>
    /// This service's shape of a failure. <paramref name="retryAfter"/> is told in the way <paramref name="form"/> names,
    /// null or <see cref="RetryAfterForm.None"/> not at all.
    /// </summary>
    Answer Fail(int status, TimeSpan? retryAfter = null, RetryAfterForm form = RetryAfterForm.Seconds);
}
