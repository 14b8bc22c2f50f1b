using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox;

/// <summary>
/// A fault of one request. "After handling" means that the service has processed the request,
/// and only the response is faulty, which the client cannot know.
/// </summary>
public abstract record Fault
{
    private Fault()
    {
    }

    /// <summary>The fault as it strikes this request.</summary>
    internal virtual Fault For(SeenRequest request) => this;

    /// <summary>An answer here keeps the request from the service; null lets it through.</summary>
    internal virtual ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted) => new((Answer?)null);

    /// <summary>Takes the service's answer and gives the one to be sent.</summary>
    internal virtual ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted) => new(answer);

    /// <summary>429 in the service's own shape.</summary>
    public sealed record Throttle(TimeSpan? After = null, RetryAfterForm Form = RetryAfterForm.Seconds) : Fault
    {
        internal override ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted) =>
            new(service.Fail(429, After, Form));
    }

    /// <summary>A status such as 500, 502, 503, 504 in the service's own shape.</summary>
    public sealed record Status(int Code, bool AfterHandling = false, TimeSpan? RetryAfter = null) : Fault
    {
        internal override ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted) =>
            new(AfterHandling ? null : service.Fail(Code, RetryAfter));

        internal override ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted) =>
            new(service.Fail(Code, RetryAfter));
    }

    /// <summary>The connection is closed without an answer.</summary>
    public sealed record Reset(bool AfterHandling = false) : Fault
    {
        internal override ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted) =>
            new(AfterHandling ? null : new Answer(0) { Reset = true });

        internal override ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted) =>
            new(new Answer(0) { Reset = true });
    }

    /// <summary>The response is cut after some bytes; a shorter body is cut in half.</summary>
    public sealed record CutOff(int AfterBytes = 200) : Fault
    {
        internal override ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted) => new(
            answer with { CutAfter = answer.Stream is null ? Math.Min(AfterBytes, answer.Body.Length / 2) : AfterBytes });
    }

    /// <summary>Something happens between the handling and the response, such as time that passes.</summary>
    public sealed record Meanwhile(Action Act) : Fault
    {
        internal override ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted)
        {
            Act();
            return new(answer);
        }
    }

    /// <summary>200 with a web page, as a proxy or a sign-in portal sends it.</summary>
    public sealed record Html(bool AfterHandling = false) : Fault
    {
        private static readonly Answer Page = Answer.Html(200, "<!DOCTYPE html><html><body><h1>Please sign in</h1></body></html>");

        internal override ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted) => new(AfterHandling ? null : Page);

        internal override ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted) => new(Page);
    }

    /// <summary>Any answer at all instead of the service's.</summary>
    public sealed record Reply(int Code, string Body, string ContentType = "application/json", bool AfterHandling = false) : Fault
    {
        private Answer Text => new(Code) { ContentType = ContentType, Body = System.Text.Encoding.UTF8.GetBytes(Body) };

        internal override ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted) => new(AfterHandling ? null : Text);

        internal override ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted) => new(Text);
    }

    /// <summary>
    /// An answer made of what the request carried: its <c>Authorization</c> header, or its body where it has none, as services
    /// and proxies repeat them in their errors.
    /// </summary>
    public sealed record Echo(int Code, Func<string, string> Body, string ContentType = "application/json") : Fault
    {
        internal override Fault For(SeenRequest request) =>
            new Reply(Code, Body(request.Headers.GetValueOrDefault("Authorization") ?? request.Body), ContentType);
    }

    /// <summary>The request is handled, and the service's answer comes with another status or body.</summary>
    public sealed record Altered(Func<int, ReadOnlyMemory<byte>, (int Status, byte[] Body)> Change) : Fault
    {
        internal override async ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted)
        {
            if (answer.Stream is { } stream)
            {
                var whole = new MemoryStream();
                var writer = System.IO.Pipelines.PipeWriter.Create(whole);
                await stream(writer, aborted);
                await writer.FlushAsync(aborted);
                answer = answer with { Stream = null, Body = whole.ToArray() };
            }

            var (status, body) = Change(answer.Status, answer.Body);
            return answer with { Status = status, Body = body };
        }
    }

    /// <summary>Redirects to another address, as a hostile service does.</summary>
    public sealed record Redirect(Uri To, int Code = 302) : Fault
    {
        internal override ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted) =>
            new(new Answer(Code).With("Location", To.AbsoluteUri));
    }

    /// <summary>
    /// A small body that unpacks to a great many bytes: <see cref="Start"/>, and then one letter again and again.
    /// <see cref="Coding"/> is <c>gzip</c> or <c>br</c>.
    /// </summary>
    public sealed record Bomb(string Coding, long Bytes, string Start) : Fault
    {
        private readonly Lazy<Answer> _answer = new(() => Pack(Coding, Bytes, Start));

        internal override ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted) => new(_answer.Value);

        private static Answer Pack(string coding, long bytes, string start)
        {
            var packed = new MemoryStream();
            using (Stream packer = coding == "br"
                ? new System.IO.Compression.BrotliStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true)
                : new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
            {
                packer.Write(System.Text.Encoding.UTF8.GetBytes(start));
                var block = new byte[1024 * 1024];
                Array.Fill(block, (byte)'a');
                for (var left = bytes; left > 0; left -= block.Length) packer.Write(block);
            }

            return new Answer(200) { ContentType = "application/json", Body = packed.ToArray() }.With("Content-Encoding", coding);
        }
    }

    /// <summary>The answer is right but comes late (in real time).</summary>
    public sealed record Slow(TimeSpan Delay) : Fault
    {
        internal override async ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted)
        {
            await Task.Delay(Delay, aborted);
            return null;
        }
    }

    /// <summary>No answer until the client gives up.</summary>
    public sealed record Silence(bool AfterHandling = false) : Fault
    {
        internal override async ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted)
        {
            if (!AfterHandling) await Task.Delay(Timeout.Infinite, aborted);
            return null;
        }

        internal override async ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted)
        {
            await Task.Delay(Timeout.Infinite, aborted);
            return answer;
        }
    }

    /// <summary>The request waits until the test releases it. Made by <see cref="Faults.Hold"/>.</summary>
    public sealed record Held(Hold Hold, bool AfterHandling) : Fault
    {
        internal override async ValueTask<Answer?> BeforeAsync(IService service, CancellationToken aborted)
        {
            if (!AfterHandling) await Hold.WaitAsync(aborted);
            return null;
        }

        internal override async ValueTask<Answer> AfterAsync(IService service, Answer answer, CancellationToken aborted)
        {
            if (AfterHandling) await Hold.WaitAsync(aborted);
            return answer;
        }
    }
}
