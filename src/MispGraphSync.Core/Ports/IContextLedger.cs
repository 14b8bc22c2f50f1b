namespace MispGraphSync.Core.Ports;

/// <summary>The ledger's side of context: which events support what, and what is known of galaxy clusters.</summary>
public interface IContextLedger
{
    /// <summary>Whether there is a record of this destination.</summary>
    bool Knows(DestinationInfo destination);

    /// <summary>Whether any destination has, or had, context objects.</summary>
    bool HasContext { get; }

    /// <summary>Remembers the events of the keys that were collected for the plan: they may support other objects afterwards.</summary>
    void MarkContextChanged(DestinationState context, DestinationState indicators);

    /// <summary>Whether the context objects need a look: something changed, waits, or its grace is over.</summary>
    bool IsContextDue(DestinationState context, DateTimeOffset now);

    /// <summary>
    /// Replaces what the changed events support, all events where the destination plans everything.
    /// </summary>
    /// <param name="read">What the sources of one event support.</param>
    void RefreshContext(
        DestinationState context, DestinationState indicators, DateTimeOffset now, SupportedBy by,
        Func<IEnumerable<IndicatorSourceRow>, IEnumerable<ContextSupport>> read);

    /// <summary>Makes the next plan of the indicators look at those of all events that support this.</summary>
    void MarkIndicatorsOf(DestinationState context, DestinationState indicators, string subject);

    /// <summary>What the events support, event by event.</summary>
    IEnumerable<(long Event, ContextSupport Support)> ReadContext(DestinationState context);

    /// <summary>
    /// The indicators that have sources in events that support clusters, in key order, as of the last <see cref="RefreshContext"/>.
    /// </summary>
    IEnumerable<SupportedIndicator> ReadSupported(
        DestinationState context, DestinationState indicators, DateTimeOffset now, SupportedBy by);

    /// <summary>Those of the keys whose indicators are held.</summary>
    IReadOnlySet<Guid> FindLive(DestinationState indicators, IReadOnlySet<Guid> keys, DateTimeOffset now, SupportedBy by);

    /// <param name="tag">Folded.</param>
    ClusterDetail? FindCluster(string tag);

    IReadOnlyDictionary<Hash128, int> ReadGenerations(DestinationState destination);

    IReadOnlyDictionary<Hash128, RejectedIndicator> ReadRejected(DestinationState destination);

    /// <summary>Forgets what changed: it was looked at.</summary>
    void ClearContextChanged(DestinationState context);
}

/// <summary>Through which sources an event supports context objects.</summary>
public enum SupportedBy
{
    /// <summary>Those whose indicators are held.</summary>
    Held,

    /// <summary>Those whose indicators are held after the plan.</summary>
    Planned,

    /// <summary>All that the destination takes.</summary>
    Taken,
}

/// <param name="Key">Null: the plan creates it.</param>
/// <param name="Generation">Of the next creation.</param>
public sealed record SupportedIndicator(Guid? Key, int Generation, IReadOnlyList<IndicatorSourceRow> Sources);

/// <summary>One thing that the held attributes of one event say.</summary>
/// <param name="Subject">A folded tag, or <see cref="Organisation"/> and a UUID.</param>
/// <param name="Text">The tag as MISP writes it, or the organisation's name.</param>
/// <param name="Tlp">The strictest of the attributes.</param>
/// <param name="IsLocal">Only a tag that must not leave says it.</param>
public sealed record ContextSupport(string Subject, string Text, Tlp Tlp, bool IsLocal)
{
    public const string Organisation = "org:";

    /// <summary>The subject of an organisation.</summary>
    public static string Of(Guid organisation) => $"{Organisation}{organisation:D}";
}
