namespace MispGraphSync.Sandbox.Misp;

/// <summary>MISP itself stumbles over the request and answers 500.</summary>
internal sealed class ServerFailureException : Exception;
