namespace MispGraphSync.Core.Ports;

/// <summary>A tool that was used before this one, and how to know what it left at a destination.</summary>
/// <param name="Name">As the user names it.</param>
/// <param name="At">Where its indicators are listed and removed: the destination itself, or the same place under its source.</param>
/// <param name="Recognise">
/// What is there as one that it left; null for everything else. No function: it was this tool itself, signed in as another application
/// (<see cref="RemoteIndicator.IsOfEarlierApp"/>).
/// </param>
public sealed record ForeignTool(string Name, IDestination At, Func<RemoteIndicator, LegacyIndicator?>? Recognise);

/// <summary>One indicator that another tool left.</summary>
/// <param name="There">As it is there.</param>
/// <param name="Observables">The ledger's key of what it watches.</param>
/// <param name="Event">The MISP event that it says it comes from, where only the event identifies it; else null.</param>
public sealed record LegacyIndicator(RemoteIndicator There, Hash128 Observables, Guid? Event);
