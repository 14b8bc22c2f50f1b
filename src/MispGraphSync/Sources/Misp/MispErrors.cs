using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using MispGraphSync.Http;
using MispGraphSync.Sources.Json;
using MispGraphSync.Text;

namespace MispGraphSync.Sources.Misp;

/// <summary>Says what went wrong with a request, and what the user can do about it.</summary>
internal sealed class MispErrors(Uri server, TimeSpan timeout, Secrets secrets)
{
    private const int LongestQuote = 200;

    /// <summary>PHP ends an answer in the middle, with status 200, when its time is over.</summary>
    private const string BrokenRemedy = "Raise PHP's max_execution_time and memory_limit, or lower misp.pageSize; look into MISP's logs.";

    private readonly string _name = server.GetLeftPart(UriPartial.Authority);

    public Uri Server => server;

    /// <summary>The exceptions of a response's body that breaks off.</summary>
    public static bool IsBrokenResponse(Exception e) =>
        e is IOException or HttpRequestException or TimeoutException or InvalidDataException or MispReadException;

    /// <summary>The next item of a response.</summary>
    /// <exception cref="MispException">The response breaks off.</exception>
    public async ValueTask<bool> AdvanceAsync<T>(IAsyncEnumerator<T> items)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (Exception e) when (IsBrokenResponse(e))
        {
            throw OfReading(e);
        }
    }

    /// <summary>The connection failed, or broke before the answer began.</summary>
    public MispException Of(Exception e) => e switch
    {
        TimeoutException => new(
            MispErrorKind.ResponseFailed,
            $"MISP at {_name} sent nothing, or next to nothing, for {timeout.TotalSeconds:0} s.",
            "Raise misp.timeoutSeconds or lower misp.pageSize.", e),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => new(
            MispErrorKind.Unreachable,
            $"No secure connection to MISP at {_name}: {Innermost(e)}",
            "If the certificate comes from an authority of your own, name its PEM file as caFile.", e),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => new(
            MispErrorKind.Unreachable, $"The name of MISP's host, {server.Host}, is not known.", "Check misp.url and the DNS.", e),
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => new(
            MispErrorKind.Unreachable, $"The proxy would not connect to MISP at {_name}: {Innermost(e)}", "Check proxy.", e),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => new(
            MispErrorKind.Unreachable,
            $"No connection to MISP at {_name}: {(IsRefused(e) ? "it was refused" : Innermost(e))}.",
            "Check that the server runs, misp.url, the firewall and the proxy.", e),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => new(
            MispErrorKind.ResponseFailed, $"MISP at {_name} closed the connection without an answer.", "Look into MISP's logs.", e),
        _ => new(MispErrorKind.Unreachable, $"The request to MISP at {_name} failed: {Innermost(e)}", "Check misp.url and the network.", e),
    };

    /// <summary>The answer began well and then broke.</summary>
    public MispException OfReading(Exception e) => e switch
    {
        MispReadException { Fault: MispReadFault.Html } => new(
            MispErrorKind.Unreachable,
            $"MISP at {_name} answered with HTML instead of JSON.",
            "A proxy or a login page may stand in between; check misp.url.", e),
        MispReadException => new(MispErrorKind.ResponseFailed, $"An answer of MISP at {_name} {e.Message}.", BrokenRemedy, e),
        TimeoutException => Of(e),
        _ => new(MispErrorKind.ResponseFailed, $"An answer of MISP at {_name} broke off.", BrokenRemedy, e),
    };

    /// <summary>An answer whose status is not 2xx. Reads a little of its body.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="body">Its body.</param>
    /// <param name="ct">Ends the read.</param>
    public async Task<MispException> OfStatusAsync(HttpResponseMessage answer, Stream body, CancellationToken ct)
    {
        var status = (int)answer.StatusCode;
        if (status is >= 300 and < 400)
        {
            return OfRedirect(answer.Headers.Location);
        }

        var (words, isPage) = await WordsAsync(body, ct);
        if (isPage && status is >= 400 and < 500 and not (408 or 413 or 429))
        {
            return new(
                MispErrorKind.Unreachable,
                $"MISP at {_name} answered with HTML ({status}) instead of JSON.",
                "A proxy or a login page may stand in between; check the proxy and misp.url.");
        }

        var quote = words is null ? "" : $": \"{words}\"";
        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new(
                MispErrorKind.SignIn,
                $"MISP at {_name} refused the key ({status}){quote}.",
                "Check misp.key: whole, not expired, of an enabled user whose role has API access, allowed from this address."),
            HttpStatusCode.MethodNotAllowed => new(
                MispErrorKind.SignIn,
                $"MISP at {_name} does not allow this search ({status}){quote}.",
                "The key's role needs API access and the right to search, with a rate limit above 0."),
            HttpStatusCode.NotFound => new(
                MispErrorKind.NotFound,
                $"MISP's API was not found at {server} ({status}){quote}.",
                "misp.url must be MISP's base address, without a path such as /events."),
            HttpStatusCode.TooManyRequests => new(
                MispErrorKind.Unreachable,
                $"MISP at {_name} has throttled for 15 minutes ({status}).",
                "Run again later, or raise the rate limit of the key's role."),
            HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout
                or HttpStatusCode.RequestTimeout or HttpStatusCode.RequestEntityTooLarge => new(
                MispErrorKind.ResponseFailed,
                $"MISP at {_name} failed ({status}){quote}.",
                "Look into MISP's logs (its database, PHP's memory_limit); a lower misp.pageSize may help."),
            >= HttpStatusCode.InternalServerError => new(
                MispErrorKind.Unreachable, $"MISP at {_name} is not available ({status}){quote}.", "Run again later."),
            _ => new(
                MispErrorKind.Unreachable, $"MISP at {_name} rejected the request ({status}){quote}.", "Check misp.url and misp.eventFilters."),
        };
    }

    /// <summary>An answer that is JSON, but not the one that was asked for.</summary>
    public MispException NotMisp() => new(
        MispErrorKind.Unreachable, $"The server at {server} does not answer as MISP does.", "misp.url must be MISP's base address.");

    /// <summary>An event that had to be read in pieces, and did not come whole.</summary>
    public MispException OfPieces(Exception? inner = null) => new(
        MispErrorKind.ResponseFailed,
        $"MISP at {_name} did not give the whole event in pieces either{(inner is MispException ? ": " + inner.Message : ".")}",
        "Raise PHP's memory_limit and max_execution_time, so that MISP can give the event in one answer.", inner);

    private MispException OfRedirect(Uri? location)
    {
        var target = location is not null && Uri.TryCreate(server, location, out var absolute) ? absolute : null;
        if (target is null || target.AbsolutePath.EndsWith("/users/login", StringComparison.Ordinal))
        {
            return new(
                MispErrorKind.Unreachable,
                $"MISP at {_name} answered with a redirect to {(target is null ? "nowhere" : Clean(target.AbsolutePath))}: "
                    + "it is in maintenance, or misp.url is not its API.",
                "Run again when maintenance is over; check misp.url.");
        }
        return new(
            MispErrorKind.Unreachable,
            $"MISP at {_name} answered with a redirect to {Clean(target.GetLeftPart(UriPartial.Path))}, which is not followed.",
            "Set misp.url to the address that it redirects to, if that is your MISP.");
    }

    /// <summary>MISP's own sentence, fit for a terminal; null when there is none. A web page is none of MISP's.</summary>
    private async Task<(string? Words, bool IsPage)> WordsAsync(Stream stream, CancellationToken ct)
    {
        try
        {
            var body = new byte[16 * 1024];
            var length = await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, ct);
            if (ErrorBody.IsWebPage(body.AsSpan(0, length))) return (null, true);
            using var json = JsonDocument.Parse(body.AsMemory(0, length));
            return (json.RootElement.ValueKind is JsonValueKind.Object
                && json.RootElement.TryGetProperty("message", out var message)
                && message.ValueKind is JsonValueKind.String
                    ? Clean(message.GetString()!)
                    : null, false);
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException or InvalidOperationException
            or InvalidDataException or TimeoutException)
        {
            return (null, false);
        }
    }

    /// <summary>One line without secrets and control characters, not longer than a sentence.</summary>
    private string Clean(string words)
    {
        var text = secrets.Mask(words);
        var line = string.Concat(text.Take(LongestQuote).Select(c => char.IsControl(c) || IsDirection(c) ? ' ' : c)).Trim();
        return text.Length > LongestQuote ? line + "…" : line.TrimEnd('.');
    }

    /// <summary>Characters that turn the reading direction round.</summary>
    private static bool IsDirection(char c) => c is >= '\u200E' and <= '\u200F' or >= '\u2028' and <= '\u202E' or >= '\u2066' and <= '\u2069';

    private static bool IsRefused(Exception e) =>
        e.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused };

    private string Innermost(Exception e) => Clean(e.GetBaseException().Message);
}
