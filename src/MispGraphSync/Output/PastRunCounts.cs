using System.Text.Json;

namespace MispGraphSync.Output;

/// <summary>What a past run did at one destination, read from the report that the ledger keeps of it (<see cref="RunJson"/>).</summary>
internal sealed record PastRunCounts(string Destination, long Accepted, long Rejected, long Unknown, long NotAttempted, long Deleted)
{
    /// <summary>Empty where the run left no report.</summary>
    public static IReadOnlyList<PastRunCounts> Read(string? report)
    {
        if (report is null) return [];
        try
        {
            using var json = JsonDocument.Parse(report);
            return json.RootElement.TryGetProperty("destinations", out var destinations) && destinations.ValueKind == JsonValueKind.Array
                ? [.. destinations.EnumerateArray().Select(Read)]
                : [];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    private static PastRunCounts Read(JsonElement one) => new(
        one.TryGetProperty("name", out var name) ? name.GetString() ?? "" : "",
        Number(one, "accepted"), Number(one, "rejected"), Number(one, "unknown"), Number(one, "notAttempted"), Number(one, "deleted"));

    private static long Number(JsonElement one, string name) => one.TryGetProperty(name, out var number) && number.TryGetInt64(out var value) ? value : 0;
}
