using System.Text;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// Reads a bulk answer. The shape of a failed item is documented nowhere. Seen are the item as it was sent, with a sentence for an id,
/// and an <c>Error</c> of prose or of JSON in a string; names are read whatever their case, and an object for an error too.
/// </summary>
internal static class GraphResponse
{
    /// <summary>The elements in the answer's order; null when it is no JSON object with a list called <c>value</c>.</summary>
    public static List<GraphResult>? Read(ReadOnlySpan<byte> answer)
    {
        try
        {
            var reader = new Utf8JsonReader(answer);
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? ReadList(ref reader) : null;
        }
        // InvalidOperationException: half a surrogate pair, escaped.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static List<GraphResult>? ReadList(ref Utf8JsonReader reader)
    {
        List<GraphResult>? elements = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isValue = reader.ValueTextEquals("value"u8);
            reader.Read();
            if (!isValue || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }
            elements = new List<GraphResult>(100);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) elements.Add(ReadElement(ref reader));
        }
        // Nothing may follow: half an answer is none.
        reader.Read();
        return elements;
    }

    private static GraphResult ReadElement(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return WithError(new GraphResult(), ref reader);
        }
        var element = new GraphResult();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Recognise(reader.ValueSpan);
            reader.Read();
            if (name == Property.Other || reader.TokenType == JsonTokenType.Null) reader.Skip();
            else element = With(element, name, ref reader);
        }
        return element;
    }

    private static GraphResult With(GraphResult element, Property name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case Property.Error:
                return WithError(element, ref reader);
            case Property.Id when reader.TokenType == JsonTokenType.String:
                return reader.ValueSpan.IsEmpty ? element : WithId(element, reader.GetString()!);
            case Property.ExternalId when reader.TokenType == JsonTokenType.String:
                return Guid.TryParse(reader.GetString(), out var key)
                    ? element with { ExternalId = key }
                    : element with { HasForeignId = !reader.ValueSpan.IsEmpty };
            case Property.Code when reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var code):
                return element with { Code = code };
            case Property.Code when reader.TokenType == JsonTokenType.String && long.TryParse(reader.GetString(), out var code):
                return element with { Code = code };
            case Property.Message when reader.TokenType == JsonTokenType.String:
                return reader.ValueSpan.IsEmpty ? element : element with { Message = ErrorBody.OneLine(reader.GetString()!) };
            default:
                reader.Skip();
                return element;
        }
    }

    /// <summary>An id has no blanks.</summary>
    private static GraphResult WithId(GraphResult element, string id) =>
        id.Any(char.IsWhiteSpace) ? element with { ErrorInsteadOfId = ErrorBody.OneLine(id) } : element with { Id = id };

    /// <summary>An empty error is none: what failed has no id either.</summary>
    private static GraphResult WithError(GraphResult element, ref Utf8JsonReader reader)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        var error = ErrorBody.Read(json.RootElement);
        return error.ToString() is { Length: > 0 } words
            ? element with { Error = words, IsTransient = GraphTransientErrors.IsTransient(error) }
            : element;
    }

    private static Property Recognise(ReadOnlySpan<byte> name) => name.Length switch
    {
        2 when Ascii.EqualsIgnoreCase(name, "id"u8) => Property.Id,
        4 when Ascii.EqualsIgnoreCase(name, "code"u8) => Property.Code,
        5 when Ascii.EqualsIgnoreCase(name, "error"u8) => Property.Error,
        7 when Ascii.EqualsIgnoreCase(name, "message"u8) => Property.Message,
        10 when Ascii.EqualsIgnoreCase(name, "externalId"u8) => Property.ExternalId,
        _ => Property.Other,
    };

    private enum Property
    {
        Other,
        Id,
        ExternalId,
        Error,
        Code,
        Message,
    }
}
