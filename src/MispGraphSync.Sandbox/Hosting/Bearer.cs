using MispGraphSync.Sandbox.Entra;

namespace MispGraphSync.Sandbox.Hosting;

/// <summary>The bearer token of a request, if it is one of ours, valid now, and made out to the service that was asked.</summary>
internal static class Bearer
{
    public static AccessToken? Of(Request request, TokenMint mint, IReadOnlySet<string> audience)
    {
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)) return null;

        return mint.Read(header["Bearer ".Length..]) is { } token && audience.Contains(token.Audience) ? token : null;
    }
}
