using System.Globalization;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>The generated tables that are part of this assembly.</summary>
internal static class DataFiles
{
    /// <summary>The lines of a file of the folder Data, without comments.</summary>
    public static IEnumerable<string> ReadLines(string name)
    {
        using var resource = typeof(DataFiles).Assembly.GetManifestResourceStream($"MispGraphSync.Core.Data.{name}")
            ?? throw new InvalidOperationException($"{name} is not part of this build.");
        using var reader = new StreamReader(resource);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#')) yield return line;
        }
    }
}

/// <summary>One entry of a Unicode table, <c>FIRST-LAST:A+B</c> or <c>FIRST:A+B</c> in hex. The mark's meaning is the table's.</summary>
internal readonly record struct CodePoints(int First, int Last, char Mark, int[] Points)
{
    public static IEnumerable<CodePoints> Load(string file) =>
        DataFiles.ReadLines(file).SelectMany(line => line.Split(' ')).Select(Parse);

    private static CodePoints Parse(string entry)
    {
        var mark = entry.IndexOfAny([':', '!', '=', '@']);
        var range = Hex(entry[..mark].Split('-'));
        return new(range[0], range[^1], entry[mark], Hex(entry[(mark + 1)..].Split('+', StringSplitOptions.RemoveEmptyEntries)));
    }

    private static int[] Hex(string[] numbers) => Array.ConvertAll(numbers, number => int.Parse(number, NumberStyles.HexNumber));
}
