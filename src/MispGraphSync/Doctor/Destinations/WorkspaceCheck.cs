using MispGraphSync.Core.Sync;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Doctor.Network;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>Sentinel: whether the workspace's id and its names mean the same workspace. Uploads go by the id, lists by the names.</summary>
internal sealed class WorkspaceCheck(DestinationCase one) : ICheck
{
    public string Name => $"{one.Name} workspace";

    public async Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct) => [await one.Workspace.GetAsync().ConfigureAwait(false)];

    public static async Task<Diagnosis> LookAsync(DestinationCase one)
    {
        var settings = one.Settings;
        if (!one.Destination.CanList) return Diagnosis.Skipped("subscriptionId, resourceGroup and workspaceName are not set: read and verify need them");
        if (await one.Reach.LacksAsync(HostList.ManagementOf(settings)).ConfigureAwait(false) is { } unreached) return unreached;
        if ((await one.Token.GetAsync().ConfigureAwait(false)).Value is null) return Diagnosis.Skipped($"needs {one.Name} token");
        using var workspace = new SentinelWorkspace(settings, one.Transport, one.Tokens);
        return await one.AskAsync(async ct => await workspace.IdAsync(ct).ConfigureAwait(false) switch
        {
            null => Diagnosis.Skipped("the role does not let it be looked up"),
            { } id when id == settings.WorkspaceId => Diagnosis.Ok($"{settings.WorkspaceName} has the id {id}"),
            { } id => Diagnosis.Failed(
                ExitCode.Usage, $"workspaceId is {settings.WorkspaceId}, but the workspace {settings.WorkspaceName} has the id {id}: pushes and lists would go to different workspaces.",
                $"Set workspaceId to {id}, or the three names to those of the workspace that you mean."),
        }).ConfigureAwait(false);
    }
}
