using System.Net;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Imports, and judges the answers of every call of one destination.</summary>
internal sealed class DefenderService(DefenderApi api)
{
    private volatile bool _hasAnswered;

    public async Task CheckAsync(CancellationToken ct)
    {
        using var exchange = await api.CheckAsync(ct).ConfigureAwait(false);
        if (DefenderJson.Parse(Good(exchange)) is not var (document, _)) throw OutOfReach(exchange);
        document.Dispose();
        exchange.RecordResult(0, 0);
    }

    public async Task<StepOutcome[]> ImportAsync(IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        using var exchange = await api.ImportAsync(steps, ct).ConfigureAwait(false);
        ThrowIfHopeless(exchange);
        if (!exchange.IsSuccess || DefenderOutcomes.Of(exchange.Response.Written, steps) is not { } outcomes) return Each(exchange, Failure(exchange));
        _hasAnswered = true;
        exchange.RecordResult(outcomes.Count(o => o is StepOutcome.Accepted), outcomes.Count(o => o is StepOutcome.Rejected));
        return outcomes;
    }

    /// <summary>The outcome of a deletion, alike for all of its items; null for a 404: at least one of them is not there.</summary>
    public StepOutcome? JudgeDeletion(ApiCall exchange)
    {
        ThrowIfHopeless(exchange);
        if (exchange.Status == HttpStatusCode.NotFound) return null;
        if (!exchange.IsSuccess) return Failure(exchange);
        _hasAnswered = true;
        exchange.RecordResult(exchange.Items, 0);
        return new StepOutcome.Accepted(null);
    }

    /// <summary>The bytes of an answer that must be a good one.</summary>
    /// <exception cref="RunFailedException">It is none.</exception>
    public ReadOnlyMemory<byte> Good(ApiCall exchange)
    {
        ThrowIfHopeless(exchange);
        if (!exchange.IsSuccess) throw OutOfReach(exchange);
        _hasAnswered = true;
        return exchange.Response.Written;
    }

    public static RunFailedException OutOfReach(ApiCall exchange) => new(
        RunOutcome.Unreachable, $"Defender gives no usable answer ({exchange.Operation}). {ServiceUnavailable.Describe(exchange)}",
        "Run again later; check the destination's endpoint and the proxy.", exchange.Failure);

    private static StepOutcome Failure(ApiCall exchange)
    {
        var why = ServiceUnavailable.Describe(exchange);
        return (int?)exchange.Status is >= 400 and < 500 and not 408
            ? CapacityError.ToRejection(why, wholeBatch: true)
            : new StepOutcome.Unknown(why);
    }

    private static StepOutcome[] Each(ApiCall exchange, StepOutcome outcome)
    {
        var outcomes = new StepOutcome[exchange.Items];
        Array.Fill(outcomes, outcome);
        return outcomes;
    }

    private void ThrowIfHopeless(ApiCall exchange)
    {
        if (DefenderFailures.Of(exchange, _hasAnswered) is { } failure) throw failure;
    }
}
