using System.Buffers;

namespace MispGraphSync.Core.Ports;

/// <summary>
/// Where indicators go. Pure questions first (what it takes, how it writes it), then the calls that reach the service.
/// An item's failure is a <see cref="StepOutcome"/>; a failure of the whole destination (sign-in, permission, retired,
/// still down after retries) is a <see cref="RunFailedException"/>.
/// </summary>
public interface IDestination : IAsyncDisposable
{
    DestinationInfo Info { get; }

    DestinationPolicy Policy { get; }

    Capabilities Capabilities { get; }

    /// <summary>Its side of context objects; null where the service has none.</summary>
    IContextDestination? Context => null;

    /// <summary>How many requests may be in flight at once.</summary>
    int ParallelRequests { get; }

    /// <summary>
    /// Reason why the destination cannot take this indicator source, ignoring tags: no field, not a public address, an action that
    /// the service refuses for the type. Null: it can. Filters, TLP and never-block are not asked here.
    /// </summary>
    SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action);

    /// <summary>
    /// The text that names the observables at this service (the "canonical" of the stable key): Graph's fields sorted as
    /// <c>field=value</c>, one a line; Sentinel's pattern; Defender's <c>type:value</c>.
    /// </summary>
    string Canonical(IReadOnlyList<Observable> observables);

    /// <summary>Writes the JSON item for a create, update, renew or replace, and returns the hashes that detect a change.</summary>
    ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action);

    /// <summary>
    /// Writes what a later deletion needs of the item, besides what the ledger knows of each indicator; nothing where that is enough.
    /// </summary>
    void WriteForDeletion(IBufferWriter<byte> kept, Indicator indicator, ItemIdentity identity);

    /// <summary>Writes the JSON item of a deletion: Graph's and Defender's id, Sentinel's object with revoked true.</summary>
    void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified);

    /// <summary>
    /// Writes what is listed as an item that creates it again as it is. False: the service updates everything in place, so that
    /// nothing is ever removed to be replaced.
    /// </summary>
    bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there) => false;

    /// <summary>Whether what is held raises no alert there so far, and does once this indicator is sent in its place.</summary>
    bool StartsToAlert(Indicator indicator, ItemIdentity identity, ItemHashes held) => false;

    /// <summary>Requests so far, attempts after the first, and attempts that were answered 429.</summary>
    RequestCounts Requests { get; }

    /// <summary>Asked once before a run's first request: is it there, may we? Throws when not.</summary>
    Task PrepareAsync(CancellationToken ct);

    /// <summary>
    /// Sends one request for steps of one operation, at most <see cref="Capabilities.BatchSize"/>, and gives an outcome for each step in
    /// order. Sends nothing for none. Throws only when it is certain that nothing of it was taken.
    /// </summary>
    Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct);

    /// <summary>
    /// For creations without a response, or of a killed run: makes sure that none of them exists, or returns those that do (key to the
    /// service's id). Empty for services whose requests are idempotent.
    /// </summary>
    Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct);

    /// <summary>
    /// What is missing before the destination can be listed, as a short phrase for messages: "the settings a and b". Null: it can be
    /// listed. To be asked before anything is planned; asked again in a run, it is answered from memory.
    /// </summary>
    /// <exception cref="RunFailedException">There is no answer: no sign-in, or the service is down.</exception>
    Task<string?> FindListObstacleAsync(CancellationToken ct);

    /// <summary>Everything held there that this application may see, paged to the end.</summary>
    IAsyncEnumerable<RemoteIndicator> ReadAsync(CancellationToken ct);
}

/// <summary>After settling: which keys exist at the service (with its ids); all others are known not to.</summary>
public sealed record ReconcileResult(IReadOnlyDictionary<Guid, string> Existing)
{
    public static ReconcileResult None { get; } = new(new Dictionary<Guid, string>());
}

/// <param name="Sent">Requests, each counted once however often it was attempted.</param>
/// <param name="Retries">Attempts after the first.</param>
/// <param name="Throttled">Attempts that were answered 429.</param>
public readonly record struct RequestCounts(long Sent, long Retries, long Throttled)
{
    public static RequestCounts operator +(RequestCounts one, RequestCounts other) =>
        new(one.Sent + other.Sent, one.Retries + other.Retries, one.Throttled + other.Throttled);

    public static RequestCounts operator -(RequestCounts one, RequestCounts other) =>
        new(one.Sent - other.Sent, one.Retries - other.Retries, one.Throttled - other.Throttled);
}
