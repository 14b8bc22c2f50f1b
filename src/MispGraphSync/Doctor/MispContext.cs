using MispGraphSync.Destinations;
using MispGraphSync.Http;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Doctor;

/// <summary>What came of the first request to MISP.</summary>
/// <param name="Client">Null when there is no connection.</param>
/// <param name="Result">The version, or why there is no connection.</param>
/// <param name="IsKeyRefused">MISP answers, but does not accept the key.</param>
internal sealed record MispConnection(MispClient? Client, CheckResult Result, bool IsKeyRefused = false);

/// <summary>A source of the settings, for the checks that ask it.</summary>
internal sealed class MispContext : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Connectivity _connectivity;
    private readonly Transport _transport;
    private readonly CancellationToken _ct;
    private readonly HttpClient _http;
    private string? _key;

    /// <param name="misp">With a key that can be fetched from a vault.</param>
    public MispContext(
        AppSettings settings, MispSettings misp, FilterPlan filters, Connectivity connectivity, Transport transport, CancellationToken ct)
    {
        (Settings, Filters, _connectivity, _transport, _ct) = (misp, filters, connectivity, transport, ct);
        IsOnly = settings.Sources.Count == 1;
        WantsSightings = settings.Sightings.Enabled || misp.SightingsKey is not null;
        _http = MispClient.CreateHttp(misp, settings.CaFile, settings.Proxy);
        Key = new AsyncLazy<CheckResult?>(ResolveKeyAsync);
        Connection = new AsyncLazy<MispConnection>(ConnectAsync);
    }

    public MispSettings Settings { get; }

    /// <summary>The settings have no other source.</summary>
    public bool IsOnly { get; }

    /// <summary>Sightings are to be written there.</summary>
    public bool WantsSightings { get; }

    /// <summary>What its checks are called after.</summary>
    public string Name => IsOnly ? "misp" : Settings.Name;

    public FilterPlan Filters { get; }

    public TimeProvider Time => _transport.Time;

    /// <summary>Null when the auth key can be had, else why not.</summary>
    public AsyncLazy<CheckResult?> Key { get; }

    public AsyncLazy<MispConnection> Connection { get; }

    /// <summary>Fetches events as a push does.</summary>
    public EventFetch Fetch(MispClient client, Action<string> gap) =>
        new(client, Settings.PageSize, gap, _transport.Time, _transport.AppLog);

    /// <summary>Asks something of a connected server.</summary>
    /// <param name="limit">For all of it; null: 20 seconds.</param>
    public async Task<IReadOnlyList<CheckResult>> AskAsync(
        Func<MispClient, CancellationToken, Task<IReadOnlyList<CheckResult>>> ask, TimeSpan? limit = null)
    {
        var connection = await Connection.GetAsync().ConfigureAwait(false);
        if (connection.Client is not { } client)
            return [connection.Result.Status == CheckStatus.Skipped ? connection.Result
                : CheckResult.Skipped(connection.IsKeyRefused ? $"needs {Name} key" : $"needs {Name}")];
        try
        {
            return await TimeLimit.RunAsync(limit ?? Limit, _transport.Time, ct => ask(client, ct), _ct).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return [Slow(limit ?? Limit)];
        }
    }

    /// <summary>A client with the key that writes sightings: the one to read with, where there is no other.</summary>
    public MispClient ClientForSightings(MispClient client) => Settings.SightingsKey is not { } key ? client : new MispClient(
        _http, Settings.Url!, key.ResolveAsync, Limit, _transport.Time, _transport.AppLog, _transport.Secrets, retries: false);

    public void Dispose() => _http.Dispose();

    private static CheckResult Slow(TimeSpan limit) => CheckResult.Failed(
        RunOutcome.Unreachable, $"MISP did not answer this within {limit.TotalSeconds:0} seconds.",
        "Look at its load (database, PHP workers); a push waits as long as misp.timeoutSeconds.");

    private async Task<CheckResult?> ResolveKeyAsync()
    {
        if (Settings.Key is not { } key) return null;
        if (await _connectivity.SkipIfUnreachableAsync(key.VaultAddress).ConfigureAwait(false) is not null) return null;
        try
        {
            _key = await key.ResolveAsync(_ct).ConfigureAwait(false);
            return null;
        }
        catch (RunFailedException failure)
        {
            return CheckResult.FromFailure(failure);
        }
    }

    private async Task<MispConnection> ConnectAsync()
    {
        if (await _connectivity.SkipIfUnreachableAsync(Settings.Url).ConfigureAwait(false) is { } unreachable)
            return new(null, unreachable);
        await Key.GetAsync().ConfigureAwait(false);
        if (_key is not { } key) return new(null, CheckResult.Skipped("needs secrets"));
        var client = new MispClient(
            _http, Settings.Url!, _ => ValueTask.FromResult(key), Limit, _transport.Time, _transport.AppLog, _transport.Secrets,
            retries: false);
        try
        {
            var version = await TimeLimit.RunAsync(Limit, _transport.Time, ct => MispServer.VersionAsync(client, ct), _ct)
                .ConfigureAwait(false);
            return new(client, CheckResult.Ok($"MISP {Sanitize.ForDisplay(version, 40)}"));
        }
        catch (MispException fault)
        {
            return new(null, CheckResult.FromFailure(fault), fault.Kind is MispErrorKind.SignIn);
        }
        catch (TimeoutException)
        {
            return new(null, Slow(Limit));
        }
    }
}
