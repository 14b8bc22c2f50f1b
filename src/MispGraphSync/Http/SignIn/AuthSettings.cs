namespace MispGraphSync.Http.SignIn;

/// <summary>How to sign in to Entra.</summary>
public sealed record AuthSettings
{
    /// <summary>A GUID or a domain.</summary>
    public required string Tenant { get; init; }

    public string? ClientId { get; init; }

    public SecretReference? ClientSecret { get; init; }

    public CertificateSettings? Certificate { get; init; }

    public ManagedIdentitySettings? ManagedIdentity { get; init; }

    public string? FederatedTokenFile { get; init; }

    /// <summary><c>global</c>, <c>gcc</c>, <c>usgov</c>, <c>usgovdod</c> or <c>china</c>.</summary>
    public string Cloud { get; init; } = "global";

    /// <summary>An origin in the place of the cloud's sign-in host; null: the cloud's.</summary>
    public Uri? Authority { get; init; }

    /// <summary>Where the client secret lies in a Key Vault: the sign-in, by other means, that fetches it. Null elsewhere.</summary>
    public AuthSettings? VaultSignIn { get; init; }
}

/// <summary>PEM with key, or PFX.</summary>
public sealed record CertificateSettings(string Path, SecretReference? Password);

/// <summary>Null client id: the system-assigned identity.</summary>
public sealed record ManagedIdentitySettings(string? ClientId);
