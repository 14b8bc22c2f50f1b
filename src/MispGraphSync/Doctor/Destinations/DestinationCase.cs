using MispGraphSync.Configuration;
using MispGraphSync.Core.Sync;
using MispGraphSync.Destinations;
using MispGraphSync.Destinations.Defender;
using MispGraphSync.Doctor.Network;
using MispGraphSync.Http;
using MispGraphSync.SignIn;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>One destination of the settings, and what is known of it so far. Checks ask here for what they stand on.</summary>
internal sealed class DestinationCase : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationToken _ct;
    private readonly MsalTokenSource _tokens;

    /// <param name="transport">An impatient one: what is busy is a finding.</param>
    public DestinationCase(DestinationSettings settings, Transport transport, Reach reach, CancellationToken ct)
    {
        (Settings, Transport, Reach, _ct) = (settings, transport, reach, ct);
        _tokens = new MsalTokenSource(settings.Auth, ScopeOf(settings), transport);
        Destination = DestinationKinds.Create(settings, transport, _tokens);
        Credential = new Shared<Diagnosis?>(CredentialAsync);
        Tenant = new Shared<IReadOnlyList<Diagnosis>>(() => TenantCheck.LookAsync(this, ct));
        Token = new Shared<Answered<string>>(TokenAsync);
        Roles = new Shared<Diagnosis>(() => RolesCheck.LookAsync(this));
        Workspace = new Shared<Diagnosis>(() => WorkspaceCheck.LookAsync(this));
        Access = new Shared<Diagnosis>(() => AccessCheck.LookAsync(this));
        Room = new Shared<Diagnosis>(() => CapacityCheck.LookAsync(this));
    }

    public DestinationSettings Settings { get; }

    public Transport Transport { get; }

    public Reach Reach { get; }

    public IDestination Destination { get; }

    public ITokenSource Tokens => _tokens;

    public string Name => Settings.Name;

    public string Kind => Settings.Kind;

    /// <summary>Null when what signs in can be had, else why not.</summary>
    public Shared<Diagnosis?> Credential { get; }

    public Shared<IReadOnlyList<Diagnosis>> Tenant { get; }

    public Shared<Answered<string>> Token { get; }

    public Shared<Diagnosis> Roles { get; }

    public Shared<Diagnosis> Workspace { get; }

    public Shared<Diagnosis> Access { get; }

    /// <summary>Defender: how many places are taken.</summary>
    public Shared<Diagnosis> Room { get; }

    /// <summary>Asks something that may take a while; what goes wrong is the diagnosis.</summary>
    public async Task<Diagnosis> AskAsync(Func<CancellationToken, Task<Diagnosis>> ask)
    {
        using var limit = new CancellationTokenSource(Patience, Transport.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _ct);
        try
        {
            return await ask(either.Token).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            return Diagnosis.Of(failure);
        }
        catch (OperationCanceledException) when (!_ct.IsCancellationRequested)
        {
            return Diagnosis.Failed(ExitCode.OutOfReach, $"No answer within {Patience.TotalSeconds:0} seconds.", "Run again later; if it stays so, look at the network and the proxy.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Destination.DisposeAsync().ConfigureAwait(false);
        _tokens.Dispose();
    }

    private static string ScopeOf(DestinationSettings settings) => settings.Kind switch
    {
        "graph" => Cloud.Named(settings.Auth.Cloud).GraphScope,
        "sentinel" => Cloud.Named(settings.Auth.Cloud).ManagementScope,
        _ => DefenderDestination.ScopeOf(settings),
    };

    private async Task<Diagnosis?> CredentialAsync()
    {
        var auth = Settings.Auth;
        if (await Reach.LacksAsync(auth.ClientSecret?.VaultAddress).ConfigureAwait(false) is not null) return null;
        if (auth.Fetcher is { ManagedIdentity: null } fetcher && await Reach.LacksAsync(HostList.AuthorityOf(fetcher)).ConfigureAwait(false) is not null) return null;
        var looked = await AskAsync(async ct =>
        {
            await Credentials.LookAsync(auth, Transport, ct).ConfigureAwait(false);
            return Diagnosis.Ok("");
        }).ConfigureAwait(false);
        return looked.Status == CheckStatus.Ok ? null : looked;
    }

    private async Task<Answered<string>> TokenAsync()
    {
        var auth = Settings.Auth;
        if (auth.ManagedIdentity is null && await Reach.LacksAsync(HostList.AuthorityOf(auth)).ConfigureAwait(false) is { } unreached) return new(null, unreached);
        if (await Reach.LacksAsync(auth.ClientSecret?.VaultAddress).ConfigureAwait(false) is { } vault) return new(null, vault);
        if (await Credential.GetAsync().ConfigureAwait(false) is not null) return new(null, Diagnosis.Skipped("needs secrets"));
        if ((await Tenant.GetAsync().ConfigureAwait(false)).Any(one => one.Status == CheckStatus.Failed)) return new(null, Diagnosis.Skipped($"needs {Name} tenant"));
        string? token = null;
        var asked = await AskAsync(async ct =>
        {
            token = await _tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);
            return Diagnosis.Ok("");
        }).ConfigureAwait(false);
        return new(token, token is null ? asked : null);
    }
}

/// <summary>What was asked for, or why it is not there.</summary>
internal sealed record Answered<T>(T? Value, Diagnosis? Lacks);
