using MispGraphSync.Core.Ports;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>What was turned down, for people: by destination and reason, the most frequent first.</summary>
internal sealed class ErrorsText(TextWriter to, int width, long? run) : ErrorsOutput(to)
{
    /// <summary>Of one reason; the others are told by their number, and by the other formats.</summary>
    private const int MostShown = 10;

    private readonly Dictionary<(string Destination, string Reason, string Remedy), Group> _groups = [];

    public override void Add(RejectedItem line)
    {
        var key = (line.Rejection.Destination, line.Reason, Remedy: RemedyOf(line));
        if (!_groups.TryGetValue(key, out var group)) _groups[key] = group = new Group();
        group.Count++;
        if (group.Shown.Count < MostShown) group.Shown.Add(line);
    }

    public override void End()
    {
        if (_groups.Count == 0)
        {
            Line(run is null ? "Nothing is turned down." : $"Nothing that run {run} was the last to send is turned down. Of all runs: misp-graph errors");
            return;
        }

        foreach (var destination in _groups.GroupBy(group => group.Key.Destination).OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            Line($"{destination.Key}: {Count(destination.Sum(group => group.Value.Count))} turned down");
            foreach (var ((_, reason, remedy), group) in destination.OrderByDescending(group => group.Value.Count))
            {
                To.WriteLine();
                Line($"  {group.Count:N0} × {reason}");
                Line($"    {Sanitize.ForDisplay(remedy, 1_000)}");
                var said = "";
                foreach (var line in group.Shown)
                {
                    Write(line);
                    // The same words once, not under each value.
                    if (line.Rejection.Response != said) Line($"      the service: {Sanitize.ForDisplay(said = line.Rejection.Response, 500)}");
                }

                if (group.Count > group.Shown.Count) Line($"    … and {group.Count - group.Shown.Count:N0} more: --output csv or jsonl lists them all.");
            }

            To.WriteLine();
        }

        Line("What is held back is sent again when its attribute changes in MISP, when a setting changes, or when you ask for it:");
        Line("  misp-graph errors --retry                     all of it, now");
        Line("  misp-graph errors --retry --destination NAME  one destination's");
    }

    private void Line(string text) => To.WriteLine(WrappedText.Wrap(text, width));

    // The fallback names the key: one of the group stands for all.
    private static string RemedyOf(RejectedItem line) => line.Remedy.Replace($"{line.Rejection.Key:D}", "KEY", StringComparison.Ordinal);

    private void Write(RejectedItem line)
    {
        var rejection = line.Rejection;
        Line($"    - {Sanitize.ForDisplay(line.Value ?? "(withdrawn in MISP)", 300)}");
        Line($"      {Verb(rejection.Action)}, tried {Times(rejection.Attempts)}, last in run {rejection.Run}{(line.IsRetried ? "; the next push tries again" : "; held back")}  key {rejection.Key:D}");
        if ((rejection.EventLink ?? rejection.Event?.ToString("D")) is { } from) Line($"      from {Sanitize.ForDisplay(from)}  attribute {rejection.Attribute:D}");
    }

    private static string Verb(StepAction action) => action switch
    {
        StepAction.Create => "to be created",
        StepAction.Update => "to be updated",
        StepAction.Renew => "to be renewed",
        _ => "to be deleted",
    };

    private static string Times(int attempts) => attempts == 1 ? "once" : $"{attempts} times";

    private static string Count(long number) => number == 1 ? "1 indicator" : $"{number:N0} indicators";

    private sealed class Group
    {
        public long Count { get; set; }

        public List<RejectedItem> Shown { get; } = [];
    }
}
