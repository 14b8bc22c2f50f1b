namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>An analytics rule of the workspace.</summary>
/// <param name="Kind">Such as <c>Scheduled</c>; only that and <c>NRT</c> have a query.</param>
public sealed record AlertRule(string Name, string Kind, bool IsEnabled, string Query);
