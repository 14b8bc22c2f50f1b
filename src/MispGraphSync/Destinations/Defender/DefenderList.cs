using System.Runtime.CompilerServices;
using System.Text.Json;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Reads the list of active indicators to its end. Its order is not documented and paging is no snapshot, so duplicates are returned once.
/// </summary>
/// <param name="identify">Who we are: asked for each list, since the token says it.</param>
internal sealed class DefenderList(DefenderApi api, Func<CancellationToken, ValueTask<DefenderOwner>> identify)
{
    // A tenant holds 15,000: two pages.
    private const int MaxPages = 100;

    public async IAsyncEnumerable<RemoteIndicator> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var owner = await identify(ct).ConfigureAwait(false);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Uri? next = null;
        var read = 0;
        for (var count = 0; count < MaxPages; count++)
        {
            var page = await api.ListAsync(next, read, owner, ct).ConfigureAwait(false);
            read += page.Indicators.Count;
            next = api.Follow(page.Next);
            foreach (var indicator in page.Indicators)
            {
                if (indicator.Id is not { } id || seen.Add(id)) yield return indicator;
            }

            // Documented: the last page is shorter. A next link is not documented, and followed where there is one.
            if (next is null && page.Indicators.Count < DefenderApi.PageSize) yield break;
        }

        throw new RunFailedException(
            RunOutcome.Unreachable, $"Defender's list does not end: {MaxPages} pages, and more to come.", "Run again.");
    }
}

/// <summary>One page of the list.</summary>
/// <param name="Next">Where the next page is, if the page names one.</param>
internal sealed record DefenderPage(List<RemoteIndicator> Indicators, string? Next)
{
    /// <summary>Null when the response is not a page.</summary>
    public static DefenderPage? Read(ReadOnlyMemory<byte> response, DefenderOwner owner) => ResponseJson.Read(response, root =>
        root.List("value") is { } items
            ? new DefenderPage([.. items.Select(item => Indicator(item, owner))], root.Text("@odata.nextLink"))
            : null);

    private static RemoteIndicator Indicator(JsonElement item, DefenderOwner owner)
    {
        var type = item.Text("indicatorType") ?? "";
        var value = item.Text("indicatorValue") ?? "";
        var listed = DefenderValue.Listed(type, value);
        var action = item.Text("action");
        var key = owner.KeyOf(listed);
        var holder = owner.HolderOf(item, key);
        if (holder != DefenderHolder.Ours && listed.WithoutEmptyPath is { } sent
            && owner.HolderOf(item, owner.KeyOf(sent)) == DefenderHolder.Ours)
            (listed, key, holder) = (sent, owner.KeyOf(sent), DefenderHolder.Ours);
        var isOurs = holder == DefenderHolder.Ours;
        var raw = item.OneLine();
        return new RemoteIndicator(
            item.Text("id"),
            isOurs ? key : null,
            raw,
            type,
            value,
            Tlp: null,
            action,
            item.Instant("expirationTime"),
            ConflictsWith: isOurs ? null : key,
            ImmutableHash: action is null ? default : DefenderItem.ImmutableHashOf(listed, action))
        {
            Label = listed.Label,
            Canonical = listed.ToString(),
            Created = item.Instant("creationTimeDateTimeUtc"),
            IsOfEarlierApp = holder == DefenderHolder.EarlierApp,
            Events = MentionedEvents.In(raw),
        };
    }
}
