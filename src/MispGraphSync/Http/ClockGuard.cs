using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Serilog;

namespace MispGraphSync.Http;

/// <summary>
/// Compares this machine's clock with the <c>Date</c> of sign-in hosts and services. Expiry, renewal and the order of versions
/// follow our clock: with a wrong one indicators expire too early or years too late.
/// </summary>
/// <param name="sockets">Not disposed of.</param>
/// <param name="log">The application log.</param>
internal sealed class ClockGuard(TimeProvider time, HttpMessageHandler sockets, ILogger log)
{
    public static readonly TimeSpan MaxDifference = TimeSpan.FromHours(1);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Destination, string Host), Lazy<Task>> _asked = [];
    private readonly ConcurrentDictionary<string, Reading> _wrong = [];
    private readonly ConcurrentDictionary<string, TimeSpan> _offsets = [];

    /// <summary>Our clock was found wrong: nothing may be judged by it, such as the age of a log file.</summary>
    public bool IsWrong { get; private set; }

    /// <summary>How far our clock is ahead of each host's, as of its last response.</summary>
    public IReadOnlyDictionary<string, TimeSpan> Offsets => _offsets;

    /// <summary>Asks sign-in hosts for their time, before anything is read or sent. A host that does not answer does not count.</summary>
    /// <param name="hosts">An address to ask, and the destination that it counts for.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>True where a host agrees with our clock.</returns>
    /// <exception cref="RunFailedException">InvalidInput: no host that answered agrees with our clock.</exception>
    public async Task<bool> CheckAsync(IReadOnlyCollection<(string Destination, Uri Host)> hosts, CancellationToken ct)
    {
        var asked = hosts.Select(one => one.Host).Distinct().Select(host => AskAsync(host, ct));
        var readings = (await Task.WhenAll(asked).ConfigureAwait(false)).OfType<Reading>().ToList();
        var wrong = readings.FindAll(reading => reading.IsWrong);
        if (wrong.Count > 0 && wrong.Count == readings.Count)
        {
            IsWrong = true;
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"The clock of this machine is wrong. {wrong[0]} Nothing was sent.",
                "Correct the clock (NTP), then run again.");
        }

        foreach (var (destination, host) in hosts) Note(destination, wrong.Find(reading => reading.Host == host.Authority));
        return readings.Count > wrong.Count;
    }

    /// <summary>Before the first change at a host: asks it for its time, once.</summary>
    public Task CheckOnceAsync(string destination, Uri address, CancellationToken ct) =>
        _asked.GetOrAdd((destination, address.Authority),
            _ => new Lazy<Task>(async () => Note(destination, await AskAsync(address, ct).ConfigureAwait(false)))).Value;

    /// <summary>Notes the time of a response.</summary>
    public void Observe(string destination, HttpResponseMessage response)
    {
        if (response.RequestMessage?.RequestUri is not { } address) return;
        _asked.TryAdd((destination, address.Authority), new Lazy<Task>(Task.CompletedTask));
        Note(destination, Read(address, response.Headers));
    }

    /// <exception cref="RunFailedException">InvalidInput: the service's clock and ours differ.</exception>
    public void ThrowIfWrong(string destination)
    {
        if (!_wrong.TryGetValue(destination, out var reading)) return;
        throw new RunFailedException(
            RunOutcome.InvalidInput, $"The clocks of this machine and of '{destination}' differ. {reading} Nothing more is sent there.",
            "Correct the wrong one (NTP). Where a proxy answers for the service, check its clock.")
        {
            MayHaveHappened = false,
        };
    }

    private void Note(string destination, Reading? reading)
    {
        if (reading is { IsWrong: true }) _wrong[destination] = reading;
    }

    // Without a token: whatever the status, the response has a date.
    private async Task<Reading?> AskAsync(Uri address, CancellationToken ct)
    {
        using var http = new HttpMessageInvoker(sockets, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        try
        {
            using var response = await TimeLimit.RunAsync(Limit, TimeProvider.System, c => http.SendAsync(request, c), ct)
                .ConfigureAwait(false);
            log.Debug("Time of {Host}: {Date} ({Status})", address.Authority, response.Headers.Date, (int)response.StatusCode);
            return Read(address, response.Headers);
        }
        catch (Exception e) when (TransportError.Matches(e))
        {
            log.Debug("Time of {Host}: no answer: {Reason}", address.Authority, e.Message);
            return null;
        }
    }

    // A cache that answers says how old its response is.
    private Reading? Read(Uri address, HttpResponseHeaders headers)
    {
        if (headers.Date is not { } date) return null;
        var reading = new Reading(address.Authority, date + (headers.Age ?? TimeSpan.Zero), time.GetUtcNow());
        _offsets[reading.Host] = reading.Ours - reading.Theirs;
        return reading;
    }

    private sealed record Reading(string Host, DateTimeOffset Theirs, DateTimeOffset Ours)
    {
        public bool IsWrong => (Theirs - Ours).Duration() > MaxDifference;

        public override string ToString() =>
            $"It is {Ours.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC here and {Theirs.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC at {Host}.";
    }
}

/// <summary>Outermost: sends nothing to a service whose clock differs too much from ours.</summary>
internal sealed class ClockHandler(ClockGuard clocks) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var call = ApiCall.Of(request);
        if (call.Items > 0) await clocks.CheckOnceAsync(call.Destination, request.RequestUri!, ct).ConfigureAwait(false);
        clocks.ThrowIfWrong(call.Destination);
        var response = await base.SendAsync(request, ct).ConfigureAwait(false);
        clocks.Observe(call.Destination, response);
        return response;
    }
}
