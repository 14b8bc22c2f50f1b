using System.Text.RegularExpressions;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Settings;

/// <summary>Text that a pattern describes. The pattern goes into the schema too, so it is written for both dialects.</summary>
internal sealed record TextForm(string What, string Pattern) : ValueForm<string>
{
    // A literal in the table, checked by the tests; a match on a short text with no nesting needs no time limit.
    private readonly Regex _pattern = new(Pattern, RegexOptions.CultureInvariant);

    /// <summary>Says more about some wrong texts; null: nothing to say.</summary>
    public Func<string, string?> Hint { get; init; } = _ => null;

    /// <summary>What the pattern cannot say: true for a text that is right.</summary>
    public Func<string, bool> Accepts { get; init; } = _ => true;

    /// <summary>A word that is wrong although it looks right; compared without case.</summary>
    public IReadOnlyList<string> Reserved { get; init; } = [];

    public override string Expects => What;

    public override string? Read(SettingNode node, string key, ReadingPlace place)
    {
        if (node is not SettingNode.Text { Value: var value }) return Wrong(node, key, place);
        if (Reserved.Contains(value, StringComparer.OrdinalIgnoreCase))
            return Wrong(node, key, place, Hint(value) ?? "This word is taken; choose another.");
        return Matches(value) ? value : Wrong(node, key, place, Hint(value));
    }

    public bool Matches(string value) => _pattern.IsMatch(value) && !value.EndsWith('\n') && Accepts(value);
}

/// <summary>A GUID in its usual form, kept as written in lower case.</summary>
internal sealed record GuidForm(string What) : ValueForm<Guid?>
{
    public Func<string, string?> Hint { get; init; } = _ => null;

    public override string Expects => What;

    public override Guid? Read(SettingNode node, string key, ReadingPlace place) =>
        node is not SettingNode.Text { Value: var value } ? Wrong(node, key, place)
        : Guid.TryParseExact(value, "D", out var id) ? id
        : Wrong(node, key, place, Hint(value));
}

/// <summary>Several texts of one form.</summary>
internal sealed record TextListForm(TextForm Item) : ValueForm<IReadOnlyList<string>>
{
    public override string Expects => $"a list, each item {Item.Expects}";

    public override SettingNode FromText(string text, SettingOrigin origin, string key, SettingsFaults faults) =>
        text.TrimStart().StartsWith('[')
            ? Json(text, origin, key, faults)
            : new SettingNode.List(
                origin,
                [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                    .Select(item => new SettingNode.Text(origin, item))]);

    public override IReadOnlyList<string>? Read(SettingNode node, string key, ReadingPlace place)
    {
        if (node is not SettingNode.List list)
            return Wrong(node, key, place, node is SettingNode.Text ? "Put it in brackets: [\"…\"]." : null);
        return [.. list.Items.Select((item, i) => Item.Read(item, $"{key}[{i}]", place)).OfType<string>()];
    }
}

/// <summary>A secret or where to find it.</summary>
internal sealed record SecretForm : ValueForm<SecretReference>
{
    public override string Expects => "a secret: env:NAME, file:PATH, keyvault:https://VAULT.vault.azure.net/secrets/NAME, or the secret itself";

    public override SecretReference? Read(SettingNode node, string key, ReadingPlace place)
    {
        if (node is SettingNode.Text { Value: var text })
        {
            if (SecretReference.FormatFault(text) is not { } fault) return new SecretReference(text, place.Folder, place.Variable);
            place.Wrong(node, key, $"The secret {fault}.");
            return null;
        }

        // Not even a number is quoted: it may be the secret, its quotes forgotten.
        place.Wrong(node, key, $"This is not {Expects}, in quotes.");
        return null;
    }

    public override SettingNode Show(SettingNode node, ReadingPlace place) => node switch
    {
        SettingNode.Text { Value: var text } when SecretReference.FormatFault(text) is null =>
            new SettingNode.Text(node.Origin, new SecretReference(text, place.Folder).ToString()),
        SettingNode.Nothing => node,
        _ => new SettingNode.Text(node.Origin, "(hidden)"),
    };
}
