using MispGraphSync.Text;

namespace MispGraphSync.Settings;

/// <summary>The sentence for a key that the table does not know, with the one that was probably meant.</summary>
internal static class UnknownKey
{
    public static string Text(string path, IEnumerable<string> here, bool isTop) =>
        Meant(path, [.. here], isTop) is { } meant ? $"There is no such key. Did you mean {meant}?" : "There is no such key.";

    private static string? Meant(string path, List<string> here, bool isTop)
    {
        // The parents count too: "mips" for "misp".
        var words = here.SelectMany(WithParents);
        if (DidYouMean.Nearest(path, isTop ? words.Append("destinations") : words) is { } near) return near;

        var last = path.Split('.')[^1];
        return SameLastWord(last, here)
            ?? (isTop
                ? SameLastWord(last, SettingsTable.InDestination.Keys) is { } own ? $"destinations[].{own}" : null
                : SameLastWord(last, SettingsTable.AtTop.Keys) is { } top ? $"{top}, which stands at the top, outside of destinations" : null);
    }

    private static string? SameLastWord(string word, IEnumerable<string> paths) =>
        paths.FirstOrDefault(path => DidYouMean.IsSameWord(path.Split('.')[^1], word));

    private static IEnumerable<string> WithParents(string path)
    {
        for (var end = path.IndexOf('.', StringComparison.Ordinal); end >= 0; end = path.IndexOf('.', end + 1)) yield return path[..end];
        yield return path;
    }
}
