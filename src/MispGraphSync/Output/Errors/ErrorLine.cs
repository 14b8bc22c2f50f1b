using MispGraphSync.Core.Sync;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output.Errors;

/// <summary>A rejection with what we say of it.</summary>
internal sealed record ErrorLine(Rejection Rejection, string Reason, string Remedy)
{
    /// <summary>What is watched, or the service's own name for it; null for a deletion of what MISP has withdrawn.</summary>
    public string? Value => ValueOf(Rejection);

    /// <param name="rejection">What was turned down.</param>
    /// <param name="logFolder">The folder of the request files.</param>
    public static ErrorLine Of(Rejection rejection, string logFolder)
    {
        var logs = Path.Combine(logFolder, $"*_{rejection.Destination}_*_error_*.json");
        var value = ValueOf(rejection);
        var remedy = Remedies.For(rejection.Kind, rejection.Response, value, logs, rejection.Key);
        return new ErrorLine(rejection, ErrorReason.Of(rejection.Response, value), remedy);
    }

    /// <summary>It goes out again with the next push, unasked.</summary>
    public bool IsSentAgain => Rejection.Action == StepAction.Delete || (Rejection.IsTransient && Rejection.Attempts < Planner.RejectedAttempts);

    public static string? ValueOf(Rejection rejection) =>
        rejection.Observables.Count > 0 ? ObservableText.Of(rejection.Observables) : rejection.Canonical?.Replace('\n', ' ');
}
