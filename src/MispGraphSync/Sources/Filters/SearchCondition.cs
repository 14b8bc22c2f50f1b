using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// MISP's full-text search: one of several fields is, as a whole, like the text. Its database ignores case in values and
/// comments, and not in titles and tags.
/// </summary>
internal sealed record SearchCondition : Condition
{
    private readonly string _text;
    private readonly TextSet _withCase;
    private readonly TextSet _withoutCase;

    public SearchCondition(FilterKey key, string text)
        : base(key)
    {
        _text = text;
        _withCase = new TextSet([text], StringComparer.Ordinal, Wildcards.Anywhere);
        _withoutCase = new TextSet([text], StringComparer.OrdinalIgnoreCase, Wildcards.Anywhere);
    }

    public override bool Matches(EventView e) =>
        e.SearchedWithCase.Any(_withCase.Has) || e.SearchedWithoutCase.Any(_withoutCase.Has);

    public override void Write(Utf8JsonWriter writer) => writer.WriteStringValue(_text);
}
