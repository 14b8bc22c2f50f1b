using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// The workspace's names, which a list needs: those of the settings, or those of the workspace with its id among all that the app can
/// see (Azure Resource Manager, "Subscriptions - List" and "Workspaces - List"). Searched when the first list needs them, and once.
/// </summary>
internal sealed class WorkspaceSearch(SentinelSettings settings, Transport transport, ITokenSource tokens)
{
    public const string WorkspaceApiVersion = "2023-09-01";

    private const string SubscriptionApiVersion = "2022-12-01";

    private readonly SentinelFailures _failures = new(settings);
    private Task<WorkspaceResult>? _search;

    /// <exception cref="RunFailedException">There is no answer: no sign-in, or Azure is down.</exception>
    public Task<WorkspaceResult> FindAsync(CancellationToken ct) => WorkspaceName.Of(settings) is { } given
        ? Task.FromResult(new WorkspaceResult(given, null))
        : _search ??= SearchAsync(ct);

    private async Task<WorkspaceResult> SearchAsync(CancellationToken ct)
    {
        using var client = ManagementList.Client(settings, transport, tokens);
        var subscriptions = await SubscriptionsAsync(client, ct).ConfigureAwait(false);
        if (subscriptions.Refusal is { } refusal) return new(null, SentinelFailures.SubscriptionsRefused(refusal), IsRefused: true);
        if (subscriptions.Items.Count == 0) return new(null, SentinelFailures.NoSubscription());

        var found = new List<WorkspaceName>();
        var refused = 0;
        string? lastRefusal = null;
        foreach (var subscription in subscriptions.Items)
        {
            var workspaces = await ManagementList.ReadAsync(
                client, "workspaces",
                $"subscriptions/{Uri.EscapeDataString(subscription)}/providers/Microsoft.OperationalInsights/workspaces"
                + $"?api-version={WorkspaceApiVersion}",
                WithOurId, ct).ConfigureAwait(false);
            if (workspaces.Refusal is { } why) (refused, lastRefusal) = (refused + 1, why);
            foreach (var one in workspaces.Items.Where(one => !found.Exists(one.Is))) found.Add(one);
        }

        return found switch
        {
            [] when refused == subscriptions.Items.Count =>
                new(null, SentinelFailures.WorkspacesRefused(refused, lastRefusal!), IsRefused: true),
            [] => new(null, _failures.NoWorkspace(subscriptions.Items.Count, refused)),
            [var one] when one.Fits(settings) => new(one, null),
            [var other] => new(null, _failures.OtherNames(other)),
            _ => found.FindAll(one => one.Fits(settings)) is [var one] ? new(one, null) : new(null, _failures.SeveralWorkspaces(found)),
        };
    }

    private Task<Listed<string>> SubscriptionsAsync(DestinationClient client, CancellationToken ct) =>
        settings.SubscriptionId is { Length: > 0 } given
            ? Task.FromResult(new Listed<string>([given], null))
            : ManagementList.ReadAsync(
                client, "subscriptions", $"subscriptions?api-version={SubscriptionApiVersion}", item => item.Text("subscriptionId"), ct);

    private WorkspaceName? WithOurId(JsonElement item) =>
        Guid.TryParse(item.Find("properties")?.Text("customerId"), out var id) && id == settings.WorkspaceId
            ? WorkspaceName.Parse(item.Text("id"))
            : null;
}

/// <summary>The workspace's names, or why they are not known.</summary>
/// <param name="IsRefused">Azure gave no list at all, which may change without a change of the settings.</param>
internal sealed record WorkspaceResult(WorkspaceName? Name, RunFailedException? Missing, bool IsRefused = false)
{
    /// <exception cref="RunFailedException">They are not known.</exception>
    public WorkspaceName Required => Name ?? throw Missing!;
}
