using System.Collections.Frozen;
using System.Text.Json;

namespace MispGraphSync.Core.Domain;

/// <summary>The names of enumerations in reports, JSON and the ledger: <c>AboveMaxTlp</c> is <c>above-max-tlp</c>.</summary>
public static class Slugs
{
    /// <summary>Stable, so the names of these enumerations are too.</summary>
    public static string Slug<T>(this T value)
        where T : struct, Enum => Names<T>.All[value];

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> All =
            Enum.GetValues<T>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));
    }
}
