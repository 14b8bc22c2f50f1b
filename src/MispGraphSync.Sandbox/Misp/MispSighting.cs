namespace MispGraphSync.Sandbox.Misp;

/// <summary>A sighting as the server keeps it.</summary>
/// <param name="Type">0: seen; 1: false positive; 2: expiration.</param>
/// <param name="Date">Seconds since 1970.</param>
public sealed record MispSighting(
    string Uuid, string Attribute, string Event, string Organisation, long Date, string? Source, string Type)
{
    public long Id { get; init; }
}
