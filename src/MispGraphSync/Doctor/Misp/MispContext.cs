using MispGraphSync.Core.Ports;
using MispGraphSync.Doctor.Network;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using MispGraphSync.Text;
using Serilog;

namespace MispGraphSync.Doctor.Misp;

/// <summary>The MISP server of the settings, and what is known of it so far.</summary>
internal sealed class MispContext : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly MispSettings _settings;
    private readonly FilterPlan _filters;
    private readonly Connectivity _reach;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Secrets _secrets;
    private readonly CancellationToken _ct;
    private readonly HttpClient _http;
    private string? _key;

    public MispContext(
        AppSettings settings, MispSettings misp, FilterPlan filters, Connectivity reach, TimeProvider time, ILogger log, Secrets secrets,
        CancellationToken ct)
    {
        (_settings, _filters, _reach, _time, _log, _secrets, _ct) = (misp, filters, reach, time, log, secrets, ct);
        _http = MispHttp.Create(misp, settings.CaFile, settings.Proxy);
        Key = new AsyncLazy<CheckResult?>(ResolveAsync);
        Connection = new AsyncLazy<ConnectResult>(OpenAsync);
    }

    public bool EnforcesWarninglists => _settings.EnforceWarninglist;

    public FilterPlan Filters => _filters;

    /// <summary>Null when the auth key can be had, else why not.</summary>
    public AsyncLazy<CheckResult?> Key { get; }

    /// <summary>The server, asked for its version.</summary>
    public AsyncLazy<ConnectResult> Connection { get; }

    /// <summary>Fetches events as a push does.</summary>
    public EventFetch Fetch(MispClient client, Action<string> gap) =>
        new(client, _settings.PageSize, _settings.EnforceWarninglist, gap, _time, _log);

    /// <summary>Asks something of a server that is open; what goes wrong is the diagnosis.</summary>
    /// <param name="patience">For the whole of it; null: 20 seconds.</param>
    public async Task<IReadOnlyList<CheckResult>> AskAsync(
        Func<MispClient, CancellationToken, Task<IReadOnlyList<CheckResult>>> ask, TimeSpan? patience = null)
    {
        var opened = await Connection.GetAsync().ConfigureAwait(false);
        if (opened.Client is not { } client) return [opened.Lacks ?? CheckResult.Skipped(opened.Refusal is null ? "needs misp" : "needs misp key")];
        using var limit = new CancellationTokenSource(patience ?? Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ct);
        try
        {
            return await ask(client, either.Token).ConfigureAwait(false);
        }
        catch (MispException fault)
        {
            return [CheckResult.FromFailure(fault.ToRunFailed())];
        }
        catch (Exception fault) when (MispClient.IsBrokenResponse(fault))
        {
            return [CheckResult.FromFailure(client.Errors.OfReading(fault).ToRunFailed())];
        }
        catch (OperationCanceledException) when (!_ct.IsCancellationRequested)
        {
            return [Slow(patience)];
        }
    }

    public void Dispose() => _http.Dispose();

    private static CheckResult Slow(TimeSpan? patience = null) => CheckResult.Failed(
        RunOutcome.Unreachable, $"MISP did not answer this within {(patience ?? Patience).TotalSeconds:0} seconds.",
        "Look at its load (database, PHP workers); a push waits as long as misp.timeoutSeconds.");

    private async Task<CheckResult?> ResolveAsync()
    {
        if (_settings.Key is not { } key) return null;
        if (await _reach.SkipIfUnreachableAsync(key.VaultAddress).ConfigureAwait(false) is not null) return null;
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

    private async Task<ConnectResult> OpenAsync()
    {
        if (await _reach.SkipIfUnreachableAsync(_settings.Url).ConfigureAwait(false) is { } unreached) return new ConnectResult { Lacks = unreached };
        await Key.GetAsync().ConfigureAwait(false);
        if (_key is not { } key) return new ConnectResult { Lacks = CheckResult.Skipped("needs secrets") };
        var client = new MispClient(_http, _settings.Url!, _ => ValueTask.FromResult(key), Patience, _time, _log, _secrets, retries: false);
        try
        {
            using var limit = new CancellationTokenSource(Patience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ct);
            return new ConnectResult { Client = client, Version = await MispServer.VersionAsync(client, either.Token).ConfigureAwait(false) };
        }
        catch (MispException fault) when (fault.Kind is MispErrorKind.SignIn)
        {
            return new ConnectResult { Refusal = CheckResult.FromFailure(fault.ToRunFailed()) };
        }
        catch (MispException fault)
        {
            return new ConnectResult { Fault = CheckResult.FromFailure(fault.ToRunFailed()) };
        }
        catch (OperationCanceledException) when (!_ct.IsCancellationRequested)
        {
            return new ConnectResult { Fault = Slow() };
        }
    }

    /// <summary>What came of the first question. Of the four, the version or one diagnosis is there.</summary>
    internal sealed record ConnectResult
    {
        /// <summary>Null when it did not open.</summary>
        public MispClient? Client { get; init; }

        public string? Version { get; init; }

        /// <summary>It was not asked.</summary>
        public CheckResult? Lacks { get; init; }

        /// <summary>It answered, and refused the key.</summary>
        public CheckResult? Refusal { get; init; }

        public CheckResult? Fault { get; init; }
    }
}
