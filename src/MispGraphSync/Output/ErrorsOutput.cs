using System.Text.Json;

namespace MispGraphSync.Output;

/// <summary>Lists what destinations rejected.</summary>
internal static class ErrorsOutput
{
    /// <param name="run">The run asked for; null for all.</param>
    public static IItemOutput<RejectedItem> For(string format, TextWriter to, int width, long? run) => format == "text"
        ? new ErrorsText(to, width, run)
        : new RowOutput<RejectedItem>(
            to, format, item => JsonSerializer.Serialize(item, OutputJson.Default.RejectedItem),
            "run,destination,key,value,reason,response,event,attribute,remedy", one =>
            [
                $"{one.Run}", one.Destination, $"{one.Key}", one.Value, one.Reason, Sanitize.ForDisplay(one.Response, 2_000), one.Event,
                one.Attribute?.ToString(), one.Remedy,
            ]);
}

/// <summary>The rejections by destination and reason, the most frequent first.</summary>
internal sealed class ErrorsText(TextWriter to, int width, long? run) : IItemOutput<RejectedItem>
{
    private readonly RejectionGroups _groups = new();

    public void Add(RejectedItem item) => _groups.Add(item);

    public void End()
    {
        if (!_groups.MostFrequent.Any())
        {
            Line(run is null
                ? "No indicator is rejected."
                : $"No rejected indicator was last sent by run {run}. For all runs: misp-graph errors");
            return;
        }

        var destinations = _groups.MostFrequent.GroupBy(group => group.Destination);
        foreach (var destination in destinations.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            Line($"{destination.Key}: {Plural.Of(destination.Sum(group => group.Count), "indicator")} rejected");
            foreach (var group in destination) Write(group);
            to.WriteLine();
        }

        if (_groups.Others > 0) Line($"… and {_groups.Others:N0} more for other reasons: --output csv or jsonl lists them all.");
        Line("A suppressed indicator is sent again when its attribute changes in MISP, when a setting changes, or with:");
        Line("  misp-graph errors --retry                     all of them, now");
        Line("  misp-graph errors --retry --destination NAME  those of one destination");
    }

    private void Write(RejectionGroup group)
    {
        to.WriteLine();
        Line($"  {group.Count:N0} × {group.Reason}");
        Line($"    {Sanitize.ForDisplay(group.Remedy, 1_000)}");
        var response = "";
        foreach (var item in group.Shown)
        {
            Line($"    - {Sanitize.ForDisplay(item.Label ?? "(withdrawn in MISP)", 300)}");
            Line($"      {item.Action.Slug()}, tried {Plural.Times(item.Attempts)}, last in run {item.Run}; "
                + $"{(item.IsRetried ? "the next push tries again" : "suppressed")}  key {item.Key:D}");
            if (item.Event is { } from) Line($"      from {Sanitize.ForDisplay(from)}  attribute {item.Attribute:D}");
            // The same response is printed once, not under each value.
            if (item.Response != response) Line($"      response: {Sanitize.ForDisplay(response = item.Response, 500)}");
        }

        if (group.Count > group.Shown.Count)
            Line($"    … and {group.Count - group.Shown.Count:N0} more: --output csv or jsonl lists them all.");
    }

    private void Line(string text) => to.WriteLine(WrappedText.Wrap(text, width));
}
