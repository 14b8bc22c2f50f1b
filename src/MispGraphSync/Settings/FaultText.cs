using MispGraphSync.Text;

namespace MispGraphSync.Settings;

/// <summary>Text that is safe to print: no control characters, no long values that may be a secret in the wrong place.</summary>
internal static class FaultText
{
    private const int LongestQuote = 30;

    /// <summary>A value for a fault. What is longer than 30 characters is only counted: a key pasted in the wrong place is.</summary>
    public static string Quote(SettingNode node) => node switch
    {
        SettingNode.Text { Value: var value } => Quote(value),
        SettingNode.Number { Digits: var digits } when digits.Length <= LongestQuote => digits,
        _ => node.KindName,
    };

    public static string Quote(string value) =>
        value.Length <= LongestQuote ? $"\"{OneLine(value)}\"" : $"A text of {value.Length} characters";

    /// <summary>The whole text on one line; what cannot be seen is written out.</summary>
    public static string OneLine(string text) => Sanitize.ForDisplay(text, int.MaxValue);
}
