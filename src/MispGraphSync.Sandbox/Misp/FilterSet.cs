using System.Text.Json;
using System.Text.Json.Nodes;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>
/// A filter's value as MISP reads it: a scalar, a list, <c>a||b</c>, <c>a&amp;&amp;b&amp;&amp;!c</c>, or
/// <c>{ "OR": [], "AND": [], "NOT": [] }</c>; a leading <c>!</c> excludes.
/// </summary>
internal sealed class FilterSet
{
    public List<string> Or { get; } = [];

    public List<string> And { get; } = [];

    public List<string> Not { get; } = [];

    /// <summary>Only tags know a true conjunction; for the rest AND is OR.</summary>
    public IEnumerable<string> AnyOf => Or.Concat(And);

    /// <returns>Null when MISP would ignore the filter: null, an empty text, an empty list.</returns>
    public static FilterSet? From(JsonNode? value)
    {
        var set = new FilterSet();
        switch (value)
        {
            case JsonObject lists:
                foreach (var (name, items) in lists)
                {
                    var target = name.ToUpperInvariant() switch { "AND" => set.And, "NOT" => set.Not, _ => set.Or };
                    target.AddRange(Texts(items));
                }

                break;
            case JsonArray items:
                foreach (var text in Texts(items)) set.Take(text, set.Or);
                break;
            default:
                foreach (var text in Texts(value))
                {
                    if (text.Contains("&&", StringComparison.Ordinal))
                        foreach (var part in text.Split("&&")) set.Take(part, set.And);
                    else
                        foreach (var part in text.Split("||")) set.Take(part, set.Or);
                }

                break;
        }

        return set.Or.Count + set.And.Count + set.Not.Count == 0 ? null : set;
    }

    private void Take(string text, List<string> positive)
    {
        if (text.StartsWith('!')) Not.Add(text[1..]);
        else positive.Add(text);
    }

    private static IEnumerable<string> Texts(JsonNode? value) =>
        value is JsonArray list ? list.Select(Text).Where(text => text.Length > 0) : new[] { Text(value) }.Where(text => text.Length > 0);

    private static string Text(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>().Trim(),
        JsonValueKind.Number => value.ToJsonString(),
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        _ => "",
    };
}
