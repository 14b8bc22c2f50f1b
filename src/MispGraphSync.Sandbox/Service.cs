namespace MispGraphSync.Sandbox;

/// <summary>The simulated services, each on its own port.</summary>
public enum Service
{
    Misp,
    Entra,
    Graph,

    /// <summary>Sentinel's upload API.</summary>
    Sentinel,

    /// <summary>Azure Resource Manager, as far as it lists Sentinel's indicators.</summary>
    Management,

    Defender,

    /// <summary>The query API of Log Analytics.</summary>
    LogAnalytics,

    /// <summary>Not a Microsoft service: lets another process inspect and change the sandbox.</summary>
    Control,

    /// <summary>A Key Vault, always over TLS; its certificate is for any vault's name.</summary>
    KeyVault,

    /// <summary>The endpoint that gives a machine's managed identity its tokens, always plain http.</summary>
    Identity,
}
