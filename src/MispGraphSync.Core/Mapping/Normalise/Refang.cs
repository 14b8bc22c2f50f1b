using System.Text;

namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// Undoes defanging (<c>hxxp</c>, <c>[.]</c>). The mapping never does: a value that was defanged in MISP was perhaps meant
/// to be harmless. It shows an analyst what the value would have been.
/// </summary>
public static class Refang
{
    private static readonly (string Defanged, string Plain)[] Marks =
    [
        ("[://]", "://"), ("[:]//", "://"), ("[:]", ":"),
        ("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."),
        ("[@]", "@"), ("(@)", "@"), ("[at]", "@"), ("(at)", "@"),
    ];

    /// <summary>The same text when nothing was defanged. Marks in a path are undone too: it is a hint, no verdict.</summary>
    public static string Undo(string text)
    {
        var plain = new StringBuilder(text);
        if (text.StartsWith("hxxp", StringComparison.OrdinalIgnoreCase)) plain[1] = plain[2] = 't';
        var result = plain.ToString();
        foreach (var (defanged, mark) in Marks) result = result.Replace(defanged, mark, StringComparison.OrdinalIgnoreCase);
        return result;
    }
}
