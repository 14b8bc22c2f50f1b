using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// Lists indicators by Azure's management API (Microsoft.SecurityInsights, threatIntelligence, queryIndicators): revoked and
/// expired ones are among them, and what was uploaded shows some minutes later.
/// </summary>
internal sealed class SentinelList : IDisposable
{
    public const string ApiVersion = "2025-09-01";

    /// <summary>What clients commonly ask for; the most is documented nowhere.</summary>
    private const int PageSize = 100;

    /// <summary>In a row: pages of other sources may be empty for us, and a list that only leads on ends at some time.</summary>
    private const int MostEmptyPages = 1000;

    /// <summary>Ten million indicators: more than any workspace answers for.</summary>
    private const int MostPages = 100_000;

    private readonly SentinelTarget _place;
    private readonly ServiceClient _client;
    private readonly Pace _pace;

    /// <param name="endpoint">An origin.</param>
    public SentinelList(SentinelTarget place, Uri endpoint, Transport transport, ITokenSource tokens)
    {
        _place = place;
        _pace = new Pace(place.RequestsPerMinute, transport.Time);
        var handlers = ServiceHandlers.Create(transport, _pace, transport.RetryOptions, tokens, endpoint);
        _client = new ServiceClient(ServiceHandlers.Client(handlers, transport.Sockets, endpoint));
    }

    /// <exception cref="RunFailedException">Usage: the settings do not tell where to ask. OutOfReach: the list did not come to its end.</exception>
    public async IAsyncEnumerable<RemoteIndicator> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var first = FirstPage();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var followsLinks = false;
        SentinelNextPage? next = null;
        string? previous = null;
        var empty = 0;
        for (var count = 0; count < MostPages; count++)
        {
            var usesToken = next is { Token: not null } && !followsLinks;
            var page = await ReadPageAsync(usesToken || next is null ? first : next.Link, usesToken ? next!.Token : null, ct).ConfigureAwait(false);
            if (usesToken && (page is null || IsAgain(page)))
            {
                // It does not listen to the token in the body, and gave the page before once more or refused.
                followsLinks = true;
                page = await ReadPageAsync(next!.Link, token: null, ct).ConfigureAwait(false);
            }
            if (page is null) yield break;
            if (page.First is not null && page.First == previous) throw Endless("leads in a circle: a page comes again");
            foreach (var indicator in page.Indicators) yield return indicator;
            if (Next(page) is not { } after) yield break;
            next = after;
            if (!seen.Add(Name(next)))
            {
                // An empty page that leads nowhere new is an end.
                if (page.First is null) yield break;
                throw Endless("leads in a circle: a next page comes again");
            }
            previous = page.First ?? previous;
            empty = page.First is null ? empty + 1 : 0;
            if (empty == MostEmptyPages) throw Endless($"has no end: {empty} empty pages, and still more");
        }
        throw Endless($"has more than {MostPages} pages");

        bool IsAgain(SentinelPage page) => page.First is { } name
            ? name == previous
            : previous is null && Next(page) is { } same && seen.Contains(Name(same));
    }

    public void Dispose()
    {
        _client.Dispose();
        _pace.Dispose();
    }

    private SentinelNextPage? Next(SentinelPage page) =>
        page.Next is { Length: > 0 } link ? SentinelNextPage.Of(link, _client.BaseAddress) : null;

    private static string Name(SentinelNextPage page) => page.Token ?? page.Link.AbsoluteUri;

    private static RunFailedException Endless(string how) => new(RunOutcome.Unreachable, $"Sentinel's list {how}.", "Run again.");

    /// <summary>The settings name the workspace as the management API knows it.</summary>
    public bool IsSetUp => _place.Management is not null;

    private Uri FirstPage() => _place.Management is { } path
        ? new Uri(_client.BaseAddress, $"{path}/queryIndicators?api-version={ApiVersion}")
        : throw new RunFailedException(
            RunOutcome.InvalidInput, $"Destination {_place.Destination}: read and verify need subscriptionId, resourceGroup and workspaceName.",
            "Add the three to the destination's settings; they stand on the workspace's Overview page.");

    /// <summary>Null when the service refuses the token in the body (400).</summary>
    private async Task<SentinelPage?> ReadPageAsync(Uri uri, string? token, CancellationToken ct)
    {
        using var exchange = new ApiCall
        {
            Destination = _place.Destination,
            Operation = "query",
            Method = HttpMethod.Post,
            Uri = uri,
            Body = Body(token),
        };
        await _client.SendAsync(exchange, ct).ConfigureAwait(false);
        if (token is not null && exchange.Status == HttpStatusCode.BadRequest) return null;
        if (_place.Faults.OfQuery(exchange) is { } failure) throw failure;
        var page = SentinelPageReader.Read(exchange.Response.Written, _place.SourceSystem) ?? throw SentinelFailures.NoAnswer(exchange);
        exchange.RecordResult(0, 0);
        return page;
    }

    private PooledBuffer Body(string? token)
    {
        var body = new PooledBuffer(256);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteNumber("pageSize"u8, PageSize);
        json.WriteBoolean("includeDisabled"u8, true);
        json.WriteStartArray("sources"u8);
        json.WriteStringValue(_place.SourceSystem);
        json.WriteEndArray();
        if (token is not null) json.WriteString("skipToken"u8, token);
        json.WriteEndObject();
        return body;
    }
}
