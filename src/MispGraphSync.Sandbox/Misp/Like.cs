using System.Text.RegularExpressions;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>How MISP's database compares texts: titles, categories and tags by case, values, types and comments not.</summary>
internal static class Like
{
    /// <summary>The same text; a pattern where the wanted one begins or ends with <c>%</c>.</summary>
    public static bool Is(this string value, string wanted, bool ignoreCase = false) => wanted.StartsWith('%') || wanted.EndsWith('%')
        ? value.IsLike(wanted, ignoreCase)
        : string.Equals(value, wanted, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal);

    /// <summary>SQL's LIKE: <c>%</c> is any number of characters, <c>_</c> one.</summary>
    public static bool IsLike(this string value, string pattern, bool ignoreCase = false) => Regex.IsMatch(
        value,
        $"^{Regex.Escape(pattern).Replace("%", ".*", StringComparison.Ordinal).Replace('_', '.')}\\z",
        RegexOptions.Singleline | (ignoreCase ? RegexOptions.IgnoreCase | RegexOptions.CultureInvariant : RegexOptions.None));

    public static bool IsLikeAny(this string value, IEnumerable<string> patterns) => patterns.Any(pattern => value.IsLike(pattern));
}
