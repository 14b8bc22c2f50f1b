namespace MispGraphSync.Sandbox;

/// <summary>The services played here, each on a port of its own.</summary>
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

    /// <summary>No service of Microsoft's: how another process looks into the sandbox and changes it.</summary>
    Control,
}
