using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>
/// Lists indicators by Azure's management API (Microsoft.SecurityInsights, threatIntelligence, queryIndicators): revoked and
/// expired ones are among them, and uploads show some minutes later.
/// </summary>
/// <remarks>
/// The page comes by POST, and its next link can be meant in two ways: its token goes into the next body (what the specification
/// has), or the same body goes to the link (what some clients do).
/// </remarks>
internal sealed class SentinelList : IDisposable
{
    private const string ApiVersion = "2025-09-01";
    private const string ContextVersion = "2025-07-01-preview";
    private const string ContextQuery = "providers/Microsoft.SecurityInsights/threatIntelligence/main/query";
    private const string Query = "providers/Microsoft.SecurityInsights/threatIntelligence/main/queryIndicators";

    /// <summary>What clients commonly ask for; the maximum is documented nowhere.</summary>
    private const int PageSize = 100;

    /// <summary>In a row: pages of other sources may be empty for us.</summary>
    private const int MaxEmptyPages = 1000;

    /// <summary>Ten million indicators: more than any workspace answers for.</summary>
    private const int MaxPages = 100_000;

    private readonly SentinelSettings _settings;
    private readonly WorkspaceSearch _workspace;
    private readonly DestinationClient _client;

    /// <exception cref="RunFailedException">InvalidInput: a bad endpoint.</exception>
    public SentinelList(SentinelSettings settings, WorkspaceSearch workspace, Transport transport, ITokenSource tokens)
    {
        _settings = settings;
        _workspace = workspace;
        _client = new DestinationClient(
            SentinelKind.ManagementName, settings, SentinelKind.ResolveManagement(settings), transport, tokens,
            new SentinelFailures(settings).OfList, setting: "managementEndpoint");
    }

    /// <exception cref="RunFailedException">The workspace is not found. Unreachable: the list is not complete.</exception>
    public async IAsyncEnumerable<RemoteIndicator> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var workspace = (await _workspace.FindAsync(ct).ConfigureAwait(false)).Required;
        var first = $"{workspace.Path}/{Query}?api-version={ApiVersion}";
        var pages = new PageOrder();
        var followsLinks = false;
        for (NextPage? next = null; ;)
        {
            var usesToken = next is { Token: not null } && !followsLinks;
            var page = await ReadPageAsync(
                usesToken || next is null ? first : next.Link.AbsoluteUri, usesToken ? next!.Token : null, ct).ConfigureAwait(false);
            if (usesToken && (page is null || pages.IsAgain(page, NextOf(page))))
            {
                // It ignores the token in the body and repeats the page before, or refuses it.
                followsLinks = true;
                page = await ReadPageAsync(next!.Link.AbsoluteUri, token: null, ct).ConfigureAwait(false);
            }

            if (page is null) yield break;
            pages.Check(page);
            foreach (var indicator in page.Indicators) yield return indicator;
            next = NextOf(page);
            if (!pages.Continues(page, next)) yield break;
        }
    }

    /// <summary>The objects that are not indicators, type by type, by a preview of the same API.</summary>
    /// <exception cref="RunFailedException">The workspace is not found. Unreachable: the list is not complete.</exception>
    public async IAsyncEnumerable<RemoteIndicator> ReadContextAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var workspace = (await _workspace.FindAsync(ct).ConfigureAwait(false)).Required;
        foreach (var type in Enum.GetValues<ContextType>())
        {
            var pages = new PageOrder();
            NextPage? next = null;
            do
            {
                var page = await ReadContextPageAsync(workspace, type, next?.Link, ct).ConfigureAwait(false);
                pages.Check(page);
                foreach (var one in page.Indicators) yield return one;
                next = NextOf(page, ContextVersion);
                if (!pages.Continues(page, next)) next = null;
            }
            while (next is not null);
        }
    }

    public void Dispose() => _client.Dispose();

    // The next page of this preview is read by GET.
    private async Task<SentinelPage> ReadContextPageAsync(WorkspaceName workspace, ContextType type, Uri? link, CancellationToken ct)
    {
        var uri = link?.AbsoluteUri ?? $"{workspace.Path}/{ContextQuery}?api-version={ContextVersion}";
        using var call = await _client.SendAsync(
            "query", link is null ? HttpMethod.Post : HttpMethod.Get, uri, link is null ? ContextBody(type) : null, ct)
            .ConfigureAwait(false);
        return _client.Read(call, response => SentinelContextPage.Read(response, _settings.SourceSystem));
    }

    private PooledBuffer ContextBody(ContextType type)
    {
        var body = new PooledBuffer(256);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteNumber("maxPageSize"u8, PageSize);
        json.WriteStartObject("condition"u8);
        json.WriteString("stixObjectType"u8, ContextObject.Word(type));
        json.WriteString("conditionConnective"u8, "And"u8);
        json.WriteStartArray("clauses"u8);
        json.WriteStartObject();
        json.WriteString("field"u8, "source"u8);
        json.WriteString("operator"u8, "Equals"u8);
        json.WriteStartArray("values"u8);
        json.WriteStringValue(_settings.SourceSystem);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        return body;
    }

    /// <summary>Null when the service refuses the token in the body (400).</summary>
    private async Task<SentinelPage?> ReadPageAsync(string uri, string? token, CancellationToken ct)
    {
        using var call = await _client.SendAsync("query", HttpMethod.Post, uri, Body(token), ct).ConfigureAwait(false);
        if (token is not null && call.Status == HttpStatusCode.BadRequest) return null;
        return _client.Read(call, response => SentinelPage.Read(response, _settings.SourceSystem));
    }

    private PooledBuffer Body(string? token)
    {
        var body = new PooledBuffer(256);
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteNumber("pageSize"u8, PageSize);
        json.WriteBoolean("includeDisabled"u8, true);
        json.WriteStartArray("sources"u8);
        json.WriteStringValue(_settings.SourceSystem);
        json.WriteEndArray();
        if (token is not null) json.WriteString("skipToken"u8, token);
        json.WriteEndObject();
        return body;
    }

    private NextPage? NextOf(SentinelPage page, string version = ApiVersion)
    {
        if (page.Next is not { Length: > 0 } next) return null;
        var link = _client.Follow(next);
        var token = TokenOf(link);
        if (!link.Query.Contains("api-version=", StringComparison.OrdinalIgnoreCase))
            link = new UriBuilder(link) { Query = $"{link.Query}{(link.Query.Length > 1 ? '&' : '?')}api-version={version}" }.Uri;
        return new NextPage(link, token);
    }

    private static string? TokenOf(Uri link)
    {
        foreach (var pair in link.Query.TrimStart('?').Split('&'))
        {
            // A plus sign stays as it is: tokens are often base64, and links seldom forms.
            if (pair.Split('=', 2) is [var name, { Length: > 0 } value]
                && Uri.UnescapeDataString(name).Equals("$skipToken", StringComparison.OrdinalIgnoreCase))
                return Uri.UnescapeDataString(value);
        }

        return null;
    }

    /// <param name="Token">The link's <c>$skipToken</c>; null when it has none.</param>
    private sealed record NextPage(Uri Link, string? Token)
    {
        public string Name => Token ?? Link.AbsoluteUri;
    }

    /// <summary>Tells a list that continues from one that repeats itself or never ends.</summary>
    private sealed class PageOrder
    {
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
        private string? _previous;
        private int _empty;

        /// <summary>Whether the page is the one before; an empty one is, when its next page is already known.</summary>
        public bool IsAgain(SentinelPage page, NextPage? next) => page.First is { } name
            ? name == _previous
            : _previous is null && next is not null && _seen.Contains(next.Name);

        /// <exception cref="RunFailedException">Unreachable: the page begins like the one before.</exception>
        public void Check(SentinelPage page)
        {
            if (page.First is not null && page.First == _previous) throw Endless("repeats a page");
        }

        /// <summary>False at the end of the list.</summary>
        /// <exception cref="RunFailedException">Unreachable: the list does not end.</exception>
        public bool Continues(SentinelPage page, NextPage? next)
        {
            if (next is null) return false;
            if (!_seen.Add(next.Name))
            {
                // An empty page that leads nowhere new is an end.
                if (page.First is null) return false;
                throw Endless("repeats a next page");
            }

            _previous = page.First ?? _previous;
            _empty = page.First is null ? _empty + 1 : 0;
            if (_empty == MaxEmptyPages) throw Endless($"does not end: {_empty} empty pages, and more to come");
            if (_seen.Count == MaxPages) throw Endless($"has more than {MaxPages} pages");
            return true;
        }

        private static RunFailedException Endless(string how) =>
            new(RunOutcome.Unreachable, $"Sentinel's list {how}.", "Run again.");
    }
}
