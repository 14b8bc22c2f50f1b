using System.Globalization;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>
/// ARM's lists of subscriptions and of their workspaces. The workspace is in the last subscription, beside another one. Constant parts
/// of a resource id are in lower case, as in Microsoft's own sample.
/// </summary>
internal sealed class SubscriptionLists(SentinelState state, SandboxOptions options)
{
    /// <summary>One page. An app without a role sees no subscription, which is no error.</summary>
    public Answer Subscriptions(Request request, bool seesAny)
    {
        var ids = seesAny ? Ids() : [];
        var from = 0;
        if (request.Parameter("$skiptoken") is { } token
            && !int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out from)) return BadToken();
        var page = ids.Skip(from).Take(state.SubscriptionsPerPage).ToList();
        var body = new JsonObject
        {
            ["value"] = new JsonArray([.. page.Select(Subscription)]),
            ["count"] = new JsonObject { ["type"] = "Total", ["value"] = ids.Count },
        };
        var next = from + page.Count;
        if (next < ids.Count)
        {
            body["nextLink"] =
                $"{request.Origin.GetLeftPart(UriPartial.Authority)}/subscriptions?api-version=2022-12-01&$skiptoken={next}";
        }

        return Answer.Json(200, body);
    }

    /// <summary>Null when there is no such subscription.</summary>
    public Answer? Workspaces(Guid subscription)
    {
        if (!Ids().Contains(subscription)) return null;
        JsonArray workspaces = subscription == options.SubscriptionId
            ? [Workspace(subscription, options.ResourceGroup, "sandbox-logs", Other(90))]
            : [Workspace(subscription, "other-rg", "other-workspace", subscription)];
        if (subscription == options.SubscriptionId && !state.HidesWorkspace)
            workspaces.Add((JsonNode)Workspace(subscription, options.ResourceGroup, options.WorkspaceName, options.WorkspaceId));
        return Answer.Json(200, new JsonObject { ["value"] = workspaces });
    }

    public bool IsForbidden(Guid subscription) => state.ForbidsFirstSubscription && subscription == Ids()[0];

    private List<Guid> Ids() => [.. Enumerable.Range(1, state.OtherSubscriptions).Select(Other), options.SubscriptionId];

    private static Guid Other(int number) => Guid.Parse($"5b5c0000-5a5d-4b0c-8000-{number:d12}");

    private JsonNode Subscription(Guid id) => new JsonObject
    {
        ["id"] = $"/subscriptions/{id}",
        ["authorizationSource"] = "RoleBased",
        ["subscriptionId"] = id.ToString(),
        ["tenantId"] = options.Tenant.ToString(),
        ["displayName"] = "Sandbox",
        ["state"] = "Enabled",
    };

    private static JsonObject Workspace(Guid subscription, string group, string name, Guid id) => new()
    {
        ["id"] = $"/subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.operationalinsights/workspaces/{name}",
        ["name"] = name,
        ["type"] = "Microsoft.OperationalInsights/workspaces",
        ["location"] = "westeurope",
        ["properties"] = new JsonObject { ["customerId"] = id.ToString(), ["provisioningState"] = "Succeeded" },
    };

    private static Answer BadToken() => Answer.Json(400, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = "InvalidSkipToken", ["message"] = "The skip token is invalid." },
    });
}
