using System.Net;
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

    /// <summary>Of one list: more subscriptions than an app sees, and more workspaces than a subscription has.</summary>
    private const int MaxPages = 1000;

    /// <summary>The upload's limit does not apply. Azure Resource Manager allows 25 reads a second.</summary>
    private const int RequestsPerMinute = 600;

    private readonly SentinelFailures _failures = new(settings);
    private Task<WorkspaceResult>? _search;

    /// <exception cref="RunFailedException">There is no answer: no sign-in, or Azure is down.</exception>
    public Task<WorkspaceResult> FindAsync(CancellationToken ct) => WorkspaceName.Of(settings) is { } given
        ? Task.FromResult(new WorkspaceResult(given, null))
        : _search ??= SearchAsync(ct);

    private async Task<WorkspaceResult> SearchAsync(CancellationToken ct)
    {
        using var client = new DestinationClient(
            SentinelKind.ManagementName, settings with { RequestsPerMinute = RequestsPerMinute }, SentinelKind.ResolveManagement(settings),
            transport, tokens, SentinelFailures.OfSearch, setting: "managementEndpoint");
        var subscriptions = await SubscriptionsAsync(client, ct).ConfigureAwait(false);
        if (subscriptions.Refusal is { } refusal) return new(null, SentinelFailures.SubscriptionsRefused(refusal), IsRefused: true);
        if (subscriptions.Items.Count == 0) return new(null, SentinelFailures.NoSubscription());

        var found = new List<WorkspaceName>();
        var refused = 0;
        string? lastRefusal = null;
        foreach (var subscription in subscriptions.Items)
        {
            var workspaces = await ReadAsync(
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
            : ReadAsync(
                client, "subscriptions", $"subscriptions?api-version={SubscriptionApiVersion}", item => item.Text("subscriptionId"), ct);

    private WorkspaceName? WithOurId(JsonElement item) =>
        Guid.TryParse(item.Find("properties")?.Text("customerId"), out var id) && id == settings.WorkspaceId
            ? WorkspaceName.Parse(item.Text("id"))
            : null;

    /// <summary>What a list has of interest, paged to its end; or the words with which Azure refuses it.</summary>
    private static async Task<Listed<T>> ReadAsync<T>(
        DestinationClient client, string operation, string first, Func<JsonElement, T?> choose, CancellationToken ct)
        where T : class
    {
        var all = new List<T>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var next = first; seen.Add(next) && seen.Count <= MaxPages;)
        {
            using var call = await client.SendAsync(operation, HttpMethod.Get, next, null, ct).ConfigureAwait(false);
            client.ThrowIfFailed(call);
            if (IsRefusal(call.Status)) return new([], $"({(int)call.Status!}): {ErrorBody.Read(call.Response.Written)}");
            var page = client.Read(call, response => ResponseJson.Read(response, root => root.List("value") is { } items
                ? new Page<T>([.. items.Select(choose).OfType<T>()], root.Text("nextLink"))
                : null));
            all.AddRange(page.Items);
            if (page.Next is not { Length: > 0 }) return new(all, null);
            next = client.Follow(page.Next).AbsoluteUri;
        }

        throw new RunFailedException(
            RunOutcome.Unreachable, $"{SentinelKind.ManagementName}: the list of {operation} does not end.", "Run again.");
    }

    private static bool IsRefusal(HttpStatusCode? status) => (int?)status is >= 400 and < 500 and not (407 or 408 or 429);

    /// <param name="Refusal">The status and Azure's words; null when the list was given.</param>
    private sealed record Listed<T>(IReadOnlyList<T> Items, string? Refusal);

    private sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
}

/// <summary>The workspace's names, or why they are not known.</summary>
/// <param name="IsRefused">Azure gave no list at all, which may change without a change of the settings.</param>
internal sealed record WorkspaceResult(WorkspaceName? Name, RunFailedException? Missing, bool IsRefused = false)
{
    /// <exception cref="RunFailedException">They are not known.</exception>
    public WorkspaceName Required => Name ?? throw Missing!;
}
