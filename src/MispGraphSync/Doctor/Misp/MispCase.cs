using MispGraphSync.Configuration;
using MispGraphSync.Core.Sync;
using MispGraphSync.Doctor.Network;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using Serilog;

namespace MispGraphSync.Doctor.Misp;

/// <summary>The MISP server of the settings, and what is known of it so far.</summary>
internal sealed class MispCase : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly MispSettings _settings;
    private readonly FilterPlan _filters;
    private readonly Reach _reach;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Secrets _secrets;
    private readonly CancellationToken _ct;
    private readonly HttpClient _http;
    private string? _key;

    public MispCase(
        Settings settings, MispSettings misp, FilterPlan filters, Reach reach, TimeProvider time, ILogger log, Secrets secrets,
        CancellationToken ct)
    {
        (_settings, _filters, _reach, _time, _log, _secrets, _ct) = (misp, filters, reach, time, log, secrets, ct);
        _http = MispHttp.Create(misp, settings.CaFile, settings.Proxy);
        Key = new Shared<Diagnosis?>(ResolveAsync);
        Opened = new Shared<Opening>(OpenAsync);
    }

    public bool EnforcesWarninglists => _settings.EnforceWarninglist;

    public FilterPlan Filters => _filters;

    /// <summary>Null when the auth key can be had, else why not.</summary>
    public Shared<Diagnosis?> Key { get; }

    /// <summary>The server, asked for its version.</summary>
    public Shared<Opening> Opened { get; }

    /// <summary>Fetches events as a push does.</summary>
    public EventFetch Fetch(MispClient client, Action<string> gap) =>
        new(client, _settings.PageSize, _settings.EnforceWarninglist, gap, _time, _log);

    /// <summary>Asks something of a server that is open; what goes wrong is the diagnosis.</summary>
    /// <param name="patience">For the whole of it; null: 20 seconds.</param>
    public async Task<IReadOnlyList<Diagnosis>> AskAsync(
        Func<MispClient, CancellationToken, Task<IReadOnlyList<Diagnosis>>> ask, TimeSpan? patience = null)
    {
        var opened = await Opened.GetAsync().ConfigureAwait(false);
        if (opened.Client is not { } client) return [opened.Lacks ?? Diagnosis.Skipped(opened.Refusal is null ? "needs misp" : "needs misp key")];
        using var limit = new CancellationTokenSource(patience ?? Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ct);
        try
        {
            return await ask(client, either.Token).ConfigureAwait(false);
        }
        catch (MispException fault)
        {
            return [Diagnosis.Of(fault.ToRunFailed())];
        }
        catch (Exception fault) when (MispClient.IsBrokenAnswer(fault))
        {
            return [Diagnosis.Of(client.Faults.OfReading(fault).ToRunFailed())];
        }
        catch (OperationCanceledException) when (!_ct.IsCancellationRequested)
        {
            return [Slow(patience)];
        }
    }

    public void Dispose() => _http.Dispose();

    private static Diagnosis Slow(TimeSpan? patience = null) => Diagnosis.Failed(
        ExitCode.OutOfReach, $"MISP did not answer this within {(patience ?? Patience).TotalSeconds:0} seconds.",
        "Look at its load (database, PHP workers); a push waits as long as misp.timeoutSeconds.");

    private async Task<Diagnosis?> ResolveAsync()
    {
        if (_settings.Key is not { } key) return null;
        if (await _reach.LacksAsync(key.VaultAddress).ConfigureAwait(false) is not null) return null;
        try
        {
            _key = await key.ResolveAsync(_ct).ConfigureAwait(false);
            return null;
        }
        catch (RunFailedException failure)
        {
            return Diagnosis.Of(failure);
        }
    }

    private async Task<Opening> OpenAsync()
    {
        if (await _reach.LacksAsync(_settings.Url).ConfigureAwait(false) is { } unreached) return new Opening { Lacks = unreached };
        await Key.GetAsync().ConfigureAwait(false);
        if (_key is not { } key) return new Opening { Lacks = Diagnosis.Skipped("needs secrets") };
        var client = new MispClient(_http, _settings.Url!, _ => ValueTask.FromResult(key), Patience, _time, _log, _secrets, retries: false);
        try
        {
            using var limit = new CancellationTokenSource(Patience, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ct);
            return new Opening { Client = client, Version = await ServerFacts.VersionAsync(client, either.Token).ConfigureAwait(false) };
        }
        catch (MispException fault) when (fault.Trouble is MispTrouble.SignIn)
        {
            return new Opening { Refusal = Diagnosis.Of(fault.ToRunFailed()) };
        }
        catch (MispException fault)
        {
            return new Opening { Fault = Diagnosis.Of(fault.ToRunFailed()) };
        }
        catch (OperationCanceledException) when (!_ct.IsCancellationRequested)
        {
            return new Opening { Fault = Slow() };
        }
    }

    /// <summary>What came of the first question. Of the four, the version or one diagnosis is there.</summary>
    internal sealed record Opening
    {
        /// <summary>Null when it did not open.</summary>
        public MispClient? Client { get; init; }

        public string? Version { get; init; }

        /// <summary>It was not asked.</summary>
        public Diagnosis? Lacks { get; init; }

        /// <summary>It answered, and refused the key.</summary>
        public Diagnosis? Refusal { get; init; }

        public Diagnosis? Fault { get; init; }
    }
}
