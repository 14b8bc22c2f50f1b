using Microsoft.Extensions.Time.Testing;
using MispGraphSync.Http;
using Serilog.Core;

namespace MispGraphSync.Tests;

/// <summary>
/// A transport over real loopback sockets and a clock that is stopped while a request is in flight: waits cost no time,
/// and no timeout occurs by chance. Removes its log folder at the end.
/// </summary>
internal sealed class TestTransport : IDisposable
{
    private readonly Wire _wire;
    private readonly string _folder = Directory.CreateTempSubdirectory("misp-graph-test-").FullName;

    public TestTransport(HttpMessageHandler? sockets = null, RequestLogging logging = RequestLogging.All, DateTimeOffset? deadline = null)
    {
        _wire = new Wire(sockets ?? HttpSockets.Create(direct: true));
        Transport = new Transport
        {
            Time = Time,
            Sockets = _wire,
            Log = new RequestLog(new LogSettings { Directory = Logs, Requests = logging }, run: 7, Time, Keep),
            AppLog = Logger.None,
            ResolveSecret = (_, _) => ValueTask.FromResult("unused"),
            RetryOptions = new RetryOptions { Deadline = deadline, Jitter = () => 0 },
        };
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero));

    public Transport Transport { get; }

    public string Logs => Path.Combine(_folder, "logs");

    public List<LoggedAttempt> Lines { get; } = [];

    /// <summary>File names in order.</summary>
    public string[] Files => [.. Directory.GetFiles(Logs).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    /// <summary>Runs the next request to its end at the service, then breaks the connection before the answer.</summary>
    public void LoseNextAnswer() => _wire.LoseNext = true;

    /// <summary>Lets time pass until the task is done.</summary>
    public async Task<T> PassAsync<T>(Task<T> task)
    {
        while (await Task.WhenAny(task, Task.Delay(1)) != task)
        {
            if (_wire.InFlight == 0) Time.Advance(TimeSpan.FromMilliseconds(500));
        }
        return await task;
    }

    public async Task PassAsync(Task task) => await PassAsync(Wrap(task));

    public void Dispose()
    {
        _wire.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<bool> Wrap(Task task)
    {
        await task;
        return true;
    }

    private void Keep(LoggedAttempt line)
    {
        lock (Lines) Lines.Add(line);
    }

    private sealed class Wire(HttpMessageHandler sockets) : DelegatingHandler(sockets)
    {
        private int _inFlight;

        public int InFlight => Volatile.Read(ref _inFlight);

        public bool LoseNext { get; set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            Interlocked.Increment(ref _inFlight);
            try
            {
                var answer = await base.SendAsync(request, ct);
                // Reading counts as in flight; a scripted answer may have no end.
                if (InnerHandler is SocketsHttpHandler) await answer.Content.LoadIntoBufferAsync(ct);
                if (!LoseNext) return answer;
                LoseNext = false;
                answer.Dispose();
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
            }
            finally
            {
                Interlocked.Decrement(ref _inFlight);
            }
        }
    }
}
