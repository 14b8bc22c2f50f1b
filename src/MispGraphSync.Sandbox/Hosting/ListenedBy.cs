namespace MispGraphSync.Sandbox.Hosting;

/// <summary>Set on each connection: whose port it came in on.</summary>
internal sealed record ListenedBy(Service Service);
