using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Tests;

/// <summary>
/// A service in memory that behaves like Graph: a repeated create makes a duplicate. Its faults are set by
/// <see cref="Answer"/>.
/// </summary>
internal sealed class FakeDestination(
    string name = "graph", IndicatorShape form = IndicatorShape.Combined, string? kind = null, string scope = "") : IDestination
{
    private readonly Lock _gate = new();
    private readonly HashSet<Guid> _spent = [];
    private int _ids;

    /// <summary>Decides an item's outcome in place of the service; null from it: as usual.</summary>
    public Func<Operation, PlanStep, StepOutcome?>? Answer { get; set; }

    /// <summary>Called before each request is carried out.</summary>
    public Action<Operation, IReadOnlyList<PlanStep>>? OnRequest { get; set; }

    public List<FakeIndicator> Held { get; } = [];

    public List<(Operation Operation, int Items)> Sent { get; } = [];

    /// <summary>What each request did, and to what: "create indicator", "delete relationship".</summary>
    public List<string> Requested { get; } = [];

    /// <summary>Null: the service has no context objects.</summary>
    public FakeContext? Context { get; set; }

    IContextDestination? IDestination.Context => Context;

    public int Reconciled { get; private set; }

    public Action? BeforeSettling { get; set; }

    /// <summary>The list fails after so many; null: it does not.</summary>
    public int? ListFailsAfter { get; set; }

    /// <summary>False: revoked indicators are not in the list.</summary>
    public bool ListsRevoked { get; set; }

    /// <summary>So many of the newest are not listed yet.</summary>
    public int NotYetListed { get; set; }

    /// <summary>What is missing before it can be listed; null: nothing.</summary>
    public string? ListObstacle { get; set; }

    /// <summary>How often it was read to its end.</summary>
    public int Listed { get; private set; }

    /// <summary>Keys of what an earlier app created, and nobody sent since.</summary>
    public HashSet<Guid> OfEarlierApp { get; } = [];

    /// <summary>Canonical texts of indicators of other tools.</summary>
    public List<string> Others { get; } = [];

    public DestinationInfo Info { get; } = new(name, kind ?? (form == IndicatorShape.Combined ? "graph" : "sentinel"), "tenant", scope);

    public DestinationPolicy Policy { get; set; } = new();

    public Capabilities Capabilities => new()
    {
        Shape = form,
        BatchSize = BatchSize,
        IdsNotReusable = IdsNotReusable,
        Upserts = Upserts,
        HasSharedNamespace = HasSharedNamespace,
        VisibilityLag = VisibilityLag,
        Capacity = Capacity,
        CapacityForAll = CapacityForAll,
        EarlierAppRemedy = "Take them over.",
        SilenceSetting = "graph.generateAlert",
    };

    public int BatchSize { get; set; } = 100;

    public int ParallelRequests { get; set; } = 1;

    /// <summary>A deleted key cannot be created again, but each attempt is accepted.</summary>
    public bool IdsNotReusable { get; set; }

    public bool Upserts { get; set; }

    public TimeSpan VisibilityLag { get; set; } = TimeSpan.FromMinutes(1);

    public RequestCounts Requests => new(Sent.Count, Retries, Throttled);

    public long Retries { get; set; }

    public long Throttled { get; set; }

    public bool HasSharedNamespace { get; set; }

    public int? Capacity { get; set; }

    public int? CapacityForAll { get; set; }

    /// <summary>False: it has no field for the confidence, so another one is no change.</summary>
    public bool HasConfidence { get; set; } = true;

    /// <summary>False, as at the real services: another lifetime is no other content.</summary>
    public bool HasLifetime { get; set; } = true;

    /// <summary>Null: it writes again what is listed wherever an id is reusable.</summary>
    public bool? WritesAgain { get; set; }

    /// <summary>What is held raises no alert so far, and each update makes it raise some.</summary>
    public bool StartsAlerts { get; set; }

    /// <summary>In place of what Graph does: which of these keys exist, and under which id.</summary>
    public Func<IReadOnlyList<Guid>, ReconcileResult>? Reconcile { get; set; }

    /// <summary>Called when it is asked whether it lets us in.</summary>
    public Func<CancellationToken, Task>? OnPrepare { get; set; }

    /// <summary>Part of what cannot be changed in place.</summary>
    public Func<Indicator, string> FixedPart { get; set; } = indicator => indicator.ThreatType.ToString();

    /// <summary>Called for each item that is written.</summary>
    public Action<StepAction, ItemIdentity>? OnWrite { get; set; }

    /// <summary>More JSON members of each item, from <c>,"a":</c> on.</summary>
    public Func<Indicator, ItemIdentity, string> MoreMembers { get; set; } = (_, _) => "";

    public SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action) => null;

    public string Canonical(IReadOnlyList<Observable> observables) =>
        string.Join('\n', observables.Select(o => o.ToString()).Order(StringComparer.Ordinal));

    public ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action)
    {
        OnWrite?.Invoke(action, identity);
        var content = $"{string.Join(' ', indicator.Observables)} {indicator.Tlp} {indicator.Severity} "
            + $"{(HasConfidence ? indicator.Confidence : 0)} {indicator.ThreatType} {string.Join(',', indicator.Tags)} {indicator.Title} "
            + $"{(HasLifetime ? indicator.Lifetime.TotalDays : 0)}{indicator.CreatedBy}";
        body.Write(Encoding.UTF8.GetBytes(
            $"{{\"content\":{JsonSerializer.Serialize(content)},\"fixed\":{JsonSerializer.Serialize(FixedPart(indicator))}"
            + $"{MoreMembers(indicator, identity)}}}"));
        return new ItemHashes(Hash128.Of(content), IdsNotReusable ? default : Hash128.Of(FixedPart(indicator)));
    }

    public bool TryWriteAgain(IBufferWriter<byte> body, RemoteIndicator there)
    {
        if (ContextObject.TypeOf(there.Type) is null && !(WritesAgain ?? !IdsNotReusable)) return false;
        body.Write(there.Raw.Span);
        return true;
    }

    public bool StartsToAlert(Indicator indicator, ItemIdentity identity, ItemHashes held) => StartsAlerts;

    public void WriteForDeletion(IBufferWriter<byte> kept, Indicator indicator, ItemIdentity identity)
    {
        if (IdsNotReusable) kept.Write(Encoding.UTF8.GetBytes($"kept of {Canonical(indicator.Observables)}"));
    }

    public void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified) =>
        body.Write(IdsNotReusable && !held.Body.IsEmpty ? held.Body.Span : "null"u8);

    /// <summary>Why it lets nobody in; null: it does.</summary>
    public RunFailedException? Refusal { get; set; }

    public Task PrepareAsync(CancellationToken ct) =>
        Refusal is null ? OnPrepare?.Invoke(ct) ?? Task.CompletedTask : Task.FromException(Refusal);

    public Task<IReadOnlyList<StepOutcome>> ApplyAsync(Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        lock (_gate)
        {
            OnRequest?.Invoke(operation, steps);
            Sent.Add((operation, steps.Count));
            Requested.Add($"{operation.ToString().ToLowerInvariant()} {steps.Select(TypeOf).Distinct().Single()}");
            IReadOnlyList<StepOutcome> outcomes = [.. steps.Select(step => Answer?.Invoke(operation, step) ?? Apply(operation, step))];
            return Task.FromResult(outcomes);
        }
    }

    public Task<ReconcileResult> ReconcileAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        lock (_gate)
        {
            Reconciled++;
            BeforeSettling?.Invoke();
            if (Reconcile is not null) return Task.FromResult(Reconcile(keys));
            if (!Upserts) Held.RemoveAll(one => keys.Contains(one.Key));
        }

        return Task.FromResult(ReconcileResult.None);
    }

    public Task<string?> FindListObstacleAsync(CancellationToken ct) => Task.FromResult(ListObstacle);

    public async IAsyncEnumerable<RemoteIndicator> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        Listed++;
        foreach (var other in Others)
        {
            yield return new RemoteIndicator(
                $"other {other}", null, Encoding.UTF8.GetBytes("{}"), "fake", other, null, null, null,
                ConflictsWith: StableId.ForIndicator("misp-graph", Info.Kind, Info.Scope, other, 0));
        }

        var listed = 0;
        var revoked = ListsRevoked
            ? _spent.Select(key => new FakeIndicator("", key, "", "{}", DateTimeOffset.MaxValue, Revoked: true))
            : [];
        foreach (var one in Held.SkipLast(NotYetListed).Concat(revoked))
        {
            if (listed++ == ListFailsAfter) throw new RunFailedException(RunOutcome.Unreachable, "The list was cut off.");
            var isOurs = !OfEarlierApp.Contains(one.Key);
            yield return new RemoteIndicator(
                one.Id, isOurs ? one.Key : null, Encoding.UTF8.GetBytes(one.Body), "fake", one.Value, null, null, one.Expires, one.Revoked,
                ConflictsWith: isOurs ? null : one.Key, ImmutableHash: one.ImmutableHash)
            {
                Modified = one.Modified,
                Canonical = one.Value,
                IsOfEarlierApp = !isOurs,
                Events = one.Events ?? [],
            };
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Another host deletes it, and its key is used up.</summary>
    public void Revoke(FakeIndicator one)
    {
        Held.Remove(one);
        _spent.Add(one.Key);
    }

    private static string TypeOf(PlanStep step) =>
        ContextObject.TypeOf(step.Label?.Type) is { } type ? ContextObject.Word(type) : "indicator";

    /// <summary>Carries a step out as the service would.</summary>
    public StepOutcome Apply(Operation operation, PlanStep step)
    {
        if (ContextObject.TypeOf(step.Label?.Type) is not null) return Context!.Apply(operation, step);
        switch (operation)
        {
            case Operation.Delete:
                Held.RemoveAll(one => step.Id is null ? one.Key == step.Key : one.Id == step.Id);
                if (IdsNotReusable) _spent.Add(step.Key);
                return new StepOutcome.Accepted(step.Id);
            case Operation.Update:
            case Operation.Create when Upserts:
                if (_spent.Contains(step.Key)) return new StepOutcome.Accepted(step.Id);
                OfEarlierApp.Remove(step.Key);
                var at = Held.FindIndex(one => Upserts ? one.Key == step.Key : one.Id == step.Id);
                if (at < 0 && !Upserts) return new StepOutcome.Rejected("no such indicator");
                var id = at < 0 ? $"id-{++_ids}" : Held[at].Id;
                if (at >= 0) Held.RemoveAt(at);
                Held.Add(new FakeIndicator(id, step.Key, step.Value ?? "", Encoding.UTF8.GetString(step.Body.Span), step.Expires));
                return new StepOutcome.Accepted(id);
            default:
                var made = new FakeIndicator(
                    $"id-{++_ids}", step.Key, step.Value ?? "", Encoding.UTF8.GetString(step.Body.Span), step.Expires);
                Held.Add(made);
                return new StepOutcome.Accepted(made.Id);
        }
    }
}

internal sealed record FakeIndicator(string Id, Guid Key, string Value, string Body, DateTimeOffset Expires, bool Revoked = false)
{
    /// <summary>The MISP events that the list names for it.</summary>
    public IReadOnlyList<Guid>? Events { get; init; }

    /// <summary>As the list shows it.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>Of its immutable part, as the list shows it; unset: it shows too little.</summary>
    public Hash128 ImmutableHash { get; init; }
}
