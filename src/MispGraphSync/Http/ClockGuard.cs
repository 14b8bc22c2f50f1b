using System.Collections.Concurrent;
using System.Net.Http.Headers;
using MispGraphSync.Core.Ports;
using Serilog;

namespace MispGraphSync.Http;

/// <summary>
/// Judges this machine's clock by the <c>Date</c> of sign-in hosts and services. Expiry, renewal and the order of versions follow our
/// clock: with a wrong one indicators end too early or years too late.
/// </summary>
/// <param name="time">This machine's clock.</param>
/// <param name="sockets">Not disposed of.</param>
/// <param name="log">The application log.</param>
internal sealed class ClockGuard(TimeProvider time, HttpMessageHandler sockets, ILogger log)
{
    public static readonly TimeSpan MaxDifference = TimeSpan.FromHours(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<(string Destination, string Host), Lazy<Task>> _asked = [];
    private readonly ConcurrentDictionary<string, Reading> _off = [];

    /// <summary>Our clock was found wrong: nothing may be judged by it, such as the age of a log file.</summary>
    public bool IsWrong { get; private set; }

    /// <summary>Asks sign-in hosts for their time, before anything is read or sent. A host that does not answer is no judge.</summary>
    /// <param name="judges">An address to ask, and the destination that it judges for.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>True where a host agrees with our clock.</returns>
    /// <exception cref="RunFailedException">Usage: no host that answered agrees with our clock.</exception>
    public async Task<bool> CheckAsync(IReadOnlyCollection<(string Destination, Uri Judge)> judges, CancellationToken ct)
    {
        var asked = judges.Select(one => one.Judge).Distinct().ToList();
        var answers = (await Task.WhenAll(asked.Select(judge => AskAsync(judge, ct))).ConfigureAwait(false)).OfType<Reading>().ToList();
        var off = answers.FindAll(answer => answer.IsOff);
        if (off.Count > 0 && off.Count == answers.Count)
        {
            IsWrong = true;
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"The clock of this machine is wrong. {off[0]} Nothing was sent.",
                "Set the clock right (NTP), then run again.");
        }

        foreach (var (destination, judge) in judges)
        {
            if (off.Find(answer => answer.Host == judge.Authority) is { } reading) _off[destination] = reading;
        }

        return answers.Count > off.Count;
    }

    /// <summary>Before the first change at a host: asks it for its time, once.</summary>
    public Task CheckOnceAsync(string destination, Uri address, CancellationToken ct) =>
        _asked.GetOrAdd((destination, address.Authority),
            _ => new Lazy<Task>(async () => Note(destination, await AskAsync(address, ct).ConfigureAwait(false)))).Value;

    /// <summary>Notes what an answer says.</summary>
    public void Observe(string destination, HttpResponseMessage answer)
    {
        if (answer.RequestMessage?.RequestUri is not { } address) return;
        _asked.TryAdd((destination, address.Authority), new Lazy<Task>(Task.CompletedTask));
        Note(destination, Read(address, answer.Headers));
    }

    /// <exception cref="RunFailedException">Usage: the service's clock and ours differ.</exception>
    public void ThrowIfWrong(string destination)
    {
        if (!_off.TryGetValue(destination, out var reading)) return;
        throw new RunFailedException(
            RunOutcome.InvalidInput, $"The clocks of this machine and of '{destination}' differ. {reading} Nothing more is sent there.",
            "Set the wrong one right (NTP). Where a proxy answers in the service's place, look at its clock.")
        {
            MayHaveHappened = false,
        };
    }

    private void Note(string destination, Reading? reading)
    {
        if (reading is { IsOff: true }) _off[destination] = reading;
    }

    // Without a token: whatever the status, the answer has a date.
    private async Task<Reading?> AskAsync(Uri address, CancellationToken ct)
    {
        using var http = new HttpMessageInvoker(sockets, disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.CacheControl = new CacheControlHeaderValue { NoCache = true };
        using var limit = new CancellationTokenSource(Patience);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            using var answer = await http.SendAsync(request, either.Token).ConfigureAwait(false);
            log.Debug("Time of {Host}: {Date} ({Status})", address.Authority, answer.Headers.Date, (int)answer.StatusCode);
            return Read(address, answer.Headers);
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            log.Debug("Time of {Host}: no answer: {Reason}", address.Authority, e.Message);
            return null;
        }
    }

    // A cache that answers says how old its answer is.
    private Reading? Read(Uri address, HttpResponseHeaders headers) =>
        headers.Date is { } date ? new Reading(address.Authority, date + (headers.Age ?? TimeSpan.Zero), time.GetUtcNow()) : null;

    private sealed record Reading(string Host, DateTimeOffset Theirs, DateTimeOffset Ours)
    {
        public bool IsOff => (Theirs - Ours).Duration() > MaxDifference;

        public override string ToString() =>
            $"It is {Ours.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC here and {Theirs.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC at {Host}.";
    }
}
