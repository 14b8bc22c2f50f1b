namespace MispGraphSync.Sandbox.Hosting;

/// <summary>Writes one waiting time in each of the forms that services use.</summary>
internal static class RetryAfter
{
    public static int WholeSeconds(TimeSpan wait) => Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));

    public static Answer WithRetryAfter(this Answer answer, TimeSpan? wait, RetryAfterForm form, TimeProvider time) => (wait, form) switch
    {
        ({ } span, RetryAfterForm.Seconds) => answer.With("Retry-After", WholeSeconds(span).ToString()),
        ({ } span, RetryAfterForm.Date) => answer.With("Retry-After", (time.GetUtcNow() + span).AddSeconds(1).ToString("R")),
        _ => answer,
    };

    /// <summary>The sentence of the API gateways; the number only where the body is the one to tell it.</summary>
    public static string Sentence(TimeSpan? wait, RetryAfterForm form) => wait is { } span && form == RetryAfterForm.Body
        ? $"Rate limit is exceeded. Try again in {WholeSeconds(span)} seconds."
        : "Rate limit is exceeded.";
}
