using System.Net;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>Error responses that concern every request, and what the user can do about them.</summary>
internal sealed class SentinelFailures(SentinelSettings settings)
{
    private const string ToWrite =
        "Give the app the role Microsoft Sentinel Contributor on the workspace (docs/sentinel.md has the command); a new role takes "
        + "some minutes.";

    private const string ToRead =
        "Give the app the role Microsoft Sentinel Contributor (to read only, Microsoft Sentinel Reader) on the workspace; "
        + "a new role takes some minutes.";

    private const string ToFind =
        "Give the app the role Microsoft Sentinel Contributor (to read only, Microsoft Sentinel Reader) on the workspace; a new role "
        + "takes some minutes. Or set subscriptionId, resourceGroup and workspaceName; they are on the workspace's Overview page.";

    /// <summary>Of an upload; null when it concerns its own objects only.</summary>
    public RunFailedException? OfUpload(ApiCall call, ErrorBody error, bool answeredBefore) => call.Status switch
    {
        { } status when IsRole(status, error) || status == HttpStatusCode.Forbidden => new RunFailedException(
            RunOutcome.SignInFailed, $"Sentinel refuses access to workspace {settings.WorkspaceId} ({(int)status}): {error}", ToWrite),
        HttpStatusCode.Unauthorized => RefusedToken("Sentinel", error),
        HttpStatusCode.NotFound => new RunFailedException(
            RunOutcome.InvalidInput,
            $"Sentinel in the cloud {settings.Auth.Cloud} has no workspace {settings.WorkspaceId} (404): {error}",
            "workspaceId is the workspace's GUID, on its Overview page, not its name nor its resource id; "
            + "auth.cloud must be the workspace's cloud."),
        HttpStatusCode.Gone => Retired(error),
        HttpStatusCode.BadRequest when error.Code?.Contains("ApiVersion", StringComparison.OrdinalIgnoreCase) == true => Retired(error),
        _ => null,
    };

    /// <summary>Of a page of the list.</summary>
    public RunFailedException? OfList(ApiCall call, ErrorBody error, bool answeredBefore) => call.Status switch
    {
        { } status when IsRole(status, error) || status == HttpStatusCode.Forbidden => new RunFailedException(
            RunOutcome.SignInFailed, $"Azure refuses to list Sentinel's indicators ({(int)status}): {error}", ToRead),
        HttpStatusCode.Unauthorized => RefusedToken("Sentinel", error),
        HttpStatusCode.NotFound => new RunFailedException(
            RunOutcome.InvalidInput, $"Azure in the cloud {settings.Auth.Cloud} does not find the workspace (404): {error}",
            "Check subscriptionId, resourceGroup and workspaceName (the name here, not the id), and auth.cloud."),
        _ => null,
    };

    /// <summary>Of looking the workspace up, where a missing role is no failure.</summary>
    public RunFailedException? OfWorkspace(ApiCall call, ErrorBody error, bool answeredBefore) => call.Status switch
    {
        HttpStatusCode.NotFound => new RunFailedException(
            RunOutcome.InvalidInput, $"Azure does not find the workspace {settings.WorkspaceName} (404): {error}",
            "Check subscriptionId, resourceGroup and workspaceName on the workspace's Overview page, and auth.cloud."),
        HttpStatusCode.Unauthorized when !IsRole(HttpStatusCode.Unauthorized, error) => RefusedToken("Azure", error),
        _ => null,
    };

    /// <summary>Of the search for the workspace, which itself judges what Azure does not let it list.</summary>
    public static RunFailedException? OfSearch(ApiCall call, ErrorBody error, bool answeredBefore) =>
        call.Status == HttpStatusCode.Unauthorized && !IsRole(HttpStatusCode.Unauthorized, error) ? RefusedToken("Azure", error) : null;

    /// <param name="refusal">The status and Azure's words.</param>
    public static RunFailedException SubscriptionsRefused(string refusal) => new(
        RunOutcome.SignInFailed, $"Azure refuses to list the app's subscriptions {refusal}", ToFind);

    public static RunFailedException NoSubscription() => new(
        RunOutcome.SignInFailed, "Azure shows the app no subscription.", ToFind);

    public static RunFailedException WorkspacesRefused(int subscriptions, string refusal) => new(
        RunOutcome.SignInFailed, $"Azure refuses to list the workspaces of {Plural.Of(subscriptions, "subscription")} {refusal}", ToFind);

    /// <param name="refused">How many of the subscriptions could not be read.</param>
    public RunFailedException NoWorkspace(int subscriptions, int refused)
    {
        var searched = Plural.Of(subscriptions, "subscription") + (refused == 0 ? "" : $", of which {refused} could not be read");
        return new RunFailedException(
            RunOutcome.InvalidInput, $"Azure shows no workspace with the id {settings.WorkspaceId} in {searched}.",
            $"Check workspaceId and auth.cloud. {ToFind}");
    }

    public RunFailedException SeveralWorkspaces(IReadOnlyCollection<WorkspaceName> found) => new(
        RunOutcome.InvalidInput,
        $"Azure shows {found.Count} workspaces with the id {settings.WorkspaceId}: {string.Join("; ", found.Take(5))}.",
        "Set subscriptionId, resourceGroup and workspaceName to those of one.");

    public RunFailedException OtherNames(WorkspaceName found) => new(
        RunOutcome.InvalidInput, $"Azure shows workspace {settings.WorkspaceId} as {found}, which is not what the settings say.",
        "Correct subscriptionId, resourceGroup and workspaceName, or remove them: they are found.");

    /// <summary>
    /// The role is missing, whatever the status: Sentinel says so with 401 too, in JSON or as plain text. Tenant and cloud are right then.
    /// </summary>
    private static bool IsRole(HttpStatusCode status, ErrorBody error) =>
        error.Code is "UnauthorizedAccess" or "AuthorizationFailed" or "LinkedAuthorizationFailed"
        || (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            && error.Message.ContainsAny("permission", "authorization to perform"));

    private static RunFailedException RefusedToken(string service, ErrorBody error) => new(
        RunOutcome.SignInFailed, $"{service} refuses the token (401): {error}",
        "Check auth.tenant and auth.cloud: they must be the workspace's own.");

    private static RunFailedException Retired(ErrorBody error) => new(
        RunOutcome.Retired, $"Sentinel no longer takes uploads of version {SentinelUpload.ApiVersion}: {error}",
        "Microsoft has ended this preview; look for a newer misp-graph.");
}
