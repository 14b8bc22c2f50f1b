using System.Text.RegularExpressions;

namespace MispGraphSync.Sandbox.Misp;

/// <summary>SQL's LIKE with <c>%</c>, case ignored as the database's collation does.</summary>
internal static class Like
{
    public static bool IsLike(this string value, string pattern) => pattern.Contains('%', StringComparison.Ordinal)
        ? Regex.IsMatch(value, $"^{Regex.Escape(pattern).Replace("%", ".*", StringComparison.Ordinal)}$", RegexOptions.IgnoreCase | RegexOptions.Singleline)
        : string.Equals(value, pattern, StringComparison.OrdinalIgnoreCase);

    public static bool IsLikeAny(this string value, IEnumerable<string> patterns) => patterns.Any(pattern => value.IsLike(pattern));
}
