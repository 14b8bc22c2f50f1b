using System.Globalization;

namespace MispGraphSync.Sources.Misp;

/// <summary>An answer whose headers have come; its body is still to be read.</summary>
internal sealed class MispResponse(HttpResponseMessage response, Stream body, DateTimeOffset received) : IDisposable
{
    public Stream Body => body;

    /// <summary>The server's own clock; ours where it does not tell.</summary>
    public DateTimeOffset ServerTime => response.Headers.Date ?? received;

    /// <summary>Events that match in all, over all pages; null where a proxy or an old server leaves it out.</summary>
    public int? Total =>
        response.Headers.TryGetValues("X-Result-Count", out var values)
        && int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var total)
            ? total
            : null;

    public void Dispose()
    {
        body.Dispose();
        response.Dispose();
    }
}
