using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>One destination of the settings, and what is known of it so far. Checks ask here for what they stand on.</summary>
internal sealed class DestinationContext : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationToken _ct;
    private readonly MsalTokenSource _tokens;

    /// <param name="transport">An impatient one: what is busy is a finding.</param>
    public DestinationContext(DestinationSettings settings, DestinationKind kind, Transport transport, Connectivity reach, CancellationToken ct)
    {
        (Settings, DestinationKind, Transport, Connectivity, _ct) = (settings, kind, transport, reach, ct);
        _tokens = new MsalTokenSource(settings.Auth, kind.ScopeOf(settings), transport);
        Destination = kind.Create(settings, transport, _tokens);
        Credential = new AsyncLazy<CheckResult?>(CredentialAsync);
        Tenant = new AsyncLazy<IReadOnlyList<CheckResult>>(() => TenantCheck.LookAsync(this, ct));
        Token = new AsyncLazy<Answered<string>>(TokenAsync);
        Roles = new AsyncLazy<CheckResult>(() => RolesCheck.LookAsync(this));
        Workspace = new AsyncLazy<CheckResult>(() => WorkspaceCheck.LookAsync(this));
        Access = new AsyncLazy<CheckResult>(() => AccessCheck.LookAsync(this));
        Capacity = new AsyncLazy<CheckResult>(() => CapacityCheck.LookAsync(this));
    }

    public DestinationSettings Settings { get; }

    public DestinationKind DestinationKind { get; }

    public Transport Transport { get; }

    public Connectivity Connectivity { get; }

    public IDestination Destination { get; }

    public ITokenSource Tokens => _tokens;

    public string Name => Settings.Name;

    public string Kind => Settings.Kind;

    /// <summary>Null when what signs in can be had, else why not.</summary>
    public AsyncLazy<CheckResult?> Credential { get; }

    public AsyncLazy<IReadOnlyList<CheckResult>> Tenant { get; }

    public AsyncLazy<Answered<string>> Token { get; }

    public AsyncLazy<CheckResult> Roles { get; }

    public AsyncLazy<CheckResult> Workspace { get; }

    public AsyncLazy<CheckResult> Access { get; }

    /// <summary>Defender: how many places are taken.</summary>
    public AsyncLazy<CheckResult> Capacity { get; }

    /// <summary>Asks something that may take a while; what goes wrong is the diagnosis.</summary>
    public async Task<CheckResult> ProbeAsync(Func<CancellationToken, Task<CheckResult>> ask)
    {
        using var limit = new CancellationTokenSource(Patience, Transport.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ct);
        try
        {
            return await ask(either.Token).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            return CheckResult.FromFailure(failure);
        }
        catch (OperationCanceledException) when (!_ct.IsCancellationRequested)
        {
            return CheckResult.Failed(RunOutcome.Unreachable, $"No answer within {Patience.TotalSeconds:0} seconds.", "Run again later; if it stays so, look at the network and the proxy.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Destination.DisposeAsync().ConfigureAwait(false);
        _tokens.Dispose();
    }

    private async Task<CheckResult?> CredentialAsync()
    {
        var auth = Settings.Auth;
        if (await Connectivity.SkipIfUnreachableAsync(auth.ClientSecret?.VaultAddress).ConfigureAwait(false) is not null) return null;
        if (auth.VaultSignIn is { ManagedIdentity: null } fetcher && await Connectivity.SkipIfUnreachableAsync(Cloud.AuthorityOf(fetcher)).ConfigureAwait(false) is not null) return null;
        var looked = await ProbeAsync(async ct =>
        {
            await Credentials.VerifyReadableAsync(auth, Transport, ct).ConfigureAwait(false);
            return CheckResult.Ok("");
        }).ConfigureAwait(false);
        return looked.Status == CheckStatus.Ok ? null : looked;
    }

    private async Task<Answered<string>> TokenAsync()
    {
        var auth = Settings.Auth;
        if (auth.ManagedIdentity is null && await Connectivity.SkipIfUnreachableAsync(Cloud.AuthorityOf(auth)).ConfigureAwait(false) is { } unreached) return new(null, unreached);
        if (await Connectivity.SkipIfUnreachableAsync(auth.ClientSecret?.VaultAddress).ConfigureAwait(false) is { } vault) return new(null, vault);
        if (await Credential.GetAsync().ConfigureAwait(false) is not null) return new(null, CheckResult.Skipped("needs secrets"));
        if ((await Tenant.GetAsync().ConfigureAwait(false)).Any(one => one.Status == CheckStatus.Failed)) return new(null, CheckResult.Skipped($"needs {Name} tenant"));
        string? token = null;
        var asked = await ProbeAsync(async ct =>
        {
            token = await _tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);
            return CheckResult.Ok("");
        }).ConfigureAwait(false);
        return new(token, token is null ? asked : null);
    }
}

/// <summary>What was asked for, or why it is not there.</summary>
internal sealed record Answered<T>(T? Value, CheckResult? Lacks);
