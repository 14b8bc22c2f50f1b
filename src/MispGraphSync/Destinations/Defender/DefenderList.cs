using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace MispGraphSync.Destinations.Defender;

/// <summary>
/// Reads the list of active indicators to its end. Its order is not documented and paging is no snapshot, so duplicates are returned once.
/// </summary>
internal sealed class DefenderList(DefenderApi api, DefenderOwner owner)
{
    // A tenant holds 15,000: two pages.
    private const int MaxPages = 100;

    public async IAsyncEnumerable<RemoteIndicator> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
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
        var isOurs = owner.Created(item, key);
        if (!isOurs && listed.WithoutEmptyPath is { } sent && owner.Created(item, owner.KeyOf(sent)))
            (listed, key, isOurs) = (sent, owner.KeyOf(sent), true);
        var raw = Encoding.UTF8.GetBytes(item.GetRawText());
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
            Canonical = isOurs ? listed.ToString() : null,
            IsOfEarlierApp = !isOurs && item.Text("application") == owner.Instance,
            Events = MentionedEvents.In(raw),
        };
    }
}

/// <summary>
/// Separates this installation's indicators from others'. Lists need not repeat our key, so it is computed from type and value,
/// and counts only where everything else names us as the creator: an application, with our client id where the settings
/// name it, under our instance's name.
/// </summary>
internal sealed record DefenderOwner(string Instance, string? ClientId)
{
    /// <summary>The stable key that the value has, whoever holds it.</summary>
    public Guid KeyOf(DefenderValue value) => StableId.ForIndicator(Instance, DefenderKind.Name, "", value.ToString(), 0);

    public bool Created(JsonElement item, Guid key)
    {
        if (Guid.TryParseExact(item.Text("externalID"), "D", out var named)) return named == key;
        return !Differs(item, "sourceType", "AadApp")
            && (ClientId is null || !Differs(item, "createdBy", ClientId))
            && item.Text("application") == Instance;
    }

    /// <summary>A missing property proves nothing.</summary>
    private static bool Differs(JsonElement item, string name, string expected) =>
        item.Text(name) is { Length: > 0 } text && !text.Equals(expected, StringComparison.OrdinalIgnoreCase);
}
