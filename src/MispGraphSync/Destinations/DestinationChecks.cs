using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations;

/// <summary>What the checks of one destination need.</summary>
/// <param name="Transport">One with short waits: a busy service is a finding.</param>
/// <param name="SkipIfUnreachableAsync">Null when the host answers, or none is given; else why not.</param>
internal sealed record CheckInput(
    DestinationKinds Kinds, DestinationSettings Settings, Transport Transport, Func<Uri?, Task<CheckResult?>> SkipIfUnreachableAsync,
    CancellationToken Stop);

/// <summary>
/// The doctor's checks of one destination. Results that several of them need are shared. A kind with checks of its own derives from it.
/// </summary>
internal class DestinationChecks : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly MsalTokenSource _tokens;
    private readonly AsyncLazy<CheckResult> _tenant;
    private readonly AsyncLazy<(string? Token, CheckResult? Missing)> _token;

    public DestinationChecks(CheckInput input)
    {
        Input = input;
        Kind = input.Kinds.Of(Settings);
        _tokens = new MsalTokenSource(Settings.Auth, Kind.ScopeOf(Settings), Transport);
        Destination = Kind.Create(Settings, Transport, _tokens);
        Credential = new(FindCredentialAsync);
        _tenant = new(FindTenantAsync);
        _token = new(FindTokenAsync);
        Roles = new(FindRolesAsync);
        Access = new(FindAccessAsync);
    }

    /// <summary>Null when the credential to sign in with is there, else why not.</summary>
    public AsyncLazy<CheckResult?> Credential { get; }

    public IDestination Destination { get; }

    public ITokenSource Tokens => _tokens;

    public DestinationKind Kind { get; }

    public DestinationSettings Settings => Input.Settings;

    public Transport Transport => Input.Transport;

    protected CheckInput Input { get; }

    protected string Name => Settings.Name;

    protected AsyncLazy<CheckResult> Roles { get; }

    protected AsyncLazy<CheckResult> Access { get; }

    /// <summary>In the order in which they are printed.</summary>
    /// <param name="writes">Whether an indicator may be written.</param>
    public IReadOnlyList<Check> All(bool writes)
    {
        Check[] checks =
        [
            new($"{Name} tenant", _tenant.GetAsync),
            new($"{Name} token", async () => (await _token.GetAsync().ConfigureAwait(false)).Missing
                ?? CheckResult.Ok($"signed in by {WayOf(Settings.Auth)}")),
            new($"{Name} roles", Roles.GetAsync),
            .. OfService(),
            .. Kind.AlertsOf(Settings) is { } feed ? [new Check($"{Name} alerts", () => FindAlertsAsync(feed))] : Array.Empty<Check>(),
        ];
        return writes ? [.. checks, new($"{Name} write", async ct => [await WriteAsync(checks, ct).ConfigureAwait(false)])] : checks;
    }

    public async ValueTask DisposeAsync()
    {
        await Destination.DisposeAsync().ConfigureAwait(false);
        _tokens.Dispose();
    }

    /// <summary>The checks of the service itself. Each gives the same result however often it runs.</summary>
    protected virtual IEnumerable<Check> OfService() => [new($"{Name} access", Access.GetAsync)];

    /// <summary>Whether the token carries the roles that the service asks for.</summary>
    protected virtual CheckResult CheckRoles(JwtClaims claims) =>
        CheckResult.Ok("the roles are given on the workspace, not in the token: the next checks test them");

    /// <summary>Whether the service lets us in, without anything being written. Throws when not.</summary>
    protected virtual async Task<CheckResult> CheckAccessAsync(CancellationToken ct)
    {
        await Destination.PrepareAsync(ct).ConfigureAwait(false);
        return CheckResult.Ok("the service lets us list; misp-graph doctor --write checks whether it lets us write");
    }

    protected static string Listed(JwtClaims claims) => string.Join(", ", claims.Roles.Select(role => Sanitize.ForDisplay(role, 80)));

    protected static string Has(JwtClaims claims) =>
        claims.Roles.Count == 0 ? ": it carries no role at all, so consent is missing" : $"; it has {Listed(claims)}";

    /// <summary>Null when there is a token, else the result of a check that needs it.</summary>
    protected async Task<CheckResult?> SkipWithoutTokenAsync() =>
        (await _token.GetAsync().ConfigureAwait(false)).Token is null ? CheckResult.Skipped($"needs {Name} token") : null;

    /// <summary>Asks something that may take a while; a failure is the result.</summary>
    /// <param name="slowRemedy">What to do when it takes too long.</param>
    protected async Task<CheckResult> ProbeAsync(
        Func<CancellationToken, Task<CheckResult>> ask,
        string slowRemedy = "Run again later; if this persists, check the network and the proxy.")
    {
        try
        {
            return await TimeLimit.RunAsync(Limit, Transport.Time, ask, Input.Stop).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            return CheckResult.FromFailure(failure);
        }
        catch (TimeoutException)
        {
            return CheckResult.Failed(
                RunOutcome.Unreachable, $"No answer within {Limit.TotalSeconds:0} seconds.", slowRemedy);
        }
    }

    // Only hits needs them, so that a missing permission is no fault, unless the settings name the route.
    private async Task<CheckResult> FindAlertsAsync(AlertFeed feed)
    {
        if (await SkipWithoutTokenAsync().ConfigureAwait(false) is { } skipped) return skipped;
        var refused = CheckResult.Skipped("there is no list of alerts in this cloud");
        foreach (var (route, endpoint) in Input.Kinds.AlertRoutesOf(Settings))
        {
            var found = await ProbeAsync(async ct =>
            {
                using var reader = route.Open(Settings, feed, endpoint, Transport);
                var now = Transport.Time.GetUtcNow();
                await foreach (var page in reader.ReadAsync(new AlertWindow(now - Settings.Alerts.LookBack, now), ct).ConfigureAwait(false))
                    return CheckResult.Ok($"can be read, by {route.Name}{feed.Named(page.Alerts)}");
                return CheckResult.Ok($"can be read, by {route.Name}");
            }).ConfigureAwait(false);
            if (found.Status != CheckStatus.Failed || Settings.Alerts.Route != AlertSettings.Auto) return found;
            refused = CheckResult.Skipped($"'misp-graph hits' cannot read them. {found.Cause} {found.Remedy}");
        }

        return refused;
    }

    private async Task<CheckResult?> FindCredentialAsync()
    {
        var auth = Settings.Auth;
        if (await Input.SkipIfUnreachableAsync(auth.ClientSecret?.VaultAddress).ConfigureAwait(false) is not null) return null;
        if (auth.VaultSignIn is { ManagedIdentity: null } vault
            && await Input.SkipIfUnreachableAsync(Cloud.AuthorityOf(vault)).ConfigureAwait(false) is not null) return null;
        var found = await ProbeAsync(async ct =>
        {
            await Credentials.VerifyReadableAsync(auth, Transport, ct).ConfigureAwait(false);
            return CheckResult.Ok("");
        }).ConfigureAwait(false);
        return found.Status == CheckStatus.Ok ? null : found;
    }

    private async Task<CheckResult> FindTenantAsync()
    {
        if (Settings.Auth.ManagedIdentity is not null) return CheckResult.Skipped("a managed identity is of its machine's tenant");
        if (await Input.SkipIfUnreachableAsync(Cloud.AuthorityOf(Settings.Auth)).ConfigureAwait(false) is { } unreachable)
            return unreachable;
        return await ProbeAsync(ct => TenantCheck.RunAsync(Input, ct)).ConfigureAwait(false);
    }

    private async Task<(string? Token, CheckResult? Missing)> FindTokenAsync()
    {
        var auth = Settings.Auth;
        if (auth.ManagedIdentity is null
            && await Input.SkipIfUnreachableAsync(Cloud.AuthorityOf(auth)).ConfigureAwait(false) is { } unreachable) return (
                null, unreachable);
        if (await Input.SkipIfUnreachableAsync(auth.ClientSecret?.VaultAddress).ConfigureAwait(false) is { } vault) return (null, vault);
        if (await Credential.GetAsync().ConfigureAwait(false) is not null) return (null, CheckResult.Skipped("needs secrets"));
        if ((await _tenant.GetAsync().ConfigureAwait(false)).Status == CheckStatus.Failed)
            return (null, CheckResult.Skipped($"needs {Name} tenant"));
        string? token = null;
        var asked = await ProbeAsync(async ct =>
        {
            token = await _tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);
            return CheckResult.Ok("");
        }).ConfigureAwait(false);
        return (token, token is null ? asked : null);
    }

    private async Task<CheckResult> FindRolesAsync()
    {
        // A token without any role is issued all the same.
        if (await SkipWithoutTokenAsync().ConfigureAwait(false) is { } skipped) return skipped;
        if (JwtClaims.Read((await _token.GetAsync().ConfigureAwait(false)).Token!) is not { } claims)
            return CheckResult.Warning("The token cannot be read.", "Nothing needs to be done unless the next check fails.");
        if (Guid.TryParse(claims.Tenant, out var actual) && Guid.TryParse(Settings.Auth.Tenant, out var stated) && actual != stated)
            return CheckResult.Failed(
                RunOutcome.SignInFailed, $"The token is of tenant {actual}, while auth.tenant is {stated}.",
                "Set auth.tenant to the tenant of the identity that signs in, or sign in with one of the right tenant.");
        return CheckRoles(claims);
    }

    private async Task<CheckResult> FindAccessAsync()
    {
        var service = Kind.EndpointsOf(Settings) is [var first, ..] ? first : null;
        if (await Input.SkipIfUnreachableAsync(service).ConfigureAwait(false) is { } unreachable) return unreachable;
        if (await SkipWithoutTokenAsync().ConfigureAwait(false) is { } skipped) return skipped;
        if ((await Roles.GetAsync().ConfigureAwait(false)).Status == CheckStatus.Failed) return CheckResult.Skipped($"needs {Name} roles");
        return await ProbeAsync(CheckAccessAsync).ConfigureAwait(false);
    }

    private async Task<CheckResult> WriteAsync(IEnumerable<Check> others, CancellationToken ct)
    {
        if ((await Access.GetAsync().ConfigureAwait(false)).Status != CheckStatus.Ok) return CheckResult.Skipped($"needs {Name} access");
        // They look at the service without the canary.
        foreach (var check in others) await check.RunAsync(ct).ConfigureAwait(false);
        await using var canary = new CanaryIndicator(this);
        return await canary.RunAsync(ct).ConfigureAwait(false);
    }

    private static string WayOf(AuthSettings auth) => auth switch
    {
        { ManagedIdentity.ClientId: { } id } => $"the managed identity {id}",
        { ManagedIdentity: not null } => "this machine's managed identity",
        { Certificate: not null } => "certificate",
        { FederatedTokenFile: not null } => "federated token",
        _ => "client secret",
    };
}
