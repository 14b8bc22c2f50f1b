namespace MispGraphSync.Sandbox.Graph;

/// <summary>The body as a whole cannot be taken in: 400, nothing ingested.</summary>
internal sealed class UnreadableBodyException(string message) : Exception(message);
