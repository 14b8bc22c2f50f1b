namespace MispGraphSync.Core.Ports;

/// <summary>
/// The ledger's side of destinations: the plan, the requests and their outcomes, capacity, inventories and purging.
/// An intent is committed before each request and the outcome is recorded after it.
/// </summary>
public interface IDestinationLedger : IContextLedger
{
    /// <summary>
    /// Opens the destination's record, or creates it. When the fingerprint of its settings changed, every key is planned.
    /// </summary>
    DestinationState OpenDestination(DestinationInfo info, IndicatorShape shape, string fingerprint);

    /// <summary>The selection that was accepted for deletions there, for one source; null for none.</summary>
    string? FindAcceptedSelection(DestinationState destination, string source);

    /// <summary>Records that the deletions of this selection were sent, or that there were none.</summary>
    void RecordAcceptedSelection(DestinationState destination, string source, string selection);

    /// <summary>Makes the next push plan every key there.</summary>
    void PlanEverythingNext(DestinationState destination);

    /// <summary>Records that everything planned was sent, so that the next push plans changes only.</summary>
    void CompleteDestination(DestinationState destination);

    // The plan

    /// <summary>Collects the keys to plan for these destinations, once for all of them.</summary>
    void PreparePlan(IReadOnlyList<DestinationState> destinations, DateTimeOffset now);

    /// <summary>Collects the rejected keys and these, instead of <see cref="PreparePlan"/>.</summary>
    void PrepareRetry(IReadOnlyList<(DestinationState Destination, IReadOnlyCollection<Hash128> Others)> destinations);

    /// <summary>Collects the keys whose findings need a repair, and these, instead of <see cref="PreparePlan"/>.</summary>
    void PrepareRepair(DestinationState destination, IReadOnlyCollection<Hash128> others);

    /// <summary>Collects these keys, instead of <see cref="PreparePlan"/>.</summary>
    void PrepareKeys(DestinationState destination, IReadOnlyCollection<Hash128> keys);

    /// <summary>
    /// The collected keys of destinations of one shape, in key order, each once for each destination that plans it. So the sources of a
    /// key are read once for all of them. <see cref="PlanKey.Sources"/> is valid until the next key.
    /// </summary>
    IEnumerable<(DestinationState Destination, PlanKey Key)> KeysToPlan(IReadOnlyList<DestinationState> destinations);

    /// <summary>The same for one destination.</summary>
    IEnumerable<PlanKey> KeysToPlan(DestinationState destination) => KeysToPlan([destination]).Select(one => one.Key);

    /// <summary>Adds a step for the current key of <see cref="KeysToPlan(IReadOnlyList{DestinationState})"/>.</summary>
    void AddStep(DestinationState destination, PlanKey key, StepDecision step);

    PlanCounts CountSteps(DestinationState destination);

    /// <summary>
    /// The steps of these actions, in key order, or by rank after <see cref="FitToCapacity"/>. Outcomes may be recorded meanwhile.
    /// </summary>
    IEnumerable<PlannedKey> ReadSteps(DestinationState destination, params IReadOnlyList<StepAction> actions);

    /// <summary>The number of steps that delete a held indicator and create it again.</summary>
    long CountReplacements(DestinationState destination);

    /// <summary>Keeps, for this run, the item that restores what a replacement of this key deletes. Ignores other keys.</summary>
    void KeepReplacedBody(DestinationState destination, Guid key, ReadOnlySpan<byte> body);

    /// <summary>Removes the mark "changed" from keys that need no step.</summary>
    void ClearUnchanged(DestinationState destination, bool keepDeletions);

    /// <summary>Sets the time of the next renewal; at the expiry means never.</summary>
    void RescheduleRenewal(DestinationState destination, Hash128 observables, DateTimeOffset renewAt);

    /// <summary>Records a rank that changed since the indicator was sent.</summary>
    void RecordRank(DestinationState destination, Hash128 observables, Rank rank);

    /// <summary>Sets the generation of the next indicator for these observables: earlier ones were found revoked.</summary>
    void RaiseGeneration(DestinationState destination, Hash128 observables, int generation);

    // Capacity

    /// <summary>
    /// Plans everything when over-capacity indicators may have room now: after some time, with another capacity, or when
    /// a held indicator expired or may be deleted.
    /// </summary>
    void ReplanOverCapacity(DestinationState destination, int? capacity, DateTimeOffset now);

    /// <summary>Remembers, for this run, a key whose value another owner holds.</summary>
    void AddHeldByOther(DestinationState destination, Guid key);

    /// <summary>Removes the creations of such keys from the plan and returns their number.</summary>
    long SkipHeldByOther(DestinationState destination);

    /// <summary>What is held there and what the plan would add.</summary>
    CapacityUse ReadCapacityUse(DestinationState destination, int capacity, DateTimeOffset now);

    /// <summary>
    /// Orders the creations by rank, removes those over capacity, and adds the evictions, lowest rank first, of the last
    /// <see cref="ReadCapacityUse"/>. Returns the number of creations over capacity.
    /// </summary>
    long FitToCapacity(DestinationState destination, CapacityPlan plan);

    /// <summary>The next expiry of a held indicator that is not renewed; null for none.</summary>
    DateTimeOffset? NextVacancy(DestinationState destination, DateTimeOffset now);

    /// <summary>Records when to plan over-capacity indicators again, and the capacity now; null when there are none.</summary>
    void RecordOverCapacity(DestinationState destination, DateTimeOffset? lookAgainAt, int? capacity);

    /// <summary>Whether the service was full in an earlier run, so that rejected creations wait for room.</summary>
    bool HasWaitingForRoom(DestinationState destination);

    /// <summary>Wanted keys without room: over capacity, or created while the service was full.</summary>
    long CountWaitingForRoom(DestinationState destination);

    // Requests and outcomes

    /// <summary>
    /// Commits that these requests are about to be sent, and returns the numbers of their intents. What a deletion needs of what may have
    /// been created is kept.
    /// </summary>
    IReadOnlyList<long> RecordIntents(
        DestinationState destination, IReadOnlyList<(Operation Operation, IReadOnlyList<PlanStep> Steps)> requests);

    /// <summary>
    /// Records the outcomes and closes the intent; committed with the next intent at the latest, since the open intent covers
    /// them until then. Steps with an unknown outcome keep the intent open for the next run to reconcile.
    /// </summary>
    /// <param name="intent">Null when it is closed already.</param>
    /// <param name="handling">For rejected steps: an earlier request with the same steps may have succeeded without a response.</param>
    void RecordOutcomes(
        DestinationState destination, long? intent, Operation operation, IReadOnlyList<PlanStep> steps, IReadOnlyList<StepOutcome> outcomes,
        UnconfirmedHandling handling = UnconfirmedHandling.None);

    /// <summary>The unconfirmed requests of earlier runs.</summary>
    IReadOnlyList<OpenIntent> OpenIntents(DestinationState destination);

    /// <summary>
    /// Closes the intent of a plain create. Existing keys become held with unknown content, the others are not held. All are
    /// planned again.
    /// </summary>
    void RecordReconciled(DestinationState destination, OpenIntent intent, ReconcileResult result);

    /// <summary>
    /// Closes an intent whose request may have succeeded: created or changed indicators become held, deleted ones stay held, and
    /// all are planned again.
    /// </summary>
    void MarkUnconfirmed(DestinationState destination, OpenIntent intent, UnconfirmedHandling handling);

    /// <summary>Applies what a list of the destination showed about held indicators; each is planned again.</summary>
    void RecordCorrections(DestinationState destination, IReadOnlyList<Correction> corrections);

    /// <summary>
    /// Holds an indicator that a list showed, or that was held without a known source. It is planned again.
    /// </summary>
    void RecordTakeover(DestinationState destination, HeldIndicator found);

    /// <summary>Holds listed indicators without a known source, in one transaction.</summary>
    void RecordUnclaimed(DestinationState destination, IReadOnlyList<HeldIndicator> found);

    // Held and rejected indicators

    HeldIndicator? FindHeld(DestinationState destination, Hash128 observables);

    /// <summary>All held indicators, in key order, in pages, so that outcomes can be recorded meanwhile.</summary>
    IEnumerable<HeldIndicator> ReadHeld(DestinationState destination);

    long CountHeld(DestinationState destination);

    /// <summary>The number of rows, which replaces a stored number that cannot be right.</summary>
    long RecountHeld(DestinationState destination);

    /// <summary>The number of held indicators that have not expired.</summary>
    long CountLiveHeld(DestinationState destination, DateTimeOffset now);

    /// <summary>Whether any held indicator has not expired.</summary>
    bool HoldsAny(DestinationState destination, DateTimeOffset now);

    /// <summary>Forgets a held indicator that expired and is no longer wanted.</summary>
    void ForgetHeld(DestinationState destination, Hash128 observables);

    /// <summary>Forgets all held indicators that expired: they need no request.</summary>
    void ForgetExpired(DestinationState destination, DateTimeOffset now);

    /// <summary>The indicator that an unfinished replacement deleted, with its body; null for none.</summary>
    HeldIndicator? FindReplaced(DestinationState destination, Hash128 observables);

    /// <summary>Forgets the rejection of an indicator that is no longer wanted.</summary>
    void ForgetRejection(DestinationState destination, Hash128 observables);

    /// <summary>Forgets the rejections of all keys that have no source and are not held.</summary>
    void ForgetObsoleteRejections(DestinationState destination);

    /// <summary>The number of indicators rejected in earlier runs that wait for a change, or for <c>errors --retry</c>.</summary>
    long CountSuppressed(DestinationState destination);

    // Rebuild: what a list showed

    /// <summary>
    /// Forgets held indicators that the inventory does not list, except those sent so recently that a list may not show them yet.
    /// The others keep the listed id and expiry. Returns the number forgotten: where there are any, the ledger counts as outdated until
    /// <see cref="CompleteRebuild"/>.
    /// </summary>
    /// <param name="isContentUnknown">The ledger may be an old copy: what was sent last is not known.</param>
    long ForgetUnlisted(DestinationState destination, DateTimeOffset now, bool isContentUnknown);

    /// <summary>Makes the content of all held indicators unknown, so that each is sent again.</summary>
    void ForgetContent(DestinationState destination);

    /// <summary>What is known under one of our keys besides what observables hold; null for nothing.</summary>
    ListedKey? FindListedKey(DestinationState destination, Guid key, DateTimeOffset now);

    /// <summary>Whether <see cref="FindListedKey"/> can find anything.</summary>
    bool HasListedKeys(DestinationState destination);

    /// <summary>The highest generation of what <see cref="FindListedKey"/> can find.</summary>
    int LastListedGeneration(DestinationState destination);

    /// <summary>Whether the inventory shows revoked indicators.</summary>
    bool ListsRevoked(DestinationState destination);

    /// <summary>The indicators of the inventory that are live, ours by their content, and not held. Read it to the end.</summary>
    IEnumerable<RemoteIndicator> ReadUnclaimed(DestinationState destination, DateTimeOffset now);

    /// <summary>The held indicators without a known source.</summary>
    IReadOnlyList<HeldIndicator> ReadUnclaimedHeld(DestinationState destination);

    /// <summary>How many live indicators of the inventory have a key of ours that another one has too.</summary>
    long CountCopies(DestinationState destination, DateTimeOffset now);

    /// <summary>The number of held indicators without a known source.</summary>
    long CountUnclaimed(DestinationState destination);

    /// <summary>Whether some have not expired, and it is some hours ago that a list did not help.</summary>
    bool IsListDueForUnclaimed(DestinationState destination, DateTimeOffset now);

    /// <summary>Records that it was listed because of them, and that this did not help.</summary>
    void RecordListForUnclaimed(DestinationState destination, DateTimeOffset now);

    /// <summary>The held indicators that have not expired and that the inventory does not list as live.</summary>
    IReadOnlyList<HeldIndicator> FindUnlisted(DestinationState destination, DateTimeOffset now);

    /// <summary>
    /// Records that nothing is known since a loss of those of these sources that this ledger has never read to their end.
    /// </summary>
    void LoseSources(IReadOnlyCollection<string> sources);

    /// <summary>Whether this ledger has read each of these sources to its end.</summary>
    bool HaveBeenRead(IReadOnlyCollection<string> sources);

    /// <summary>The largest gap of these sources.</summary>
    SourceGap FindGap(IReadOnlyCollection<string> sources);

    /// <summary>Records that the ledger knows what is there.</summary>
    /// <param name="isListed">False: the next run lists it, as for a new ledger.</param>
    void CompleteRebuild(DestinationState destination, bool isListed);

    /// <summary>Makes the next run compare the ledger with a list, as for one that may be an old copy.</summary>
    void CompareNext(DestinationState destination);

    // Inventory and findings of this run

    /// <summary>Starts an empty inventory.</summary>
    void BeginInventory(DestinationState destination);

    void AddRemote(DestinationState destination, RemoteIndicator remote);

    /// <summary>Ends the inventory, so that it can be searched.</summary>
    void EndInventory(DestinationState destination);

    /// <summary>All remote indicators with this key, in the list's order, each service id once: pages may overlap.</summary>
    IReadOnlyList<RemoteIndicator> FindRemote(DestinationState destination, Guid key);

    /// <summary>Whether another owner holds the value of this key.</summary>
    bool IsHeldByOther(DestinationState destination, Guid key);

    /// <summary>The number of remote indicators that are neither revoked nor expired.</summary>
    long CountLiveRemote(DestinationState destination, DateTimeOffset now);

    /// <summary>The latest time at which the held indicator was sent: the end of that run, or its start if it was killed.</summary>
    DateTimeOffset? LastSentAt(DestinationState destination, Hash128 observables);

    /// <summary>Whether this event is a source of these observables.</summary>
    bool HasSource(DestinationState destination, Hash128 observables, Guid @event);

    void AddFinding(DestinationState destination, Finding finding);

    /// <summary>Adds a finding for each live remote indicator that is not ours.</summary>
    void AddForeignFindings(DestinationState destination, DateTimeOffset now);

    IReadOnlyDictionary<FindingKind, long> CountFindings(DestinationState destination);

    /// <summary>The findings by kind, streamed. Null: all kinds.</summary>
    IEnumerable<Finding> ReadFindings(DestinationState destination, FindingKind? kind = null);
}
