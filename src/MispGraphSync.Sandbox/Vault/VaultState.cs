using System.Collections.Concurrent;

namespace MispGraphSync.Sandbox.Vault;

/// <summary>The secrets of the Key Vault, by name. Any vault name leads here.</summary>
public sealed class VaultState
{
    /// <summary>Names are compared without case, as the service does.</summary>
    public ConcurrentDictionary<string, string> Secrets { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The identity has no role on the vault.</summary>
    public bool IsForbidden { get; set; }
}
