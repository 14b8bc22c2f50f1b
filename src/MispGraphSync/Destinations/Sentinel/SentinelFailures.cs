using System.Net;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>Answers that concern every request, and what the user can do about them.</summary>
/// <param name="cloud">The setting's word.</param>
internal sealed class SentinelFailures(Guid workspace, string cloud)
{
    private const string ToWrite =
        "Give the app the role Microsoft Sentinel Contributor on the workspace (docs/sentinel.md has the command); a new role takes some minutes.";

    private const string ToRead =
        "Give the app the role Microsoft Sentinel Contributor (to read only, Microsoft Sentinel Reader) on the workspace; "
        + "a new role takes some minutes.";

    private static readonly string[] Permission = ["permission", "authorization to perform"];

    /// <summary>Of an upload; null when the exchange tells of its own objects only.</summary>
    public RunFailedException? OfUpload(ApiCall exchange)
    {
        if (ServiceUnavailable.From(exchange, "Sentinel") is { } failure) return failure;
        if (exchange.Status is not { } status || exchange.IsSuccess) return null;
        var error = ErrorBody.Read(exchange.Response.Written);
        return status switch
        {
            _ when IsRole(status, error) => new RunFailedException(
                RunOutcome.SignInFailed, $"Sentinel refuses access to workspace {workspace} ({(int)status}): {error}", ToWrite),
            HttpStatusCode.Unauthorized => RefusedToken(error),
            HttpStatusCode.Forbidden => new RunFailedException(
                RunOutcome.SignInFailed, $"Sentinel refuses access to workspace {workspace} (403): {error}", ToWrite),
            HttpStatusCode.NotFound => new RunFailedException(
                RunOutcome.InvalidInput, $"Sentinel in the cloud {cloud} knows no workspace {workspace} (404): {error}",
                "workspaceId is the workspace's GUID, on its Overview page, not its name nor its resource id; "
                + "auth.cloud must be the workspace's cloud."),
            HttpStatusCode.Gone => Retired(error),
            HttpStatusCode.BadRequest when error.Code?.Contains("ApiVersion", StringComparison.OrdinalIgnoreCase) == true => Retired(error),
            _ => null,
        };
    }

    /// <summary>Of a page of the list; null when it came.</summary>
    public RunFailedException? OfQuery(ApiCall exchange)
    {
        if (ServiceUnavailable.From(exchange, "Azure's management API") is { } failure) return failure;
        if (exchange.IsSuccess) return null;
        var error = ErrorBody.Read(exchange.Response.Written);
        return exchange.Status switch
        {
            { } status when IsRole(status, error) => new RunFailedException(
                RunOutcome.SignInFailed, $"Azure refuses to list Sentinel's indicators ({(int)status}): {error}", ToRead),
            HttpStatusCode.Unauthorized => RefusedToken(error),
            HttpStatusCode.Forbidden => new RunFailedException(
                RunOutcome.SignInFailed, $"Azure refuses to list Sentinel's indicators (403): {error}", ToRead),
            HttpStatusCode.NotFound => new RunFailedException(
                RunOutcome.InvalidInput, $"Azure in the cloud {cloud} does not find the workspace (404): {error}",
                "Check subscriptionId, resourceGroup and workspaceName (the name here, not the id), and auth.cloud."),
            _ => NoAnswer(exchange),
        };
    }

    /// <summary>No answer, or none that can be made sense of.</summary>
    public static RunFailedException NoAnswer(ApiCall exchange) => new(
        RunOutcome.Unreachable, $"Azure's management API gives no usable answer ({exchange.Operation}). {ServiceUnavailable.Describe(exchange)}",
        "Run again later; check the destination's managementEndpoint and the proxy.", exchange.Failure);

    /// <summary>The upload API gave no answer, or none that can be made sense of.</summary>
    public static RunFailedException NoUpload(ApiCall exchange) => new(
        RunOutcome.Unreachable, $"Sentinel gives no usable answer ({exchange.Operation}). {ServiceUnavailable.Describe(exchange)}",
        "Run again later; check the destination's endpoint and the proxy.", exchange.Failure);

    /// <summary>
    /// The role is missing, whatever the status: Sentinel says so with 401 too, in JSON or as plain text. Tenant and cloud are right then.
    /// </summary>
    public static bool IsRole(HttpStatusCode status, ErrorBody error) =>
        error.Code is "UnauthorizedAccess" or "AuthorizationFailed" or "LinkedAuthorizationFailed"
        || (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
            && Array.Exists(Permission, words => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase)));

    private static RunFailedException RefusedToken(ErrorBody error) => new(
        RunOutcome.SignInFailed, $"Sentinel refuses the token (401): {error}", "Check auth.tenant and auth.cloud: they must be the workspace's own.");

    private static RunFailedException Retired(ErrorBody error) => new(
        RunOutcome.Retired, $"Sentinel no longer takes uploads of version {SentinelUpload.ApiVersion}: {error}",
        "Microsoft has ended this preview; look for a newer misp-graph.");
}
