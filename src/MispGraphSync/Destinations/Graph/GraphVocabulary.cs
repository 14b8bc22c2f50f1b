namespace MispGraphSync.Destinations.Graph;

/// <summary>The spelling of tiIndicator's enumerations; their case counts.</summary>
internal static class GraphVocabulary
{
    public static string Of(Tlp tlp) => tlp switch
    {
        Tlp.Clear => "white",
        Tlp.Green => "green",
        // TLP 2.0's "strict" is unknown to Graph.
        Tlp.Amber or Tlp.AmberStrict => "amber",
        _ => "red",
    };

    /// <summary>Warn is none of Graph's: such a support is refused before.</summary>
    public static string Of(IndicatorAction action) => action switch
    {
        IndicatorAction.Alert => "alert",
        IndicatorAction.Block => "block",
        IndicatorAction.Allow => "allow",
        _ => throw new InvalidOperationException($"Graph has no action {action}."),
    };

    /// <summary>0–5; null leaves the service's own default, 3.</summary>
    public static int? Of(ThreatLevel level) => level switch
    {
        ThreatLevel.High => 5,
        ThreatLevel.Medium => 3,
        ThreatLevel.Low => 1,
        _ => null,
    };

    public static string Of(DiamondModel model) => model switch
    {
        DiamondModel.Adversary => "adversary",
        DiamondModel.Capability => "capability",
        DiamondModel.Infrastructure => "infrastructure",
        _ => "victim",
    };

    public static string Of(KillChainPhase phase) => phase switch
    {
        KillChainPhase.CommandAndControl => "C2",
        KillChainPhase.ActionsOnObjectives => "Actions",
        KillChainPhase.Reconnaissance => "Reconnaissance",
        KillChainPhase.Weaponization => "Weaponization",
        KillChainPhase.Delivery => "Delivery",
        KillChainPhase.Exploitation => "Exploitation",
        _ => "Installation",
    };
}
