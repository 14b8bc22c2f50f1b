using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Graph;

/// <summary>
/// Reads a bulk answer. The shape of a failed item is documented nowhere, so names are read whatever their case, and
/// <c>Error</c> may be an object or a string.
/// </summary>
internal static class GraphAnswer
{
    /// <summary>The elements in the answer's order; null when it is no JSON object with a list called <c>value</c>.</summary>
    public static List<GraphElement>? Read(ReadOnlySpan<byte> answer)
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

    private static List<GraphElement>? ReadList(ref Utf8JsonReader reader)
    {
        List<GraphElement>? elements = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isValue = reader.ValueTextEquals("value"u8);
            reader.Read();
            if (!isValue || reader.TokenType != JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }
            elements = new List<GraphElement>(100);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) elements.Add(ReadElement(ref reader));
        }
        // Nothing may follow: half an answer is none.
        reader.Read();
        return elements;
    }

    private static GraphElement ReadElement(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            var (words, mayPass) = ReadError(ref reader);
            return new GraphElement { Error = words, IsTransient = mayPass };
        }
        var element = new GraphElement();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Recognise(reader.ValueSpan);
            reader.Read();
            if (name == Property.Other || reader.TokenType == JsonTokenType.Null) reader.Skip();
            else element = With(element, name, ref reader);
        }
        return element;
    }

    private static GraphElement With(GraphElement element, Property name, ref Utf8JsonReader reader)
    {
        switch (name)
        {
            case Property.Error:
                var (words, mayPass) = ReadError(ref reader);
                return element with { Error = words, IsTransient = mayPass };
            case Property.Id when reader.TokenType == JsonTokenType.String:
                return reader.ValueSpan.IsEmpty ? element : element with { Id = reader.GetString() };
            case Property.ExternalId when reader.TokenType == JsonTokenType.String:
                return Utf8Parser.TryParse(reader.ValueSpan, out Guid key, out var length, 'D') && length == reader.ValueSpan.Length
                    ? element with { ExternalId = key }
                    : element with { IsForeign = !reader.ValueSpan.IsEmpty };
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

    private static (string Words, bool MayPass) ReadError(ref Utf8JsonReader reader)
    {
        using var json = JsonDocument.ParseValue(ref reader);
        var error = ErrorBody.Read(json.RootElement);
        var words = error.ToString();
        return (words.Length == 0 ? "An error without words." : words, GraphTransience.MayPass(error));
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
