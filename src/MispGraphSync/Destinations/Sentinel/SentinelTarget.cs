using MispGraphSync.Core.Ports;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>Where in which workspace indicators go, as the calls need to know it.</summary>
/// <param name="Destination">The destination's name.</param>
/// <param name="Workspace">The Log Analytics workspace's id.</param>
/// <param name="SourceSystem">What Sentinel shows as the source, and part of each record's identity.</param>
/// <param name="Management">The workspace's path at Azure's management API; null when the settings do not tell it.</param>
internal sealed record SentinelTarget(
    string Destination, Guid Workspace, string SourceSystem, string? Management, int RequestsPerMinute, SentinelFailures Faults)
{
    /// <exception cref="RunFailedException">Usage: no workspace.</exception>
    public static SentinelTarget Of(SentinelSettings settings)
    {
        if (settings.WorkspaceId is not { } workspace)
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"Destination {settings.Name}: workspaceId is missing.", "It is the GUID on the workspace's Overview page.");
        return new SentinelTarget(
            settings.Name, workspace, settings.SourceSystem, ManagementPath(settings), settings.RequestsPerMinute,
            new SentinelFailures(workspace, settings.Auth.Cloud));
    }

    private static string? ManagementPath(SentinelSettings settings) =>
        settings is { SubscriptionId: { Length: > 0 } subscription, ResourceGroup: { Length: > 0 } group, WorkspaceName: { Length: > 0 } name }
            ? $"subscriptions/{Uri.EscapeDataString(subscription)}/resourceGroups/{Uri.EscapeDataString(group)}"
              + $"/providers/Microsoft.OperationalInsights/workspaces/{Uri.EscapeDataString(name)}"
              + "/providers/Microsoft.SecurityInsights/threatIntelligence/main"
            : null;
}
