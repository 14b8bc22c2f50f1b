namespace MispGraphSync.Destinations.Sentinel;

/// <summary>Uploads go by the workspace's id, lists by its names: both are checked, and that they mean the same workspace.</summary>
internal sealed class SentinelChecks : DestinationChecks
{
    private const string Consequence =
        "Without a list, what this ledger did not send is not deleted there: leftovers end at their own expiry.";

    private readonly AsyncLazy<CheckResult> _workspace;
    private readonly AsyncLazy<CheckResult> _list;
    private WorkspaceName? _name;
    private bool _isOtherWorkspace;
    private bool _listsAny;

    private SentinelSettings Workspace => (SentinelSettings)Settings;

    private bool IsNamed => WorkspaceName.Of(Workspace) is not null;

    public SentinelChecks(CheckInput input)
        : base(input)
    {
        _name = WorkspaceName.Of(Workspace);
        _workspace = new(FindWorkspaceAsync);
        _list = new(FindListAsync);
    }

    protected override IEnumerable<Check> OfService() =>
    [
        new($"{Name} workspace", _workspace.GetAsync),
        .. base.OfService(),
        new($"{Name} list", _list.GetAsync),
        new($"{Name} rules", () => FindMatchAsync((checks, name, ct) => checks.CheckRulesAsync(name, ct))),
        new($"{Name} table", () => FindMatchAsync((checks, name, ct) => checks.CheckTableAsync(name, _listsAny, ct))),
    ];

    protected override async Task<CheckResult> CheckAccessAsync(CancellationToken ct)
    {
        // Only a wrong id keeps uploads away; wrong names do not. A workspace that is found by its id has the right one.
        if (IsNamed) await _workspace.GetAsync().ConfigureAwait(false);
        if (_isOtherWorkspace) return CheckResult.Skipped($"needs {Name} workspace");
        using var upload = new SentinelUpload(Workspace, Transport, Tokens);
        await upload.CheckAsync(ct).ConfigureAwait(false);
        return CheckResult.Ok($"workspace {Workspace.WorkspaceId} lets us upload");
    }

    private async Task<CheckResult> FindWorkspaceAsync()
    {
        if (await SkipWithoutManagementAsync().ConfigureAwait(false) is { } skipped) return skipped;
        if (await SkipWithoutTokenAsync().ConfigureAwait(false) is { } missing) return missing;
        if (IsNamed) return await ProbeAsync(CompareAsync).ConfigureAwait(false);
        if ((await Access.GetAsync().ConfigureAwait(false)).Status == CheckStatus.Failed)
            return CheckResult.Skipped($"needs {Name} access");
        return await ProbeAsync(SearchAsync, "Set subscriptionId if the app sees many subscriptions; check the network and the proxy.")
            .ConfigureAwait(false);
    }

    private async Task<CheckResult> SearchAsync(CancellationToken ct)
    {
        var found = await ((SentinelDestination)Destination).Workspace.FindAsync(ct).ConfigureAwait(false);
        _name = found.Name;
        return found.Missing is { } why
            ? CheckResult.Warning($"{why.Message} {Consequence}", why.Remedy!)
            : CheckResult.Ok($"found by its id: {found.Name}");
    }

    private async Task<CheckResult> CompareAsync(CancellationToken ct)
    {
        var id = await LookUpAsync(ct).ConfigureAwait(false);
        _isOtherWorkspace = id is not null && id != Workspace.WorkspaceId;
        return id switch
        {
            null => CheckResult.Skipped("the role does not let it be looked up"),
            _ when !_isOtherWorkspace => CheckResult.Ok($"{Workspace.WorkspaceName} has the id {id}"),
            _ => CheckResult.Failed(
                RunOutcome.InvalidInput,
                $"workspaceId is {Workspace.WorkspaceId}, but the workspace {Workspace.WorkspaceName} has the id {id}: pushes and "
                + "lists would go to different workspaces.",
                $"Set workspaceId to {id}, or the three names to those of the workspace that you mean."),
        };
    }

    /// <summary>Whether indicators can be listed, which read and verify need, and a push whose ledger was lost.</summary>
    private async Task<CheckResult> FindListAsync()
    {
        if (await SkipWithoutManagementAsync().ConfigureAwait(false) is { } skipped) return skipped;
        if ((await _workspace.GetAsync().ConfigureAwait(false)).Status == CheckStatus.Failed || _name is null)
            return CheckResult.Skipped($"needs {Name} workspace");
        var access = await Access.GetAsync().ConfigureAwait(false);
        if (access is { Status: CheckStatus.Failed, Code: RunOutcome.SignInFailed }) return CheckResult.Skipped($"needs {Name} access");
        if (await SkipWithoutTokenAsync().ConfigureAwait(false) is { } missing) return missing;
        return await ProbeAsync(async ct =>
        {
            await foreach (var _ in Destination.ReadAsync(ct).ConfigureAwait(false))
            {
                _listsAny = true;
                break;
            }

            return CheckResult.Ok("indicators can be listed");
        }).ConfigureAwait(false);
    }

    /// <summary>Of the workspace that is listed, and after the list.</summary>
    private async Task<CheckResult> FindMatchAsync(Func<MatchChecks, WorkspaceName, CancellationToken, Task<CheckResult>> look)
    {
        if ((await _list.GetAsync().ConfigureAwait(false)).Status != CheckStatus.Ok) return CheckResult.Skipped($"needs {Name} list");
        return await ProbeAsync(ct => look(new MatchChecks(Workspace, Transport, Tokens), _name!, ct)).ConfigureAwait(false);
    }

    private Task<CheckResult?> SkipWithoutManagementAsync() => Input.SkipIfUnreachableAsync(SentinelKind.ManagementOf(Workspace));

    /// <summary>
    /// The workspace's id by its name (Azure Resource Manager, "Workspaces - Get"); null when the role does not let us ask.
    /// </summary>
    private async Task<Guid?> LookUpAsync(CancellationToken ct)
    {
        using var client = new DestinationClient(
            SentinelKind.ManagementName, Settings, SentinelKind.ResolveManagement(Workspace), Transport, Tokens,
            new SentinelFailures(Workspace).OfWorkspace,
            setting: "managementEndpoint");
        var path = $"{_name!.Path}?api-version={WorkspaceSearch.WorkspaceApiVersion}";
        using var call = await client.SendAsync("workspace", HttpMethod.Get, path, null, ct).ConfigureAwait(false);
        client.ThrowIfFailed(call);
        if ((int?)call.Status is 401 or 403) return null;
        var id = client.Read(call, response => ResponseJson.Read(response, root =>
            root.Find("properties")?.Text("customerId") is { } text && Guid.TryParse(text, out _) ? text : null));
        return Guid.Parse(id);
    }
}
