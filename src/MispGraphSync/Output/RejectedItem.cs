using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output;

/// <summary>A rejection with its reason in short and what to do about it.</summary>
internal sealed record RejectedItem(Rejection Rejection, string? Value, string Reason, string Remedy)
{
    public static RejectedItem WithoutRemedy(Rejection rejection)
    {
        // The observables, or the service's own text; null for a deletion of what MISP has withdrawn.
        var value = rejection.Observables.Count > 0 ? ObservableText.Of(rejection.Observables) : rejection.Canonical?.Replace('\n', ' ');
        return new RejectedItem(rejection, value, RejectionReason.Of(rejection.Response, value), Remedy: "");
    }

    /// <param name="logFolder">The folder of the request files.</param>
    public static RejectedItem Of(Rejection rejection, string logFolder, DestinationKinds kinds)
    {
        var item = WithoutRemedy(rejection);
        var logs = Path.Combine(logFolder, $"*_{rejection.Destination}_*_error_*.json");
        return item with { Remedy = Remedies.For(kinds.Find(rejection.Kind), rejection.Response, item.Value, logs, rejection.Key) };
    }

    /// <summary>A link to the event, or its UUID.</summary>
    public string? Event => Rejection.EventLink ?? Rejection.Event?.ToString();

    /// <summary>The next push sends it again, unasked.</summary>
    public bool IsRetried =>
        Rejection.Action == StepAction.Delete || (Rejection.IsTransient && Rejection.Attempts < Planner.RejectedAttempts);

    /// <summary>The remedy for all with the same reason: the fallback names the key of one.</summary>
    public string CommonRemedy => Remedy.Replace($"{Rejection.Key}", "KEY", StringComparison.Ordinal);
}
