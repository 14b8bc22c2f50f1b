using System.Text.Json;

namespace MispGraphSync.Settings;

/// <summary>One thing that is wrong: where, at which key, and a sentence that says what is wrong and what would be right.</summary>
internal sealed record SettingsFault(SettingOrigin Where, string Key, string Text)
{
    private const string MissingText = "This is missing; give ";

    public bool IsMissing => Text.StartsWith(MissingText, StringComparison.Ordinal);

    /// <summary>The fault that a key has no value.</summary>
    /// <param name="right">What to give.</param>
    public static SettingsFault Missing(SettingOrigin where, string key, string right) => new(where, key, $"{MissingText}{right}.");

    public override string ToString() =>
        Sanitize.ForDisplay(Where == SettingOrigin.Default ? $"{Key}: {Text}" : $"{Where.Place}: {Key}: {Text}", int.MaxValue);
}

/// <summary>Collects every fault, so that one run reports them all.</summary>
internal sealed class SettingsFaults
{
    /// <summary>The key of a fault that concerns the file as a whole.</summary>
    public const string File = "the file";

    private const int LongestQuote = 30;
    private readonly List<SettingsFault> _faults = [];

    /// <summary>In the file's order; faults without a line come last.</summary>
    public IReadOnlyList<SettingsFault> All => [.. _faults.OrderBy(fault => fault.Where.Line)];

    public void Add(SettingOrigin where, string key, string text) => _faults.Add(new SettingsFault(where, key, text));

    /// <inheritdoc cref="SettingsFault.Missing"/>
    public void AddMissing(SettingOrigin where, string key, string right) => _faults.Add(SettingsFault.Missing(where, key, right));

    /// <summary>Whether a key already has a fault; then its consequences need none of their own.</summary>
    public bool Has(string key) => _faults.Exists(fault => fault.Key == key);

    /// <summary>A value for a sentence. A longer one may be a secret in the wrong place, so only its length is shown.</summary>
    public static string Quote(string text) =>
        text.Length <= LongestQuote ? $"\"{Sanitize.ForDisplay(text, int.MaxValue)}\"" : $"A text of {text.Length} characters";

    public static string Quote(SettingValue value) => value.Text is { } text ? Quote(text)
        : value.Json.ValueKind == JsonValueKind.Number && value.Json.GetRawText() is { Length: <= LongestQuote } digits ? digits
        : value.ToString();
}
