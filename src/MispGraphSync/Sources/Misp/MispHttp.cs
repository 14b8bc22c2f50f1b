using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Sources.Misp;

/// <summary>
/// The connection to the MISP server. No redirects, since MISP in maintenance redirects to itself for ever and the key
/// must not go to another origin; no cookies, since each answer would start a session that nobody ends.
/// </summary>
internal static class MispHttp
{
    /// <param name="caFile">PEM file with authorities besides the system's; null for none.</param>
    /// <param name="proxy">Null: the system's.</param>
    /// <exception cref="Core.Ports.RunFailedException">The file with authorities cannot be read.</exception>
    public static HttpClient Create(MispSettings settings, string? caFile, Uri? proxy) =>
        // The time limit is for the next bytes, not for a whole answer: see MispClient.
        new(HttpSockets.Create(caFile, proxy, settings.VerifyCert)) { Timeout = Timeout.InfiniteTimeSpan };
}
