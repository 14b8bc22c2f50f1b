namespace MispGraphSync.Sandbox.Graph;

/// <summary>Whether tiIndicators exists. The response after its removal is unknown: four guesses.</summary>
public enum GraphAvailability
{
    Available,

    /// <summary>403 accessDenied: not retired, but not for this tenant.</summary>
    Forbidden,
    RetiredNotFound,
    RetiredGone,
    RetiredNotImplemented,

    /// <summary>400 "Resource not found for the segment".</summary>
    RetiredSegment,
}
