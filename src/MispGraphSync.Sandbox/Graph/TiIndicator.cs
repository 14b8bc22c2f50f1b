using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Graph;

/// <summary>One indicator held at Graph: the item as it was sent, and what the service added.</summary>
public sealed class TiIndicator
{
    internal TiIndicator(string id, string appId, TiItem item, DateTimeOffset ingested)
    {
        (Id, AppId, Ingested) = (id, appId, ingested);
        Take(item);
    }

    /// <summary>A GUID; a number where the product is Defender.</summary>
    public string Id { get; }

    /// <summary>The application that made it, the only one to see it.</summary>
    public string AppId { get; }

    public DateTimeOffset Ingested { get; }

    public string? ExternalId { get; private set; }

    public string TargetProduct { get; private set; } = "";

    public DateTimeOffset Expires { get; private set; }

    /// <summary>The item's JSON text as sent, changes merged in.</summary>
    public string Json => Encoding.UTF8.GetString(Item.Span);

    internal ReadOnlyMemory<byte> Item { get; private set; }

    /// <summary>As <see cref="TiItem.Present"/>.</summary>
    internal ulong Present { get; private set; }

    /// <summary>As <see cref="TiItem.IsPlain"/>.</summary>
    internal bool IsPlain { get; private set; }

    /// <summary>Its place in the order of arrival.</summary>
    internal int Slot { get; set; }

    /// <summary>An older one with the same external id: the service never merges.</summary>
    internal TiIndicator? Twin { get; set; }

    internal TiIndicator Copy()
    {
        var copy = (TiIndicator)MemberwiseClone();
        copy.Twin = null;
        return copy;
    }

    internal void Merge(TiItem change)
    {
        var merged = JsonNode.Parse(Item.Span)!.AsObject();
        foreach (var property in change.Json.EnumerateObject())
        {
            if (property.Name != "id") merged[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        }

        using var json = JsonDocument.Parse(merged.ToJsonString());
        Take(TiItem.Read(json.RootElement, enumerationsToo: false));
    }

    private void Take(TiItem item)
    {
        Item = JsonMarshal.GetRawUtf8Value(item.Json).ToArray();
        (Present, IsPlain) = (item.Present, item.IsPlain);
        ExternalId = item.Text("externalId");
        var sentinel = TiProperties.Products[0];
        TargetProduct = item["targetProduct"].ValueEquals(sentinel) ? sentinel : item.Text("targetProduct")!;
        Expires = item["expirationDateTime"].GetDateTimeOffset();
    }
}
