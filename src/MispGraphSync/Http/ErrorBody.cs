using System.Text;
using System.Text.Json;
using MispGraphSync.Text;

namespace MispGraphSync.Http;

/// <summary>
/// What an error answer says, in any of the shapes that Microsoft's services use: <c>{"error":{"code","message"}}</c>,
/// <c>{"statusCode","message"}</c>, a bare object, a string, one of these as JSON in a string, or no JSON at all.
/// </summary>
/// <param name="Code">Null when it has none.</param>
/// <param name="Message">One line, at most 2,000 characters; empty when the answer is.</param>
internal sealed record ErrorBody(string? Code, string Message)
{
    private const int Longest = 2000;

    public static ErrorBody Read(ReadOnlyMemory<byte> answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return Read(json.RootElement);
        }
        // InvalidOperationException: half a surrogate pair, escaped.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return new ErrorBody(null, OneLine(Encoding.UTF8.GetString(answer.Span[..Math.Min(answer.Length, 4 * Longest)])));
        }
    }

    /// <summary>A web page, which none of the services ever answers with: a proxy or a login page does.</summary>
    public static bool IsWebPage(ReadOnlySpan<byte> answer)
    {
        if (answer.StartsWith("\uFEFF"u8)) answer = answer[3..];
        return answer.TrimStart(" \t\r\n"u8) is [(byte)'<', ..];
    }

    public static ErrorBody Read(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String) return OfText(json.GetString()!);
        if (json.ValueKind != JsonValueKind.Object) return new ErrorBody(null, OneLine(json.GetRawText()));
        if (Find(json, "error") is { ValueKind: JsonValueKind.Object or JsonValueKind.String } inner) return Read(inner);
        var code = Text(Find(json, "code") ?? Find(json, "statusCode"));
        return new ErrorBody(code, OneLine(Text(Find(json, "message")) ?? json.GetRawText()));
    }

    private static ErrorBody OfText(string text)
    {
        try
        {
            if (text.AsSpan().TrimStart() is ['{', ..])
            {
                using var json = JsonDocument.Parse(text);
                return Read(json.RootElement);
            }
        }
        catch (JsonException)
        {
        }
        return new ErrorBody(null, OneLine(text));
    }

    /// <summary>The code before the message, where there is one.</summary>
    public override string ToString() => Code is null ? Message : $"{Code}: {Message}";

    /// <summary>A property, whatever the case of its name; null when missing or null.</summary>
    public static JsonElement? Find(JsonElement json, string name)
    {
        foreach (var property in json.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.Null && property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        }
        return null;
    }

    private static string? Text(JsonElement? value) => value switch
    {
        { ValueKind: JsonValueKind.String } v => v.GetString(),
        { ValueKind: JsonValueKind.Number } v => v.GetRawText(),
        _ => null,
    };

    public static string OneLine(string text)
    {
        var line = new StringBuilder(Math.Min(text.Length, Longest));
        foreach (var c in text)
        {
            if (line.Length == Longest) break;
            if (!char.IsControl(c) && !char.IsWhiteSpace(c)) line.Append(c);
            else if (line.Length > 0 && line[^1] != ' ') line.Append(' ');
        }
        return Secrets.WithoutTokens(line.ToString().TrimEnd());
    }
}
