using System.Net;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Error responses of Defender that concern every request, and what the user can do about them.</summary>
internal static class DefenderFailures
{
    private const string Permission =
        "Grant the application permission Ti.ReadWrite.All (or Ti.ReadWrite, for what this app creates) of WindowsDefenderATP to "
        + "the app, with admin consent; a new consent takes some minutes.";

    private const string Feature =
        "In the Defender portal, Settings > Endpoints > Advanced features, turn on \"Custom network indicators\" and \"Allow or block "
        + "file\".";

    /// <summary>Null when it concerns its own items only.</summary>
    /// <param name="answeredBefore">The API has let us in before in this run: then a refused deletion concerns its items.</param>
    public static RunFailedException? Of(ApiCall call, ErrorBody error, bool answeredBefore)
    {
        var isDeletion = call.Operation == DefenderApi.Deletion;
        return call.Status switch
        {
            HttpStatusCode.Unauthorized => new RunFailedException(
                RunOutcome.SignInFailed, $"Defender refuses the token (401): {error}", "Check auth.tenant and auth.cloud. " + Permission),
            // Documented: one of the indicators belongs to device groups that the app may not touch.
            HttpStatusCode.Forbidden when isDeletion && answeredBefore => null,
            HttpStatusCode.Forbidden when error.Code == "DisabledFeature" => new RunFailedException(
                RunOutcome.SignInFailed, $"A feature that Defender needs for this is off (403): {error}", Feature),
            HttpStatusCode.Forbidden =>
                new RunFailedException(RunOutcome.SignInFailed, $"Defender refuses access (403): {error}", Permission),
            HttpStatusCode.NotFound when !isDeletion => new RunFailedException(
                RunOutcome.Unreachable, $"There is no Defender API at {call.SentUri.GetLeftPart(UriPartial.Authority)} (404): {error}",
                "Check the destination's endpoint and auth.cloud."),
            _ => null,
        };
    }
}
