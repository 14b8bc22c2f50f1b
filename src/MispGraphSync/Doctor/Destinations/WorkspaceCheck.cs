using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Sentinel;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>Sentinel: whether the workspace's id and its names mean the same workspace. Uploads go by the id, lists by the names.</summary>
internal static class WorkspaceCheck
{
    public static async Task<CheckResult> LookAsync(DestinationContext one)
    {
        var settings = (SentinelSettings)one.Settings;
        if (!one.Destination.Capabilities.CanList) return CheckResult.Skipped("subscriptionId, resourceGroup and workspaceName are not set: read and verify need them");
        if (await one.Connectivity.SkipIfUnreachableAsync(MispGraphSync.Destinations.Sentinel.SentinelKind.ManagementOf(settings)).ConfigureAwait(false) is { } unreached) return unreached;
        if ((await one.Token.GetAsync().ConfigureAwait(false)).Value is null) return CheckResult.Skipped($"needs {one.Name} token");
        using var workspace = new SentinelWorkspace(settings, one.Transport, one.Tokens);
        return await one.ProbeAsync(async ct => await workspace.IdAsync(ct).ConfigureAwait(false) switch
        {
            null => CheckResult.Skipped("the role does not let it be looked up"),
            { } id when id == settings.WorkspaceId => CheckResult.Ok($"{settings.WorkspaceName} has the id {id}"),
            { } id => CheckResult.Failed(
                RunOutcome.InvalidInput, $"workspaceId is {settings.WorkspaceId}, but the workspace {settings.WorkspaceName} has the id {id}: pushes and lists would go to different workspaces.",
                $"Set workspaceId to {id}, or the three names to those of the workspace that you mean."),
        }).ConfigureAwait(false);
    }
}
