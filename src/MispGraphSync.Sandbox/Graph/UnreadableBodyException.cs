namespace MispGraphSync.Sandbox.Graph;

/// <summary>The whole body is unreadable: 400, nothing ingested.</summary>
internal sealed class UnreadableBodyException(string message) : Exception(message);
