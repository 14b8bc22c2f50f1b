using System.Collections.Immutable;

namespace MispGraphSync.Core.Domain;

/// <summary>What the tags and galaxies of an event, or of one attribute, mean. Made by the tag map.</summary>
public sealed record TagMeaning
{
    public static TagMeaning Empty { get; } = new();

    /// <summary>The strictest TLP tag; null when no tag gives a level.</summary>
    public Tlp? Tlp { get; init; }

    /// <summary>The strictest PAP tag (what may be done with it), in TLP's levels; null when no tag gives one.</summary>
    public Tlp? Pap { get; init; }

    /// <summary>0–100; null without a confidence tag.</summary>
    public int? Confidence { get; init; }

    public ImmutableArray<KillChainPhase> KillChain { get; init; } = [];
    public DiamondModel? DiamondModel { get; init; }
    public ThreatType? ThreatType { get; init; }

    /// <summary>Names of threat actors and malware families, from galaxies.</summary>
    public ImmutableArray<string> Actors { get; init; } = [];
    public ImmutableArray<string> Families { get; init; } = [];

    /// <summary>Tag names that may be sent out, in MISP's order, without local ones, each once.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Every tag name, local ones included: <c>excludeTags</c> is compared with these.</summary>
    public ImmutableArray<string> AllTags { get; init; } = [];
}

/// <summary>Lockheed Martin's cyber kill chain, in its order.</summary>
public enum KillChainPhase
{
    Reconnaissance, Weaponization, Delivery, Exploitation, Installation, CommandAndControl, ActionsOnObjectives,
}

public enum DiamondModel { Adversary, Capability, Infrastructure, Victim }

/// <summary>Microsoft's threat types, in the spelling of its security API.</summary>
public enum ThreatType
{
    Botnet, C2, CryptoMining, Darknet, DDoS, MaliciousUrl, Malware, Phishing, Proxy, PUA, WatchList,
}
