using System.Buffers;
using System.Security.Cryptography;
using MispGraphSync.Core.Planning;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations;

/// <summary>
/// Writes one marked indicator for a new name that nobody has (under .example, RFC 2606), and removes it, also when the response to the
/// write was lost. It belongs to an instance of its own, so no push, verify or purge ever mistakes it for theirs, and
/// expires within hours if all else fails.
/// </summary>
internal sealed class CanaryIndicator : IAsyncDisposable
{
    private const string Mark = "misp-graph-doctor";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);
    private static readonly TimeSpan RemovalLimit = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time;
    private readonly IDestination _destination;
    private readonly string _name = $"{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}.{Mark}.example";
    private readonly HeldIndicator _held;

    public CanaryIndicator(DestinationChecks checks)
    {
        _time = checks.Transport.Time;
        // The settings' own action could be allow, which is not harmless.
        var settings = checks.Settings.ForCanary(Mark) with { Policy = checks.Settings.Policy with { Action = IndicatorAction.Alert } };
        _destination = checks.Kind.Create(settings, checks.Transport, checks.Tokens);
        var now = DateTimeOffset.FromUnixTimeSeconds(_time.GetUtcNow().ToUnixTimeSeconds());
        var key = StableId.ForIndicator(
            Mark, checks.Kind.Name, _destination.Info.Scope, _destination.Canonical([new Observable.DomainName(_name)]), 0);
        var body = new ArrayBufferWriter<byte>();
        var expires = now + Lifetime;
        _held = new HeldIndicator
        {
            Observables = Hash128.Of(_name),
            Key = key,
            Hashes = _destination.WriteItem(body, Indicator(now), new ItemIdentity(key, null, now, now, expires), StepAction.Create),
            Created = now,
            Modified = now,
            Expires = expires,
            RenewAt = expires,
            Body = body.WrittenMemory,
        };
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
            await RemoveAsync(id: null).ConfigureAwait(false);
            throw;
        }

        if (written is StepOutcome.Rejected rejected)
            return CheckResult.Failed(
                RunOutcome.SignInFailed, $"The service rejected the test indicator {_name}: {rejected.Response}",
                "The message says why; misp-graph errors and docs/troubleshooting.md explain the usual ones.");
        if (await RemoveAsync((written as StepOutcome.Accepted)?.Id).ConfigureAwait(false) is { } error)
            return CheckResult.Failed(
                RunOutcome.Unreachable, $"The test indicator {_name} was written and could not be removed: {error}",
                $"Remove it by hand in the portal (search for {Mark}), or leave it: it alerts at most, and expires at "
                + $"{_held.Expires.UtcDateTime:HH:mm} UTC.");
        return written is StepOutcome.Unknown unknown
            ? CheckResult.Failed(
                RunOutcome.Unreachable,
                $"No response says whether the test indicator {_name} was written; it was removed in any case. {unknown.Why}",
                "Run again later; check the network and the proxy.")
            : CheckResult.Ok($"{_name} was written and removed");
    }

    public ValueTask DisposeAsync() => _destination.DisposeAsync();

    private async Task<StepOutcome> WriteAsync(CancellationToken ct)
    {
        var step = PlanStep.On(_held, StepAction.Create, StepReasons.New) with { Body = _held.Body, Value = _name };
        return (await _destination.ApplyAsync(Operation.Create, [step], ct).ConfigureAwait(false))[0];
    }

    /// <returns>Null when it is gone, else why it may not be.</returns>
    private async Task<string?> RemoveAsync(string? id)
    {
        try
        {
            // Not the caller's token: an interrupted canary is removed too.
            return await TimeLimit.RunAsync(RemovalLimit, _time, ct => DeleteAsync(id, ct), CancellationToken.None).ConfigureAwait(false);
        }
        catch (RunFailedException failure)
        {
            return failure.Message;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return "no answer in time";
        }
    }

    private async Task<string?> DeleteAsync(string? id, CancellationToken ct)
    {
        if (id is null && await FindAsync(ct).ConfigureAwait(false) is var (isThere, found))
        {
            if (!isThere) return null;
            id = found;
        }

        var step = Planner.BuildDeletion(
            _destination, _held with { Id = id }, new StepDecision(StepAction.Delete, StepReasons.Purged), _time.GetUtcNow());
        return (await _destination.ApplyAsync(Operation.Delete, [step], ct).ConfigureAwait(false))[0] switch
        {
            StepOutcome.Accepted => null,
            StepOutcome.Rejected rejected => rejected.Response,
            StepOutcome.Unknown unknown => unknown.Why,
            _ => "it was not attempted",
        };
    }

    /// <summary>Whether it is there, where its id was never named; null where no id is needed.</summary>
    private async Task<(bool IsThere, string? Id)?> FindAsync(CancellationToken ct)
    {
        if (!_destination.Capabilities.Upserts)
        {
            var result = await _destination.ReconcileAsync([_held.Key], ct).ConfigureAwait(false);
            return (result.Existing.TryGetValue(_held.Key, out var existing), existing);
        }

        if (!_destination.Capabilities.HasSharedNamespace) return null;
        await foreach (var indicator in _destination.ReadAsync(ct).ConfigureAwait(false))
        {
            if (indicator.Value.Equals(_name, StringComparison.OrdinalIgnoreCase)) return (true, indicator.Id);
        }

        return (false, null);
    }

    private Indicator Indicator(DateTimeOffset now) => new()
    {
        Observables = [new Observable.DomainName(_name)],
        Tlp = Tlp.Green,
        Action = IndicatorAction.Alert,
        PassiveOnly = false,
        Severity = ThreatLevel.Low,
        Confidence = 1,
        ThreatType = ThreatType.WatchList,
        Title = "Test of misp-graph doctor; may be deleted",
        Comment = "Written to check whether writing works, and removed again.",
        Type = "domain",
        Category = "Network activity",
        ValidFrom = now,
        LastReported = now,
        Lifetime = Lifetime,
        Tags = [Mark],
        Sources = [],
        SourceCount = 0,
    };
}
