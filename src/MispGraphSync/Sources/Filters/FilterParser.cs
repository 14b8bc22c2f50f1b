using System.Globalization;
using System.Text.Json;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// Parses one filter object of the settings and collects all of its faults, each a sentence with the key's name. A value that the server
/// would read as "no filter" or as "now" (an empty text, null, an empty list, an invalid date) is a fault.
/// </summary>
internal sealed class FilterParser
{
    private readonly List<string> _faults = [];
    private readonly Dictionary<string, (Condition Condition, string Name, bool IsNegated)> _conditions = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Faults => _faults;
    public IEnumerable<Condition> Conditions => _conditions.Values.Select(one => one.Condition);

    public void Read(JsonElement filter)
    {
        if (filter.ValueKind is not JsonValueKind.Object) _faults.Add($"a filter is an object of keys and values, not {KindOf(filter)}");
        else if (IsEmpty(filter)) _faults.Add("a filter without keys is empty; remove it to read all events");
        else foreach (var property in filter.EnumerateObject()) ReadKey(property.Name, property.Value);
    }

    private void ReadKey(string name, JsonElement value)
    {
        if (!FilterKeys.TryFind(name, out var key, out var isNegated))
        {
            _faults.Add(FilterKeys.WhyUnknown(name));
            return;
        }
        if (IsEmpty(value))
        {
            _faults.Add($"\"{name}\" is empty ({value.GetRawText()}), which the server would ignore: give it a value or remove it");
            return;
        }

        Condition? condition = key.Kind switch
        {
            FilterKind.Set or FilterKind.TagSet => ReadSet(name, key, value, isNegated),
            FilterKind.Text => ReadText(name, key, value),
            FilterKind.Day => ReadDay(name, key, value),
            FilterKind.Time => ReadTime(name, key, value),
            _ => ReadSwitch(name, key, value),
        };
        if (condition is not null) Add(name, condition, isNegated);
    }

    private void Add(string name, Condition condition, bool isNegated)
    {
        var key = condition.Key.Name;
        if (_conditions.TryAdd(key, (condition, name, isNegated))) return;
        var (other, otherName, otherIsNegated) = _conditions[key];
        if (other is SetCondition first && condition is SetCondition second && isNegated != otherIsNegated)
        {
            // "tags" and "not_tags" are two halves of one key.
            var both = new SetCondition(
                first.Key, first.Any.Concat(second.Any), first.All.Concat(second.All), first.None.Concat(second.None));
            _conditions[key] = (both, otherName, otherIsNegated);
        }
        else _faults.Add($"\"{name}\" is given twice (\"{otherName}\" is the same key): use a list, or another filter");
    }

    private SetCondition? ReadSet(string name, FilterKey key, JsonElement value, bool isNegated)
    {
        var faults = _faults.Count;
        var (any, all, none) = (new List<string>(), new List<string>(), new List<string>());
        if (value.ValueKind is JsonValueKind.Object)
        {
            foreach (var part in value.EnumerateObject())
            {
                var into = part.Name switch { "OR" => any, "AND" => all, "NOT" => none, _ => null };
                if (into is null)
                    _faults.Add($"\"{name}\" takes \"OR\", \"AND\" and \"NOT\", not \"{part.Name}\"; "
                        + $"did you mean \"{DidYouMean.AlwaysNearest(part.Name, ["OR", "AND", "NOT"])}\"?");
                else if (IsEmpty(part.Value)) _faults.Add($"\"{name}\" has an empty \"{part.Name}\": give it a value or remove it");
                else ReadItems(name, key, part.Value, into, none);
            }
        }
        else if (key.Kind is FilterKind.TagSet && TextOf(value) is { } tags && tags.Contains("&&", StringComparison.Ordinal))
        {
            foreach (var text in tags.Split("&&")) AddItem(name, key, text, all, none);
        }
        else ReadItems(name, key, value, any, none);

        if (key.Kind is FilterKind.Set && all.Count > 0)
        {
            if (all.Count > 1) _faults.Add($"\"{name}\" has no AND on the server, where it acts like OR: write one filter for each value");
            any.AddRange(all);
            all.Clear();
        }
        if (isNegated)
        {
            if (none.Count + all.Count > 0) _faults.Add($"\"{name}\" is negated already: it takes a value or a list of values");
            (any, none) = (none, any);
        }
        return _faults.Count > faults ? null : new SetCondition(key, any, all, none);
    }

    private void ReadItems(string name, FilterKey key, JsonElement value, List<string> into, List<string> none)
    {
        if (TextOf(value) is { } texts)
        {
            foreach (var text in texts.Split("||")) AddItem(name, key, text, into, none);
        }
        else if (value.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (TextOf(item) is { } text) AddItem(name, key, text, into, none);
                else _faults.Add($"\"{name}\" takes text or numbers in its list, not {KindOf(item)}");
            }
        }
        else _faults.Add($"\"{name}\" takes a value or a list of values, not {KindOf(value)}");
    }

    private void AddItem(string name, FilterKey key, string text, List<string> into, List<string> none)
    {
        // MISP trims what it searches for.
        var trimmed = text.Trim();
        var isNegated = trimmed.StartsWith('!');
        var value = isNegated ? trimmed[1..].Trim() : trimmed;
        if (value.Length == 0) _faults.Add($"\"{name}\" holds an empty value: give it a text or remove it");
        else if (key.Fault?.Invoke(value) is { } fault) _faults.Add($"\"{name}\": \"{Shortened(value)}\" {fault}");
        else (isNegated ? none : into).Add(key.Normalise?.Invoke(value) ?? value);
    }

    private SearchCondition? ReadText(string name, FilterKey key, JsonElement value)
    {
        if (TextOf(value) is { } text) return new SearchCondition(key, text.Trim());
        _faults.Add($"\"{name}\" takes one text, not {KindOf(value)}");
        return null;
    }

    private TimeCondition? ReadDay(string name, FilterKey key, JsonElement value)
    {
        if (TextOf(value) is { } text && TimeBound.Parse(text) is { IsDay: true } day)
            return key.Name is "from" ? new TimeCondition(key, day, null) : new TimeCondition(key, null, day);
        _faults.Add($"\"{name}\" takes a day such as 2026-01-31, not {Shown(value)}; for time spans use \"last\" or \"timestamp\"");
        return null;
    }

    private TimeCondition? ReadTime(string name, FilterKey key, JsonElement value)
    {
        JsonElement[] items = value.ValueKind is JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        var bounds = Array.ConvertAll(items, item => TextOf(item) is { } text ? TimeBound.Parse(text) : null);
        var invalid = Array.IndexOf(bounds, null);
        if (items.Length > 2) _faults.Add($"\"{name}\" takes one time or a range of two, not {items.Length}");
        else if (invalid >= 0) _faults.Add($"\"{name}\" takes {TimeBound.Forms}, not {Shown(items[invalid])}");
        else if (key.Name is "date" && Array.Exists(bounds, bound => bound is { IsRelative: false, IsDay: false }))
            _faults.Add($"\"{name}\" takes a day such as 2026-01-31 or a time span such as 7d, not {Shown(value)}");
        else if (bounds is [{ } from, { } to] && from.IsRelative == to.IsRelative
            && from.At(DateTimeOffset.UnixEpoch) > to.At(DateTimeOffset.UnixEpoch))
            _faults.Add($"\"{name}\" runs backwards and finds nothing: the earlier time comes first");
        else return new TimeCondition(key, bounds[0], bounds.Length > 1 ? bounds[1] : null);
        return null;
    }

    private SwitchCondition? ReadSwitch(string name, FilterKey key, JsonElement value)
    {
        if (SwitchOf(value) is { } on) return new SwitchCondition(key, on);
        if (key.Name is "to_ids" && TextOf(value) is "exclude") return new SwitchCondition(key, On: false);
        if (key.Kind is FilterKind.Deleted && TextOf(value) is "only") return new SwitchCondition(key, On: true);
        if (key.Kind is FilterKind.Deleted && value.ValueKind is JsonValueKind.Array
            && value.EnumerateArray().Select(SwitchOf).Order().SequenceEqual([false, true])) return new SwitchCondition(key, On: null);
        _faults.Add($"\"{name}\" takes true or false, not {Shown(value)}; remove it for both");
        return null;
    }

    private static bool? SwitchOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => TextOf(value)?.ToLowerInvariant() switch { "1" or "true" => true, "0" or "false" => false, _ => null },
    };

    /// <summary>Text, or a whole number as text; null for anything else.</summary>
    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number when value.TryGetInt64(out var number) => number.ToString(CultureInfo.InvariantCulture),
        _ => null,
    };

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => true,
        JsonValueKind.String => string.IsNullOrWhiteSpace(value.GetString()),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        _ => false,
    };

    private static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "such a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    private static string Shown(JsonElement value) =>
        TextOf(value) is { } text ? $"\"{Shortened(text)}\""
        : value.ValueKind is JsonValueKind.Array ? "a list"
        : Shortened(value.GetRawText());

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
