namespace MispGraphSync.Core.Domain;

/// <summary>Traffic Light Protocol 2.0, in its order. Null means untagged, which is never the same as clear.</summary>
public enum Tlp { Clear, Green, Amber, AmberStrict, Red }

public static class TlpWords
{
    /// <summary>As in tags and settings.</summary>
    public static string Word(this Tlp tlp) => tlp == Tlp.AmberStrict ? "amber+strict" : tlp.Slug();
}
