namespace MispGraphSync.Sandbox.Hosting;

/// <summary>A service: answers requests, in its own form of errors.</summary>
internal interface IService
{
    Answer Handle(Request request);

    /// <summary>
    /// This service's shape of a failure. <paramref name="retryAfter"/> is written as <paramref name="form"/> says;
    /// null or <see cref="RetryAfterForm.None"/>: not at all.
    /// </summary>
    Answer Fail(int status, TimeSpan? retryAfter = null, RetryAfterForm form = RetryAfterForm.Seconds);
}
