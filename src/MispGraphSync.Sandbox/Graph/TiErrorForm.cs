namespace MispGraphSync.Sandbox.Graph;

/// <summary>What a failed item of a batch has for <c>Error</c>.</summary>
public enum TiErrorForm
{
    /// <summary>Recorded: JSON in a string for Defender, prose for Sentinel.</summary>
    ByProduct,

    /// <summary>JSON in a string.</summary>
    Json,

    Prose,

    /// <summary>An object, which nobody has recorded.</summary>
    Object,
}
