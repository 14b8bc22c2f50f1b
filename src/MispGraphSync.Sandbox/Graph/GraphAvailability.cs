namespace MispGraphSync.Sandbox.Graph;

/// <summary>Whether tiIndicators is there at all. What the service will say after its removal is not known: four guesses.</summary>
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
