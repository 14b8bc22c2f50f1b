using System.Buffers;
using System.Text.Json;

namespace MispGraphSync.Destinations;

/// <summary>Makes an item that can be sent out of one that was listed.</summary>
internal static class ListedItem
{
    /// <summary>Copies the properties of the listed object that have a value and that the service lets one write.</summary>
    /// <returns>False when what was listed is no JSON object.</returns>
    public static bool TryCopy(IBufferWriter<byte> body, ReadOnlyMemory<byte> listed, Func<string, bool> isWritable)
    {
        using var document = JsonDocument.Parse(listed);
        if (document.RootElement.ValueKind != JsonValueKind.Object) return false;
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        foreach (var property in document.RootElement.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null && isWritable(property.Name)) property.WriteTo(json);
        }

        json.WriteEndObject();
        return true;
    }
}
