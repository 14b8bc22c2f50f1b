namespace MispGraphSync.Core.Ports;

/// <summary>Hears how far a run is, for progress and logs. Called from several threads.</summary>
public interface IRunObserver
{
    void Reading(SourceInfo source, long eventsDone, long eventsInAll);

    void Planned(DestinationInfo destination, PlanCounts counts);

    /// <summary>A step is about to be sent, or would be in a dry run.</summary>
    void Step(DestinationInfo destination, PlanStep step);

    void Applied(DestinationInfo destination, StepTally soFar, long inAll);

    /// <summary>So many indicators of a destination have been listed.</summary>
    void Listed(DestinationInfo destination, long soFar)
    {
    }

    /// <summary>Something that someone may want to act on.</summary>
    void Warn(string message);
}
