namespace MispGraphSync.Doctor.Destinations;

/// <summary>Sentinel: whether what is there can be listed, which read and verify need, and a push whose ledger was lost.</summary>
internal static class ListCheck
{
    public static async Task<CheckResult> LookAsync(DestinationContext one)
    {
        if (!one.Destination.Capabilities.CanList) return CheckResult.Skipped("subscriptionId, resourceGroup and workspaceName are not set: read and verify need them");
        if (await one.Connectivity.SkipIfUnreachableAsync(MispGraphSync.Destinations.Sentinel.SentinelKind.ManagementOf(one.Settings)).ConfigureAwait(false) is { } unreached) return unreached;
        if ((await one.Workspace.GetAsync().ConfigureAwait(false)).Status == CheckStatus.Failed) return CheckResult.Skipped($"needs {one.Name} workspace");
        var access = await one.Access.GetAsync().ConfigureAwait(false);
        if (access is { Status: CheckStatus.Failed, Code: MispGraphSync.Core.Ports.RunOutcome.SignInFailed }) return CheckResult.Skipped($"needs {one.Name} access");
        if ((await one.Token.GetAsync().ConfigureAwait(false)).Value is null) return CheckResult.Skipped($"needs {one.Name} token");
        return await one.ProbeAsync(async ct =>
        {
            await foreach (var _ in one.Destination.ReadAsync(ct).ConfigureAwait(false)) break;
            return CheckResult.Ok("indicators can be listed");
        }).ConfigureAwait(false);
    }
}
