using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Reads one page of the list, which holds active indicators only.</summary>
internal static class DefenderPage
{
    /// <summary>The page's indicators, and where the next page is if it says so; null when the answer is no page.</summary>
    public static (List<RemoteIndicator> Indicators, string? Next)? Read(ReadOnlyMemory<byte> answer, DefenderOwner owner)
    {
        if (DefenderJson.Parse(answer) is not var (document, value)) return null;
        using (document)
        {
            var indicators = new List<RemoteIndicator>(value.GetArrayLength());
            foreach (var item in value.EnumerateArray()) indicators.Add(Indicator(item, owner));
            return (indicators, DefenderJson.Text(document.RootElement, "@odata.nextLink"));
        }
    }

    private static RemoteIndicator Indicator(JsonElement item, DefenderOwner owner)
    {
        var type = DefenderJson.Text(item, "indicatorType") ?? "";
        var value = DefenderJson.Text(item, "indicatorValue") ?? "";
        var listed = DefenderValue.Listed(type, value);
        var action = DefenderJson.Text(item, "action");
        var key = owner.KeyOf(listed);
        var isOurs = owner.Created(item, key);
        if (!isOurs && listed.WithoutEmptyPath is { } sent && owner.Created(item, owner.KeyOf(sent)))
            (listed, key, isOurs) = (sent, owner.KeyOf(sent), true);
        return new RemoteIndicator(
            DefenderJson.Text(item, "id"),
            isOurs ? key : null,
            Encoding.UTF8.GetBytes(item.GetRawText()),
            type,
            value,
            Tlp: null,
            action,
            DefenderJson.Find(item, "expirationTime") is { ValueKind: JsonValueKind.String } expires && expires.TryGetDateTimeOffset(out var at) ? at : null,
            ConflictsWith: isOurs ? null : key,
            ImmutableHash: action is null ? default : DefenderItem.Own.ImmutableHashOf(listed, action));
    }
}
