namespace MispGraphSync.Core.Domain;

/// <summary>
/// Traffic Light Protocol 2.0, ordered: "at most amber" is <c>&lt;=</c>. <c>tlp:white</c> reads as <see cref="Clear"/>.
/// No value (null) means untagged, which is never the same as clear.
/// </summary>
public enum Tlp
{
    Clear,
    Green,
    Amber,
    AmberStrict,
    Red,
}
