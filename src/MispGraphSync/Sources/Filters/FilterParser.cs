using System.Collections.Immutable;
using System.Text.Json;
using MispGraphSync.Text;
using static MispGraphSync.Sources.Filters.FilterValue;

namespace MispGraphSync.Sources.Filters;

/// <summary>
/// Reads one filter object of the settings and gathers every fault in it, each a sentence with the key's name. What the
/// server would take for "no filter" or for "now" (an empty text, null, an empty list, a date it cannot parse) is a fault.
/// </summary>
internal sealed class FilterParser
{
    private readonly List<string> _faults = [];
    private readonly Dictionary<string, Condition> _conditions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _spelling = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Faults => _faults;

    public IReadOnlyCollection<Condition> Conditions => _conditions.Values;

    public void Read(JsonElement filter)
    {
        if (filter.ValueKind is not JsonValueKind.Object)
        {
            _faults.Add($"a filter is an object of keys and values, not {Kind(filter)}");
            return;
        }

        var isEmpty = true;
        foreach (var property in filter.EnumerateObject())
        {
            isEmpty = false;
            ReadKey(property.Name, property.Value);
        }
        if (isEmpty)
        {
            _faults.Add("a filter without keys is empty; leave it out to read all events");
        }
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
            _faults.Add(
                $"\"{name}\" is empty ({value.GetRawText()}), which the server would ignore: give it a value or leave it out");
            return;
        }

        var condition = key.Kind switch
        {
            FilterKind.Set or FilterKind.TagSet => ReadSet(name, key, value, isNegated),
            FilterKind.Text => ReadText(name, key, value),
            FilterKind.Day => ReadDay(name, key, value),
            FilterKind.Time => ReadTime(name, key, value),
            FilterKind.Deleted => ReadDeleted(name, key, value),
            _ => ReadSwitch(name, key, value),
        };
        if (condition is not null)
        {
            Add(name, condition, isNegated);
        }
    }

    private void Add(string name, Condition condition, bool isNegated)
    {
        if (_conditions.TryAdd(condition.Key.Name, condition))
        {
            _spelling[condition.Key.Name] = name;
        }
        else if (_conditions[condition.Key.Name] is SetCondition first && condition is SetCondition second
            && isNegated != _spelling[condition.Key.Name].StartsWith("not_", StringComparison.Ordinal))
        {
            // "tags" and "not_tags" are two halves of one key.
            _conditions[condition.Key.Name] = new SetCondition(
                first.Key, first.Any.AddRange(second.Any), first.All.AddRange(second.All), first.None.AddRange(second.None));
        }
        else
        {
            _faults.Add(
                $"\"{name}\" is given twice (\"{_spelling[condition.Key.Name]}\" is the same key): use a list, or another filter");
        }
    }

    private SetCondition? ReadSet(string name, FilterKey key, JsonElement value, bool isNegated)
    {
        var faults = _faults.Count;
        var any = ImmutableArray.CreateBuilder<string>();
        var all = ImmutableArray.CreateBuilder<string>();
        var none = ImmutableArray.CreateBuilder<string>();

        if (value.ValueKind is JsonValueKind.Object)
        {
            foreach (var part in value.EnumerateObject())
            {
                var into = part.Name switch { "OR" => any, "AND" => all, "NOT" => none, _ => null };
                if (into is null)
                {
                    _faults.Add($"\"{name}\" takes \"OR\", \"AND\" and \"NOT\", not \"{part.Name}\"; "
                        + $"did you mean \"{DidYouMean.AlwaysNearest(part.Name, ["OR", "AND", "NOT"])}\"?");
                }
                else if (IsEmpty(part.Value))
                {
                    _faults.Add($"\"{name}\" has an empty \"{part.Name}\": give it a value or leave it out");
                }
                else
                {
                    ReadItems(name, key, part.Value, into, none);
                }
            }
        }
        else if (value.ValueKind is JsonValueKind.String && key.Kind is FilterKind.TagSet
            && value.GetString()!.Contains("&&", StringComparison.Ordinal))
        {
            Array.ForEach(value.GetString()!.Split("&&"), text => AddItem(name, key, text, all, none));
        }
        else
        {
            ReadItems(name, key, value, any, none);
        }

        if (key.Kind is FilterKind.Set && all.Count > 0)
        {
            if (all.Count > 1)
            {
                _faults.Add($"\"{name}\" has no AND on the server, where it acts like OR: write one filter for each value");
            }
            any.AddRange(all);
            all.Clear();
        }
        if (isNegated)
        {
            if (none.Count + all.Count > 0)
            {
                _faults.Add($"\"{name}\" is negated already: it takes a value or a list of values");
            }
            (any, none) = (none, any);
        }
        return _faults.Count > faults ? null : new SetCondition(key, any.ToImmutable(), all.ToImmutable(), none.ToImmutable());
    }

    private void ReadItems(
        string name, FilterKey key, JsonElement value, ImmutableArray<string>.Builder into, ImmutableArray<string>.Builder none)
    {
        if (value.ValueKind is JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (TextOf(item) is { } text)
                {
                    AddItem(name, key, text, into, none);
                }
                else
                {
                    _faults.Add($"\"{name}\" takes text or numbers in its list, not {Kind(item)}");
                }
            }
        }
        else if (TextOf(value) is { } texts)
        {
            Array.ForEach(texts.Split("||"), text => AddItem(name, key, text, into, none));
        }
        else
        {
            _faults.Add($"\"{name}\" takes a value or a list of values, not {Kind(value)}");
        }
    }

    private void AddItem(
        string name, FilterKey key, string text, ImmutableArray<string>.Builder into, ImmutableArray<string>.Builder none)
    {
        // MISP trims what it searches for.
        var trimmed = text.Trim();
        var isNegated = trimmed.StartsWith('!');
        var value = (isNegated ? trimmed[1..] : trimmed).Trim();
        if (string.IsNullOrWhiteSpace(value))
        {
            _faults.Add($"\"{name}\" holds an empty value: give it a text or leave it out");
        }
        else if (key.Fault?.Invoke(value) is { } fault)
        {
            _faults.Add($"\"{name}\": \"{Short(value)}\" {fault}");
        }
        else
        {
            (isNegated ? none : into).Add(key.Spelling?.Invoke(value) ?? value);
        }
    }

    private SearchCondition? ReadText(string name, FilterKey key, JsonElement value)
    {
        if (TextOf(value) is { } text && !string.IsNullOrWhiteSpace(text))
        {
            return new SearchCondition(key, text.Trim());
        }
        _faults.Add($"\"{name}\" takes one text, not {Kind(value)}");
        return null;
    }

    private DayCondition? ReadDay(string name, FilterKey key, JsonElement value)
    {
        if (TextOf(value) is { } text && TimeBound.Parse(text) is { IsDay: true } day)
        {
            return new DayCondition(key, day);
        }
        _faults.Add(
            $"\"{name}\" takes a day such as 2026-01-31, not {Shown(value)}; for time spans use \"last\" or \"timestamp\"");
        return null;
    }

    private TimeCondition? ReadTime(string name, FilterKey key, JsonElement value)
    {
        var items = value.ValueKind is JsonValueKind.Array ? value.EnumerateArray().ToArray() : [value];
        if (items.Length > 2)
        {
            _faults.Add($"\"{name}\" takes one time or a range of two, not {items.Length}");
            return null;
        }

        var bounds = items.Select(item => TextOf(item) is { } text ? TimeBound.Parse(text) : null).ToArray();
        if (Array.IndexOf(bounds, null) is var bad && bad >= 0)
        {
            _faults.Add($"\"{name}\" takes {TimeBound.Forms}, not {Shown(items[bad])}");
            return null;
        }
        if (key.Name is "date" && Array.Exists(bounds, bound => bound is { IsRelative: false, IsDay: false }))
        {
            _faults.Add($"\"{name}\" takes a day such as 2026-01-31 or a time span such as 7d, not {Shown(value)}");
            return null;
        }
        if (bounds is [{ } from, { } to] && from.IsRelative == to.IsRelative
            && from.At(DateTimeOffset.UnixEpoch) > to.At(DateTimeOffset.UnixEpoch))
        {
            _faults.Add($"\"{name}\" runs backwards and finds nothing: the earlier time comes first");
            return null;
        }
        return new TimeCondition(key, bounds[0]!, bounds.Length > 1 ? bounds[1] : null);
    }

    private Condition? ReadDeleted(string name, FilterKey key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String when value.GetString() is "only" => new SwitchCondition(key, On: true),
        JsonValueKind.Array when value.EnumerateArray().Select(SwitchOf).Order().SequenceEqual([false, true]) =>
            new EitherCondition(key),
        _ => ReadSwitch(name, key, value),
    };

    private SwitchCondition? ReadSwitch(string name, FilterKey key, JsonElement value)
    {
        if (SwitchOf(value) is { } on)
        {
            return new SwitchCondition(key, on);
        }
        if (key.Name is "to_ids" && TextOf(value) is "exclude")
        {
            return new SwitchCondition(key, On: false);
        }
        _faults.Add($"\"{name}\" takes true or false, not {Shown(value)}; leave it out for both");
        return null;
    }
}
