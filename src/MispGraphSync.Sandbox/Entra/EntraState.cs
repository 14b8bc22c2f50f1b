using System.Collections.Concurrent;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>The tenant: its applications and the tokens they got.</summary>
public sealed class EntraState
{
    private readonly ConcurrentDictionary<string, AppRegistration> _apps = new(StringComparer.OrdinalIgnoreCase);

    internal EntraState(SandboxOptions options)
    {
        Tenant = options.Tenant;
        Mint = new TokenMint(options.Tenant, options.Time) { Lifetime = options.TokenLifetime };
        App = Register(options.ClientId, options.ClientSecret);
    }

    public Guid Tenant { get; }

    /// <summary>The application of <see cref="SandboxOptions.ClientId"/>.</summary>
    public AppRegistration App { get; }

    public TimeSpan TokenLifetime
    {
        get => Mint.Lifetime;
        set => Mint.Lifetime = value;
    }

    public long TokensIssued => Mint.Issued;

    /// <summary>When set, no token is issued and this AADSTS number is the answer, e.g. 53003 or 90033.</summary>
    public int? Refusal { get; set; }

    /// <summary>Null, or the part of its cloud that the tenant is in: <c>GCC</c>, <c>DODCON</c> (GCC High), <c>DOD</c>.</summary>
    public string? RegionSubScope { get; set; }

    /// <summary>The tenant's cloud by the name of its Graph.</summary>
    public string GraphHost { get; set; } = "graph.microsoft.com";

    /// <summary>This machine has a managed identity.</summary>
    public bool HasIdentity { get; set; } = true;

    /// <summary>The header value that the identity endpoint requires. Clients get it from the environment.</summary>
    public string IdentityHeader { get; } = "sandbox-identity-header-of-no-value";

    internal TokenMint Mint { get; }

    public AppRegistration Register(string clientId, string? secret) =>
        _apps.GetOrAdd(clientId, id => new AppRegistration(id) { Secret = secret });

    public AppRegistration? Find(string clientId) => _apps.GetValueOrDefault(clientId);

    public void Forget(string clientId) => _apps.TryRemove(clientId, out _);

    public void RevokeTokens() => Mint.RevokeAll();
}
