using System.Globalization;

namespace MispGraphSync.Core.Ports;

/// <summary>The most deletions that pass a destination's guard: a number, or a share of what is held there.</summary>
public sealed record DeletionLimit(int Amount, bool IsPercent)
{
    /// <summary>Deletions that pass under any share above 0 %: a share of a few indicators says little.</summary>
    public const int Allowance = 20;

    /// <summary>Whether so many deletions of so many held are within the limit. A number is exact; 0 and 0 % allow none.</summary>
    /// <param name="isStrict">The allowance does not count: all deletions may have one cause, such as an empty read.</param>
    public bool Allows(long deletions, long held, bool isStrict = false)
    {
        if (!IsPercent) return deletions <= Amount;
        if (Amount > 0 && !isStrict && deletions <= Allowance) return true;
        return deletions * 100 <= held * Amount;
    }

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
