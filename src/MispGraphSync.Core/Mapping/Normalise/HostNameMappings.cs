using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// What the characters of a host name become (UTS #46, non-transitional, as browsers do it): full-width letters become
/// ASCII, capitals small, soft hyphens nothing.
/// </summary>
internal static class HostNameMappings
{
    /// <summary>False when a character cannot be in a host name.</summary>
    public static bool TryMap(string text, [NotNullWhen(true)] out string? mapped)
    {
        mapped = null;
        var builder = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii) builder.Append(char.ToLowerInvariant((char)rune.Value));
            else if (Data.Find(rune.Value) is not { } run) builder.Append(rune);
            else if (run.To is null) return false;
            else if (run.Moves) builder.Append(new Rune(run.To[0] + rune.Value - run.First));
            else foreach (var point in run.To) builder.Append(new Rune(point));
        }

        // Two characters may have become one that composes.
        mapped = UnicodeComposition.Compose(builder.ToString());
        return true;
    }

    /// <summary>Read by the first name that is not ASCII.</summary>
    private static class Data
    {
        private static readonly Run[] Runs = [.. Encoding.ASCII.GetString(DataFiles.Read("HostMappings.txt"))
            .Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(Run.Parse)];

        public static Run? Find(int point)
        {
            var (low, high) = (0, Runs.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (Runs[middle].Last < point) low = middle + 1;
                else high = middle;
            }

            return low < Runs.Length && Runs[low].First <= point ? Runs[low] : null;
        }
    }

    /// <summary>Characters from first to last. To: null is disallowed, empty is nothing.</summary>
    private readonly record struct Run(int First, int Last, int[]? To)
    {
        /// <summary>The target moves along with the characters.</summary>
        public bool Moves => Last > First && To is { Length: 1 };

        /// <summary><c>FF21-FF3A:61</c>, <c>FB01:66+69</c>, <c>AD:</c>, <c>FFFD!</c>; in hex.</summary>
        public static Run Parse(string token)
        {
            var mark = token.IndexOfAny([':', '!']);
            var dash = token.IndexOf('-');
            var first = Hex(token[..(dash < 0 ? mark : dash)]);
            var last = dash < 0 ? first : Hex(token[(dash + 1)..mark]);
            var to = token[(mark + 1)..].Split('+', StringSplitOptions.RemoveEmptyEntries);
            return new(first, last, token[mark] == '!' ? null : Array.ConvertAll(to, Hex));
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber);
    }
}
