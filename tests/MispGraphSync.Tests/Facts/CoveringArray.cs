using System.Numerics;

namespace MispGraphSync.Tests.Facts;

/// <summary>
/// Rows of choices between 0 and 1 in which any two factors have each pair of values in some row, in as few rows as possible: each
/// factor is 1 in another half of the rows after the first, one more than half, so that any two halves overlap.
/// </summary>
internal static class CoveringArray
{
    public static IReadOnlyList<int[]> Of(int factors)
    {
        for (var others = 3; ; others++)
        {
            var halves = Enumerable.Range(0, 1 << others).Where(half => BitOperations.PopCount((uint)half) == (others / 2) + 1)
                .Take(factors).ToArray();
            if (halves.Length < factors) continue;
            return
            [
                new int[factors],
                .. Enumerable.Range(0, others).Select(row => Array.ConvertAll(halves, half => (half >> row) & 1)),
            ];
        }
    }

    public static IEnumerable<((int Factor, int Value) First, (int Factor, int Value) Second)> AllPairs(int factors) =>
        from first in Enumerable.Range(0, factors)
        from second in Enumerable.Range(first + 1, factors - first - 1)
        from values in Enumerable.Range(0, 4)
        select ((first, values / 2), (second, values % 2));

    public static IEnumerable<((int Factor, int Value) First, (int Factor, int Value) Second)> PairsOf(int[] row) =>
        from first in Enumerable.Range(0, row.Length)
        from second in Enumerable.Range(first + 1, row.Length - first - 1)
        select ((first, row[first]), (second, row[second]));
}
