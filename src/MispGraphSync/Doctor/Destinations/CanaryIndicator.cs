using System.Buffers;
using System.Security.Cryptography;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>
/// Writes one marked indicator for a name that nobody has (under .example, RFC 2606), made up anew each time, and takes it
/// away, also when the write's answer was lost. It belongs to an instance of its own, so no push, verify or purge ever takes it for theirs, and
/// runs out within hours if all else fails.
/// </summary>
internal sealed class CanaryIndicator : IAsyncDisposable
{
    private const string Mark = "misp-graph-doctor";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DestinationContext _case;
    private readonly IDestination _destination;
    private readonly string _name = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.{Mark}.example";
    private readonly Observable[] _observables;
    private readonly Guid _key;
    private readonly DateTimeOffset _now;

    public CanaryIndicator(DestinationContext one)
    {
        _case = one;
        // By default the action could be allow, which is not harmless.
        var settings = one.Settings.ForCanary(Mark) with
        {
            Policy = one.Settings.Policy with { Action = IndicatorAction.Alert },
        };
        _destination = one.DestinationKind.Create(settings, one.Transport, one.Tokens);
        _observables = [new Observable.DomainName(_name)];
        _key = StableId.ForIndicator(Mark, one.Kind, _destination.Info.Scope, _destination.Canonical(_observables), 0);
        var now = one.Transport.Time.GetUtcNow();
        _now = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, now.Minute, now.Second, TimeSpan.Zero);
    }

    public async Task<CheckResult> RunAsync(CancellationToken ct)
    {
        StepOutcome written;
        try
        {
            written = await WriteAsync(ct).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            // Certain: nothing was taken.
            return CheckResult.FromFailure(failure);
        }
        catch (OperationCanceledException)
        {
            // It may be there. Whoever interrupted waits for the removal, not for its report.
            await RemoveAsync(id: null, Body).ConfigureAwait(false);
            throw;
        }

        if (written is StepOutcome.Rejected rejected)
            return CheckResult.Failed(RunOutcome.SignInFailed, $"The service turned the test indicator {_name} down: {rejected.Response}", "Its words tell why; misp-graph errors and docs/troubleshooting.md know the usual ones.");
        var fault = await RemoveAsync((written as StepOutcome.Accepted)?.Id, Body).ConfigureAwait(false);
        if (fault is not null)
            return CheckResult.Failed(
                RunOutcome.Unreachable, $"The test indicator {_name} was written and could not be removed: {fault}",
                $"Remove it by hand in the portal (search for {Mark}), or leave it: it alerts at most, and runs out at {Expires.UtcDateTime:HH:mm} UTC.");
        return written is StepOutcome.Unknown unknown
            ? CheckResult.Failed(RunOutcome.Unreachable, $"No answer tells whether the test indicator {_name} was written; it was removed in any case. {unknown.Why}", "Run again later; look at the network and the proxy.")
            : CheckResult.Ok($"{_name} was written and removed");
    }

    public ValueTask DisposeAsync() => _destination.DisposeAsync();

    private DateTimeOffset Expires => _now + Lifetime;

    private ReadOnlyMemory<byte> Body { get; set; }

    private async Task<StepOutcome> WriteAsync(CancellationToken ct)
    {
        var body = new ArrayBufferWriter<byte>();
        var marks = _destination.WriteItem(body, Indicator(), new ItemIdentity(_key, null, _now, _now, Expires), StepAction.Create);
        Body = body.WrittenMemory;
        var step = new PlanStep
        {
            Action = StepAction.Create,
            Reason = StepReasons.New,
            Observables = Hash128.Of(_name),
            Key = _key,
            Body = Body,
            Hashes = marks,
            Created = _now,
            Modified = _now,
            Expires = Expires,
            Value = _name,
        };
        return (await _destination.ApplyAsync(Operation.Create, [step], ct).ConfigureAwait(false))[0];
    }

    /// <returns>Null when it is gone, else why it may not be.</returns>
    private async Task<string?> RemoveAsync(string? id, ReadOnlyMemory<byte> body)
    {
        // Not the caller's token: what was interrupted is cleaned up all the same.
        using var limit = new CancellationTokenSource(Patience, _case.Transport.Time);
        try
        {
            if (id is null && await FindAsync(limit.Token).ConfigureAwait(false) is var (isThere, found))
            {
                if (!isThere) return null;
                id = found;
            }

            var held = new HeldIndicator
            {
                Observables = Hash128.Of(_name),
                Key = _key,
                Id = id,
                Hashes = default,
                Created = _now,
                Modified = _now,
                Expires = Expires,
                RenewAt = Expires,
                Body = body,
            };
            var step = Planner.BuildDeletion(_destination, held, new StepDecision(StepAction.Delete, StepReasons.Purged), _case.Transport.Time.GetUtcNow());
            return (await _destination.ApplyAsync(Operation.Delete, [step], limit.Token).ConfigureAwait(false))[0] switch
            {
                StepOutcome.Accepted => null,
                StepOutcome.Rejected rejected => rejected.Response,
                StepOutcome.Unknown unknown => unknown.Why,
                _ => "it was not attempted",
            };
        }
        catch (RunFailedException failure)
        {
            return failure.Message;
        }
        catch (OperationCanceledException)
        {
            return "no answer in time";
        }
    }

    /// <summary>Whether it is there, where its id was never told; null where no id is needed.</summary>
    private async Task<(bool IsThere, string? Id)?> FindAsync(CancellationToken ct)
    {
        // A plain create: deleting by our own key settles it, or the list tells.
        if (!_destination.Capabilities.Upserts)
            return (await _destination.ReconcileAsync([_key], ct).ConfigureAwait(false)).Existing.TryGetValue(_key, out var existing) ? (true, existing) : (false, null);
        if (!_destination.Capabilities.HasSharedNamespace) return null;
        await foreach (var indicator in _destination.ReadAsync(ct).ConfigureAwait(false))
        {
            if (indicator.Value.Equals(_name, StringComparison.OrdinalIgnoreCase)) return (true, indicator.Id);
        }

        return (false, null);
    }

    private Indicator Indicator() => new()
    {
        Observables = [.. _observables],
        Tlp = Tlp.Green,
        Action = IndicatorAction.Alert,
        PassiveOnly = false,
        Severity = ThreatLevel.Low,
        Confidence = 1,
        ThreatType = ThreatType.WatchList,
        Title = "Test of misp-graph doctor; may be deleted",
        Comment = "Written to see whether writing works, and removed at once.",
        Type = "domain",
        Category = "Network activity",
        ValidFrom = _now,
        LastReported = _now,
        Lifetime = Lifetime,
        Tags = [Mark],
        Sources = [],
        SourceCount = 0,
    };
}
