using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output;

/// <summary>A rejection with what we say of it.</summary>
internal sealed record RejectedItem(Rejection Rejection, string Reason, string Remedy)
{
    /// <summary>What is watched, or the service's own name for it; null for a deletion of what MISP has withdrawn.</summary>
    public string? Value => ValueOf(Rejection);

    /// <param name="rejection">What was turned down.</param>
    /// <param name="logFolder">The folder of the request files.</param>
    public static RejectedItem Of(Rejection rejection, string logFolder, DestinationKinds kinds)
    {
        var logs = Path.Combine(logFolder, $"*_{rejection.Destination}_*_error_*.json");
        var value = ValueOf(rejection);
        var remedy = Remedies.For(kinds.Find(rejection.Kind), rejection.Response, value, logs, rejection.Key);
        return new RejectedItem(rejection, RejectionReason.Of(rejection.Response, value), remedy);
    }

    /// <summary>It goes out again with the next push, unasked.</summary>
    public bool IsRetried => Rejection.Action == StepAction.Delete || (Rejection.IsTransient && Rejection.Attempts < Planner.RejectedAttempts);

    public static string? ValueOf(Rejection rejection) =>
        rejection.Observables.Count > 0 ? ObservableText.Of(rejection.Observables) : rejection.Canonical?.Replace('\n', ' ');
}
