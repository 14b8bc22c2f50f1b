using System.Text.Json;
using System.Text.RegularExpressions;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Settings;

/// <summary>The types of simple values.</summary>
internal static partial class SettingTypes
{
    public static SettingType<bool> Bool { get; } = new("true or false (without quotes)", static value => value.Json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => value.Wrong<bool>(),
    })
    { Notation = Notation.Bool, Schema = """{ "type": "boolean" }""" };

    public static SettingType<string> AnyText { get; } = Matching("a text without line breaks", @"^[^\u0000-\u001f\u007f]+$");

    public static SettingType<DeletionLimit> MaxDelete { get; } = new(
        "a number of indicators such as 500, or a share such as \"50%\" (0% to 100%)",
        static value => DeletionLimit.Parse(value.Json.ValueKind == JsonValueKind.Number ? value.Json.GetRawText() : value.Text ?? "")
            ?? value.Wrong<DeletionLimit>())
    { Schema = """{ "type": ["string", "integer"], "pattern": "^([0-9]{1,9}|[0-9]{1,2}%|100%)$", "minimum": 0 }""" };

    public static SettingType<ManagedIdentitySettings> ManagedIdentity { get; } = new(
        "true, or the client id (a GUID) of a user-assigned identity",
        static value => value.Json.ValueKind switch
        {
            JsonValueKind.True => new ManagedIdentitySettings(ClientId: null),
            JsonValueKind.False => null,
            JsonValueKind.String when System.Guid.TryParseExact(value.Text, "D", out _) => new ManagedIdentitySettings(value.Text),
            _ => value.Wrong<ManagedIdentitySettings>(),
        })
    { Notation = Notation.Bool, Schema = """{ "type": ["boolean", "string"] }""" };

    public static SettingType<int> Number(int least, int most) => new($"a whole number from {least} to {most}", value =>
        value.Json.ValueKind == JsonValueKind.Number && value.Json.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : value.Wrong<int>(value.Text is null ? null : "Write it without quotes."))
    { Notation = Notation.Number, Schema = $$"""{ "type": "integer", "minimum": {{least}}, "maximum": {{most}} }""" };

    /// <summary>A key without a default: null is none.</summary>
    public static SettingType<int?> OptionalNumber(int least, int most)
    {
        var number = Number(least, most);
        return new(number.Expects, value => number.Parse(value)) { Notation = number.Notation, Schema = number.Schema };
    }

    public static SettingType<string> Choice(params string[] words) => Choice([.. words.Select(word => (word, word))]);

    /// <param name="hints">More on some wrong words that people often write.</param>
    public static SettingType<T> Choice<T>(
        IReadOnlyList<(string Word, T Value)> choices, bool ignoreCase = false, IReadOnlyDictionary<string, string>? hints = null)
    {
        string[] words = [.. choices.Select(choice => choice.Word)];
        var comparison = ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return new("one of " + string.Join(", ", words.Select(word => $"\"{word}\"")), value =>
        {
            foreach (var (word, known) in choices)
            {
                if (word.Equals(value.Text, comparison)) return known;
            }

            return value.Wrong<T>(value.Text is not { } written ? null
                : hints?.GetValueOrDefault(written)
                ?? (DidYouMean.Nearest(written, words) is { } nearest ? $"Did you mean \"{nearest}\"?" : null));
        })
        { Words = words, Schema = $$"""{ "type": "string", "enum": {{SettingsJson.ToText(SettingsJson.OfTexts(words))}} }""" };
    }

    /// <param name="pattern">Goes into the schema too, so it is written for both dialects.</param>
    /// <param name="hint">More on some wrong texts.</param>
    /// <param name="accepts">What the pattern cannot say.</param>
    public static SettingType<string> Matching(
        string expects, string pattern, Func<string, string?>? hint = null, Func<string, bool>? accepts = null)
    {
        // A short text and no nested quantifiers: no time limit is needed. $ matches before a last newline too.
        var regex = new Regex(pattern, RegexOptions.CultureInvariant);
        return new(expects, value => value.Text is not { } text ? value.Wrong<string>()
            : regex.IsMatch(text) && !text.EndsWith('\n') && accepts?.Invoke(text) != false ? text
            : value.Wrong<string>(hint?.Invoke(text)))
        { Schema = $$"""{ "type": "string", "pattern": {{SettingsJson.ToText(SettingsJson.OfText(pattern))}} }""" };
    }

    public static SettingType<Guid?> Guid(string expects, Func<string, string?>? hint = null) => new(expects, value =>
        value.Text is not { } text ? value.Wrong<Guid?>()
        : System.Guid.TryParseExact(text, "D", out var id) ? id
        : value.Wrong<Guid?>(hint?.Invoke(text)))
    { Schema = """{ "type": "string", "pattern": "^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$" }""" };

    public static SettingType<IReadOnlyList<string>> List(SettingType<string> item) => new($"a list, each item {item.Expects}", value =>
        value.Json.ValueKind != JsonValueKind.Array
            ? value.Wrong<IReadOnlyList<string>>(value.Text is null ? null : "Put it in brackets: [\"…\"].")
            : [.. value.Value.Items.Select((part, i) => item.Read(part, $"{value.Key}[{i}]", value.Context)).OfType<string>()])
    { Notation = Notation.List, Schema = $$"""{ "type": "array", "items": {{item.Schema}} }""" };

    /// <summary>Days by MISP type or <c>tlp:x</c>, in the order written.</summary>
    public static SettingType<IReadOnlyList<KeyValuePair<string, int>>> Days(
        SettingType<string> mispType, SettingType<Tlp> tlp, SettingType<int> days) =>
        new("an object of days by MISP type or tlp:x, such as { \"ip-dst\": 7, \"tlp:red\": 14 }", value =>
        {
            if (value.Json.ValueKind != JsonValueKind.Object) return value.Wrong<IReadOnlyList<KeyValuePair<string, int>>>();
            var read = new List<KeyValuePair<string, int>>();
            foreach (var (name, member) in value.Value.Members)
            {
                var isTlp = name.StartsWith("tlp:", StringComparison.OrdinalIgnoreCase);
                if (isTlp && !tlp.Accepts(name[4..]))
                {
                    value.Context.Faults.Add(member.Origin, value.Key,
                        $"{SettingsFaults.Quote(name)} is no TLP; write one of tlp:{string.Join(", tlp:", tlp.Words)}.");
                }
                else if (!isTlp && !mispType.Accepts(name))
                {
                    value.Context.Faults.Add(member.Origin, value.Key,
                        $"{SettingsFaults.Quote(name)} is not {mispType.Expects}, nor tlp:x.");
                }

                read.Add(new(name, days.Read(member, $"{value.Key}.{name}", value.Context)));
            }

            return read;
        })
        { Notation = Notation.Json, Schema = $$"""{ "type": "object", "additionalProperties": {{days.Schema}} }""" };

    /// <summary>MISP's event filters, or a single one. The reader of filters checks what is in them.</summary>
    public static SettingType<IReadOnlyList<JsonElement>> Filters { get; } = FiltersCheckedBy(context => context.FilterFaults);

    /// <summary>The same for a destination, whose filters are evaluated here.</summary>
    public static SettingType<IReadOnlyList<JsonElement>> FiltersOfDestination { get; } =
        FiltersCheckedBy(context => context.OwnFilterFaults);

    private static SettingType<IReadOnlyList<JsonElement>> FiltersCheckedBy(
        Func<ReadContext, Func<JsonElement, IEnumerable<string>>?> faultsOf) => new(
        "a list of filters, such as [{ \"tags\": [\"tlp:green\"] }], or a single one; [] means all events",
        value =>
        {
            if (value.Json.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object)) return value.Wrong<IReadOnlyList<JsonElement>>();
            var isList = value.Json.ValueKind == JsonValueKind.Array;
            var filters = new List<JsonElement>();
            foreach (var (i, filter) in (isList ? value.Value.Items : [value.Value]).Index())
            {
                var part = value with { Value = filter, Key = isList ? $"{value.Key}[{i}]" : value.Key };
                if (part.Json.ValueKind != JsonValueKind.Object)
                {
                    part.Wrong<JsonElement>();
                    continue;
                }

                foreach (var fault in faultsOf(value.Context)?.Invoke(part.Json) ?? []) part.Reject<JsonElement>(fault);
                filters.Add(part.Json);
            }

            return filters;
        })
        { Notation = Notation.Json, Schema = """{ "type": ["array", "object"], "items": { "type": "object" } }""" };
}
