using System.Globalization;
using MispGraphSync.Core.Planning;
using MispGraphSync.Text;

namespace MispGraphSync.Settings;

internal sealed record SwitchForm : ValueForm<bool>
{
    public override string Expects => "true or false (without quotes)";

    public override SettingNode FromText(string text, SettingOrigin origin, string key, SettingsFaults faults) =>
        text.Trim().ToLowerInvariant() switch
        {
            "true" or "1" or "yes" or "on" => new SettingNode.Switch(origin, true),
            "false" or "0" or "no" or "off" => new SettingNode.Switch(origin, false),
            _ => new SettingNode.Text(origin, text),
        };

    public override bool Read(SettingNode node, string key, ReadingPlace place) =>
        node is SettingNode.Switch flag ? flag.Value : Wrong(node, key, place);
}

internal sealed record WholeNumberForm(int Least, int Most) : ValueForm<int>
{
    public override string Expects => $"a whole number from {Least} to {Most}";

    public override SettingNode FromText(string text, SettingOrigin origin, string key, SettingsFaults faults) =>
        int.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? new SettingNode.Number(origin, number.ToString(CultureInfo.InvariantCulture))
            : new SettingNode.Text(origin, text);

    public override int Read(SettingNode node, string key, ReadingPlace place) =>
        node is SettingNode.Number { Digits: var digits }
        && int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        && number >= Least && number <= Most
            ? number
            : Wrong(node, key, place, node is SettingNode.Text ? "Write it without quotes." : null);
}

/// <summary>One of a few words. Exact spelling, unless case is ignored; the last one listed for a value is an alias.</summary>
internal sealed record ChoiceForm<T>(IReadOnlyList<(string Word, T Value)> Choices, bool IgnoreCase = false) : ValueForm<T>, IChoices
{
    public IReadOnlyList<string> Words { get; } = [.. Choices.Select(c => c.Word)];

    /// <summary>Says more about some wrong words that people often write.</summary>
    public IReadOnlyDictionary<string, string> Hints { get; init; } = new Dictionary<string, string>();

    public override string Expects => Words.Count == 1 ? $"\"{Words[0]}\"" : "one of " + string.Join(", ", Words.Select(w => $"\"{w}\""));

    public override T? Read(SettingNode node, string key, ReadingPlace place)
    {
        if (node is not SettingNode.Text { Value: var word }) return Wrong(node, key, place);

        var comparison = IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        foreach (var choice in Choices)
        {
            if (choice.Word.Equals(word, comparison)) return choice.Value;
        }

        return Wrong(node, key, place, Hint(word));
    }

    private string? Hint(string word)
    {
        if (Hints.TryGetValue(word, out var hint)) return hint;
        return DidYouMean.Nearest(word, Words) is { } nearest ? $"Did you mean \"{nearest}\"?" : null;
    }
}

/// <summary>The words of a choice, whatever their type.</summary>
internal interface IChoices
{
    IReadOnlyList<string> Words { get; }
}

/// <summary><c>N</c> or <c>N%</c>.</summary>
internal sealed record DeletionLimitForm : ValueForm<DeletionLimit>
{
    public override string Expects => "a number of indicators such as 500, or a share such as \"50%\" (0% to 100%)";

    public override DeletionLimit? Read(SettingNode node, string key, ReadingPlace place) => node switch
    {
        SettingNode.Text text => DeletionLimit.Parse(text.Value) ?? Wrong(node, key, place),
        SettingNode.Number number => DeletionLimit.Parse(number.Digits) ?? Wrong(node, key, place),
        _ => Wrong(node, key, place),
    };
}
