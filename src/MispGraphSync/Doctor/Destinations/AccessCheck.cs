using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations.Sentinel;
using MispGraphSync.Http;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>Whether the service lets us in, without anything being written: one indicator is listed, or an upload of nothing is sent.</summary>
internal static class AccessCheck
{
    public static async Task<CheckResult> LookAsync(DestinationContext one)
    {
        if (await one.Connectivity.SkipIfUnreachableAsync(one.DestinationKind.EndpointsOf(one.Settings) is [var first, ..] ? first : null).ConfigureAwait(false) is { } unreached) return unreached;
        if ((await one.Token.GetAsync().ConfigureAwait(false)).Value is null) return CheckResult.Skipped($"needs {one.Name} token");
        if ((await one.Roles.GetAsync().ConfigureAwait(false)).Status == CheckStatus.Failed) return CheckResult.Skipped($"needs {one.Name} roles");
        if (one.Kind != "sentinel") return await one.ProbeAsync(ct => OfListAsync(one.Destination, ct)).ConfigureAwait(false);
        var workspace = await one.Workspace.GetAsync().ConfigureAwait(false);
        // Only a wrong id keeps uploads away; wrong names do not.
        if (workspace.Status == CheckStatus.Failed && workspace.Cause.StartsWith("workspaceId", StringComparison.Ordinal)) return CheckResult.Skipped($"needs {one.Name} workspace");
        return await one.ProbeAsync(ct => OfUploadAsync(one, ct)).ConfigureAwait(false);
    }

    private static async Task<CheckResult> OfListAsync(IDestination destination, CancellationToken ct)
    {
        await destination.PrepareAsync(ct).ConfigureAwait(false);
        return CheckResult.Ok("the service lets us list; whether it lets us write, --write tells");
    }

    private static async Task<CheckResult> OfUploadAsync(DestinationContext one, CancellationToken ct)
    {
        var endpoint = Origin.Resolve(one.Settings.Endpoint, SentinelKind.Hosts.In(one.Settings.Auth.Cloud)!, "endpoint");
        using var upload = new SentinelUpload(SentinelTarget.Of((SentinelSettings)one.Settings), endpoint, one.Transport, one.Tokens);
        await upload.CheckAsync(ct).ConfigureAwait(false);
        return CheckResult.Ok($"workspace {((SentinelSettings)one.Settings).WorkspaceId} lets us upload");
    }
}
