using System.Text.Json;
using MispGraphSync.Http;
using MispGraphSync.Sources.Json;

namespace MispGraphSync.Sources.Misp;

/// <summary>Describes what went wrong with a request, and how to fix it.</summary>
internal sealed class MispErrors(Uri server, TimeSpan timeout, Secrets secrets)
{
    private const int LongestQuote = 200;

    /// <summary>PHP ends a response in the middle, with status 200, when its time is over.</summary>
    private const string BrokenRemedy = "Raise PHP's max_execution_time and memory_limit, or lower misp.pageSize; check MISP's logs.";

    private const string WebPageRemedy = "A proxy or a login page may be in between; check the proxy and misp.url.";

    private readonly string _name = server.GetLeftPart(UriPartial.Authority);

    public Uri Server => server;

    /// <summary>The exceptions of a response's body that breaks off.</summary>
    public static bool IsBrokenResponse(Exception e) =>
        e is IOException or HttpRequestException or TimeoutException or InvalidDataException or MispReadException;

    /// <summary>The next item of a response.</summary>
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

    public MispException OfSending(Exception e)
    {
        if (e is TimeoutException)
            return new(
                MispErrorKind.ResponseFailed, $"MISP at {_name} sent nothing, or next to nothing, for {timeout.TotalSeconds:0} s.",
                "Raise misp.timeoutSeconds or lower misp.pageSize.", e);
        if (e is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded })
            return new(
                MispErrorKind.ResponseFailed, $"MISP at {_name} closed the connection without a response.", "Look into MISP's logs.", e);
        var error = TransportError.From(e, server);
        var isNoServer = error.Kind is TransportErrorKind.NameNotResolved or TransportErrorKind.ConnectionFailed
            or TransportErrorKind.ConnectTimeout;
        var remedy = isNoServer ? $"Check misp.url and that the server runs. {error.Remedy}" : error.Remedy;
        return new(MispErrorKind.Unreachable, $"MISP is unreachable. {error.Message}", remedy, e);
    }

    /// <summary>A server that does not count pages gives the first one for each.</summary>
    public MispException OfPages() => new(
        MispErrorKind.Unreachable, $"MISP at {_name} answers the same page of attributes again and again, or more pages than it can have.");

    /// <summary>The response began well and then broke off.</summary>
    public MispException OfReading(Exception e) => e switch
    {
        TimeoutException => OfSending(e),
        MispReadException { Fault: MispReadFault.Html } => new(
            MispErrorKind.Unreachable, $"MISP at {_name} answered with HTML instead of JSON.", WebPageRemedy, e),
        MispReadException => new(MispErrorKind.ResponseFailed, $"A response of MISP at {_name} {e.Message}.", BrokenRemedy, e),
        _ => new(MispErrorKind.ResponseFailed, $"A response of MISP at {_name} broke off.", BrokenRemedy, e),
    };

    /// <summary>A response whose status is not 2xx. Reads a little of its body.</summary>
    public async Task<MispException> OfStatusAsync(HttpResponseMessage response, Stream body, CancellationToken ct)
    {
        var fault = await ReadStatusAsync(response, body, ct);
        fault.Status = (int)response.StatusCode;
        return fault;
    }

    private async Task<MispException> ReadStatusAsync(HttpResponseMessage response, Stream body, CancellationToken ct)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400) return OfRedirect(response.Headers.Location);
        var (message, isPage) = await ReadMessageAsync(body, ct);
        if (isPage && status is >= 400 and < 500 and not (408 or 413 or 429))
            return new(MispErrorKind.Unreachable, $"MISP at {_name} answered with HTML ({status}) instead of JSON.", WebPageRemedy);
        var quote = message is null ? $"({status})" : $"({status}): \"{message}\"";
        return status switch
        {
            401 or 403 => new(
                MispErrorKind.SignIn, $"MISP at {_name} refused the key {quote}.",
                "Check that misp.key is complete and has not expired, that its user is enabled and has a role with API access, and that "
                    + "the key may be used from this address."),
            405 => new(
                MispErrorKind.SignIn, $"MISP at {_name} does not allow this search {quote}.",
                "The key's role needs API access and the right to search, with a rate limit above 0."),
            404 => new(
                MispErrorKind.NotFound, $"MISP's API was not found at {server} {quote}.",
                "misp.url must be MISP's base address, without a path such as /events."),
            429 => new(
                MispErrorKind.Unreachable, $"MISP at {_name} has throttled for 15 minutes ({status}).",
                "Run again later, or raise the rate limit of the key's role."),
            500 or 502 or 504 or 408 or 413 => new(
                MispErrorKind.ResponseFailed, $"MISP at {_name} failed {quote}.",
                "Look into MISP's logs (its database, PHP's memory_limit); a lower misp.pageSize may help."),
            > 500 => new(MispErrorKind.Unreachable, $"MISP at {_name} is not available {quote}.", "Run again later."),
            _ => new(
                MispErrorKind.Unreachable, $"MISP at {_name} rejected the request {quote}.", "Check misp.url and misp.eventFilters."),
        };
    }

    /// <summary>JSON, but not the requested one.</summary>
    public MispException NotMisp() => new(
        MispErrorKind.Unreachable, $"The server at {server} does not answer as MISP does.", "misp.url must be MISP's base address.");

    /// <summary>An event that had to be read in pieces, and is not complete.</summary>
    public MispException OfPieces(Exception? inner = null) => new(
        MispErrorKind.ResponseFailed,
        $"MISP at {_name} did not give the whole event in pieces either{(inner is MispException ? ": " + inner.Message : ".")}",
        "Raise PHP's memory_limit and max_execution_time, so that MISP can send the event in one response.", inner);

    private MispException OfRedirect(Uri? location)
    {
        var target = location is not null && Uri.TryCreate(server, location, out var absolute) ? absolute : null;
        if (target is null || target.AbsolutePath.EndsWith("/users/login", StringComparison.Ordinal))
            return new(
                MispErrorKind.Unreachable,
                $"MISP at {_name} answered with a redirect to {(target is null ? "nowhere" : Clean(target.AbsolutePath))}: "
                    + "it is in maintenance, or misp.url is not its API.",
                "Run again when maintenance is over; check misp.url.");
        return new(
            MispErrorKind.Unreachable,
            $"MISP at {_name} answered with a redirect to {Clean(target.GetLeftPart(UriPartial.Path))}, which is not followed.",
            "Set misp.url to the address that it redirects to, if that is your MISP.");
    }

    /// <summary>MISP's own sentence; null when there is none. A web page is none of MISP's.</summary>
    private async Task<(string? Message, bool IsPage)> ReadMessageAsync(Stream body, CancellationToken ct)
    {
        try
        {
            var bytes = new byte[16 * 1024];
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, ct);
            if (ErrorBody.IsWebPage(bytes.AsSpan(0, length))) return (null, true);
            using var json = ForeignJson.Parse(bytes.AsMemory(0, length));
            var message = MispJson.Member(json.RootElement, "message");
            return (message.ValueKind is JsonValueKind.String ? Clean(message.GetString()!) : null, false);
        }
        catch (Exception e) when (IsBrokenResponse(e) || e is JsonException)
        {
            return (null, false);
        }
    }

    private string Clean(string text) => Sanitize.ForField(secrets.Mask(text), LongestQuote).TrimEnd('.');
}
