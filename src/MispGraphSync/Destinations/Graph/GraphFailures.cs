using System.Net;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Graph;

/// <summary>Error responses of Graph that concern every request, and what the user can do about them.</summary>
internal static class GraphFailures
{
    private const string Permission =
        "Grant the application permission ThreatIndicators.ReadWrite.OwnedBy (Microsoft Graph) to the app, with admin consent; "
        + "a new consent takes some minutes.";

    private const string Successor =
        "Microsoft announced the end of tiIndicators for 2026. Send to the Sentinel or Defender destination: set kind to sentinel or "
        + "defender.";

    /// <summary>Null when it concerns its own items only.</summary>
    /// <param name="answeredBefore">The API has answered in this run: then a missing item is not a missing API.</param>
    public static RunFailedException? Of(ApiCall call, ErrorBody error, bool answeredBefore) => call.Status switch
    {
        HttpStatusCode.Unauthorized => new RunFailedException(
            RunOutcome.SignInFailed, $"Graph refuses the token (401): {error}", "Check auth.tenant and auth.cloud. " + Permission),
        HttpStatusCode.Forbidden => new RunFailedException(RunOutcome.SignInFailed, $"Graph refuses access (403): {error}", Permission),
        { } status when IsRetired(status, error, answeredBefore) => new RunFailedException(
            RunOutcome.Retired, $"Graph no longer has tiIndicators ({(int)status}): {error}", Successor),
        _ => null,
    };

    private static bool IsRetired(HttpStatusCode status, ErrorBody error, bool answeredBefore) => status switch
    {
        HttpStatusCode.Gone or HttpStatusCode.NotImplemented => true,
        HttpStatusCode.NotFound => !answeredBefore || NamesSegment(error),
        HttpStatusCode.BadRequest => NamesSegment(error),
        _ => false,
    };

    /// <summary>Graph's words for a path that it does not have.</summary>
    private static bool NamesSegment(ErrorBody error) => error.Message.ContainsAny("segment", "resource does not exist");
}
