namespace MispGraphSync.Destinations;

internal static class ResponseWords
{
    /// <summary>Whether a service's words contain one of these, in any case.</summary>
    public static bool ContainsAny(this string text, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }
}
