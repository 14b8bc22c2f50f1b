using System.Text.Json.Serialization;
using MispGraphSync.Destinations;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output;

/// <summary>A rejection as <c>errors --output json</c> prints it, with its reason in short and what to do about it.</summary>
/// <param name="Value">The observables, or the service's own text; null for a deletion of what an earlier version sent.</param>
/// <param name="Event">A link to the event where there is one, else its UUID.</param>
/// <param name="IsRetried">The next push sends it again, unasked.</param>
internal sealed record RejectedItem(
    long Run, string Destination, Guid Key, string? Value, string Reason, string Response, string? Event, Guid? Attribute, string Remedy,
    [property: JsonIgnore] StepAction Action, [property: JsonIgnore] int Attempts, [property: JsonIgnore] string? EventLink,
    [property: JsonIgnore] bool IsRetried)
{
    /// <summary>Type and value, for people.</summary>
    [JsonIgnore]
    internal string? Label { get; init; }

    /// <summary>The remedy for all with the same reason: the fallback names the key of one.</summary>
    internal string CommonRemedy => Remedy.Replace($"{Key}", "KEY", StringComparison.Ordinal);

    public static RejectedItem WithoutRemedy(Rejection rejection)
    {
        var value = rejection.Label?.Value ?? rejection.Canonical?.Replace('\n', ' ');
        return new RejectedItem(
            rejection.Run, rejection.Destination, rejection.Key, value, RejectionReason.Of(rejection.Response, value), rejection.Response,
            rejection.EventLink ?? rejection.Event?.ToString(), rejection.Attribute, Remedy: "", rejection.Action, rejection.Attempts,
            rejection.EventLink, RejectedIndicator.MayRetry(rejection.Action, rejection.IsTransient, rejection.Attempts))
        {
            Label = rejection.Label?.ToString() ?? value,
        };
    }

    /// <param name="logFolder">The folder of the request files.</param>
    public static RejectedItem Of(Rejection rejection, string logFolder, DestinationKinds kinds)
    {
        var item = WithoutRemedy(rejection);
        var logs = Path.Combine(logFolder, $"*_{rejection.Destination}_*_error_*.json");
        return item with { Remedy = Remedies.For(kinds.Find(rejection.Kind), rejection.Response, item.Value, logs, rejection.Key) };
    }
}
