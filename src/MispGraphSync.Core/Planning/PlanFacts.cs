using MispGraphSync.Core.Ports;

namespace MispGraphSync.Core.Planning;

/// <summary>What is fixed for all keys of one plan.</summary>
/// <param name="Now">The run's one clock reading: the same for both passes.</param>
/// <param name="Instance">The setting of that name.</param>
/// <param name="Sources">The sources that were read: only their references renew. Null where none is read, and all of them do.</param>
/// <param name="LooksAtDestination">A list showed keys that the ledger does not hold for any observables.</param>
/// <param name="LastGeneration">The highest generation that a list showed.</param>
public sealed record PlanFacts(
    DateTimeOffset Now, string Instance, IReadOnlySet<string>? Sources, bool LooksAtDestination, int LastGeneration = 0)
{
    /// <summary>
    /// The sources of the settings that were not read to their end: what has a reference of theirs is not deleted.
    /// </summary>
    public IReadOnlySet<string> Unread { get; init; } = new HashSet<string>();

    /// <summary>Of the sources in <see cref="Unread"/>.</summary>
    public SourceGap Gap { get; init; }

    /// <summary>
    /// What is held is compared with the list, even where its content is known: another ledger may have sent something else.
    /// </summary>
    public bool ComparesContent { get; init; }

    /// <inheritdoc cref="Merger"/>
    public Func<MispEvent, string?>? CreatorOf { get; init; }
}
