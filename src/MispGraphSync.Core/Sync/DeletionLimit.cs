using System.Globalization;

namespace MispGraphSync.Core.Sync;

/// <summary>The most deletions that pass a destination's guard: a number, or a share of what is held there.</summary>
public sealed record DeletionLimit(int Amount, bool IsPercent)
{
    /// <summary>Deletions that always pass, whatever the share.</summary>
    public const int AlwaysAllowed = 20;

    /// <summary>Whether so many deletions of so many held are within the limit.</summary>
    public bool Allows(long deletions, long held) =>
        deletions <= AlwaysAllowed || (IsPercent ? deletions * 100 <= held * Amount : deletions <= Amount);

    /// <summary>Reads <c>N</c> or <c>N%</c> (0–100); null when the text is neither.</summary>
    public static DeletionLimit? Parse(string text)
    {
        var isPercent = text.EndsWith('%');
        var number = isPercent ? text[..^1] : text;
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var amount)) return null;
        return isPercent && amount > 100 ? null : new DeletionLimit(amount, isPercent);
    }

    public override string ToString() => IsPercent ? $"{Amount}%" : $"{Amount}";
}
