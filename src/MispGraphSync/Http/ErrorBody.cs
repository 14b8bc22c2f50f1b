using System.Text;
using System.Text.Json;

namespace MispGraphSync.Http;

/// <summary>
/// What an error response says, in any of the shapes that Microsoft's services use: <c>{"error":{"code","message"}}</c>,
/// <c>{"statusCode","message"}</c>, a bare object, a string, one of these as JSON in a string, or no JSON at all.
/// </summary>
/// <param name="Code">Null when it has none.</param>
/// <param name="Message">One line, at most 2,000 characters; empty when the response is.</param>
internal sealed record ErrorBody(string? Code, string Message)
{
    private const int MaxLength = 2000;

    public static ErrorBody Read(ReadOnlyMemory<byte> response)
    {
        try
        {
            using var json = ForeignJson.Parse(response);
            return Read(json.RootElement);
        }
        catch (JsonException)
        {
            return new ErrorBody(null, OneLine(Encoding.UTF8.GetString(response.Span[..Math.Min(response.Length, 4 * MaxLength)])));
        }
    }

    /// <summary>A web page, which no service ever sends: a proxy or a login page does.</summary>
    public static bool IsWebPage(ReadOnlySpan<byte> response)
    {
        if (response.StartsWith("\uFEFF"u8)) response = response[3..];
        return response.TrimStart(" \t\r\n"u8) is [(byte)'<', ..];
    }

    public static ErrorBody Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String) return OfText(json.GetString()!);
        if (json.ValueKind != JsonValueKind.Object) return new ErrorBody(null, OneLine(json.GetRawText()));
        if (Find(json, "error") is { ValueKind: JsonValueKind.Object or JsonValueKind.String } inner) return Read(inner);
        var code = Text(Find(json, "code") ?? Find(json, "statusCode"));
        return new ErrorBody(code is null ? null : OneLine(code), OneLine(Text(Find(json, "message")) ?? json.GetRawText()));
    }

    private static ErrorBody OfText(string text)
    {
        if (text.AsSpan().TrimStart() is ['{', ..])
        {
            try
            {
                using var json = ForeignJson.Parse(text);
                return Read(json.RootElement);
            }
            catch (JsonException)
            {
                // It only looks like JSON.
            }
        }

        return new ErrorBody(null, OneLine(text));
    }

    /// <summary>The code before the message, where there is one.</summary>
    public override string ToString() => Code is null ? Message : $"{Code}: {Message}";

    /// <summary>A property, whatever the case of its name; null when missing or null.</summary>
    public static JsonElement? Find(JsonElement json, string name) => json.EnumerateObject()
        .Where(one => one.Value.ValueKind != JsonValueKind.Null && one.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(one => (JsonElement?)one.Value).FirstOrDefault();

    private static string? Text(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } v => v.GetString(),
        { ValueKind: JsonValueKind.Number } v => v.GetRawText(),
        _ => null,
    };

    /// <summary>A service's words on one line, without anybody's token.</summary>
    public static string OneLine(string text) => Secrets.WithoutTokens(Sanitize.ForField(text, MaxLength));
}
