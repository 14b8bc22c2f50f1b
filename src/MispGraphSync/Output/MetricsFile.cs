using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MispGraphSync.Ledger;

namespace MispGraphSync.Output;

/// <summary>
/// The last push as a Prometheus text file, for the node exporter's textfile collector. It is written atomically and replaces only an
/// older one. A figure that a push did not find out keeps the value of the push before.
/// </summary>
internal static partial class MetricsFile
{
    private const string Prefix = "misp_graph_";
    private const string Opening = $"# HELP {Prefix}";
    private const int MaxLength = 1024 * 1024;

    /// <summary>The collector runs under another account.</summary>
    private const UnixFileMode Mode = PrivateFile.Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly Metric[] Metrics =
    [
        new("last_run_timestamp_seconds", "When the last push ended.", push => push.IsPush ? One(push.Ended.ToUnixTimeSeconds()) : null),
        new("last_run_exit_code", "The exit code of the last push.", push => push.IsPush ? One(ExitCodes.Of(push.Outcome)) : null),
        new("last_run_duration_seconds", "How long the last push took.",
            push => push.IsPush ? One(Math.Round(push.Duration.TotalSeconds, 3)) : null),
        new("last_success_timestamp_seconds", "When a push last ended with exit code 0.",
            push => push is { IsPush: true, Outcome: RunOutcome.Done } ? One(push.Ended.ToUnixTimeSeconds()) : null),
        new("clock_offset_seconds", "How far the clock of this machine is ahead of a host's; negative: behind.",
            push => push.ClockOffsets.Count == 0 ? null
                : push.ClockOffsets.OrderBy(one => one.Key, StringComparer.Ordinal)
                    .Select(one => new Sample(Labels(("host", one.Key)), Math.Round(one.Value.TotalSeconds, 3)))),
        new("events", "Events that match the filters.", push => One(push.Report?.Source.Events)),
        new("attributes_read", "Attributes read.", push => One(push.Report?.Source.Attributes)),
        new("attributes_skipped", "Attributes that became no indicator, by reason.", push => push.Report?.Source.Skipped
            .OrderBy(one => one.Key).Select(one => new Sample(Labels(("reason", one.Key.Slug())), one.Value))),
        OfSources("source_complete", "Whether the source was read to its end: 1 or 0.", one => one.Complete ? 1 : 0),
        OfSources("source_events", "Events of the source that match its filters.", one => one.Error is null ? one.Events : null),
        Each("held", "Indicators held at the destination.", one => one.Held),
        Each("suppressed", "Indicators not resent: rejected earlier, unchanged.", one => one.Suppressed),
        Each("waiting_for_room", "Wanted indicators that are not sent: the destination or our share of it is full.",
            one => one.WaitingForRoom),
        Each("deletions_withheld", "Deletions that a guard withholds; the indicators stay active.", one => one.DeletionsWithheld),
        Each("accepted", "Steps accepted.", one => one.Tally.Accepted),
        Each("rejected", "Steps rejected.", one => one.Tally.Rejected),
        Each("unknown", "Steps whose outcome is unknown.", one => one.Tally.Unknown),
        Each("not_attempted", "Steps planned and not attempted.", one => one.Tally.NotAttempted),
        Each("requests", "Requests sent.", one => one.Requests.Sent),
        Each("throttled", "Requests that were answered 429.", one => one.Requests.Throttled),
        Fired("fired_indicators", "Indicators in alerts of the last 30 days.", one => one.Indicators),
        Fired("fired_alerts", "Alerts of the last 30 days with an indicator of ours.", one => one.Alerts),
        Fired("last_look_timestamp_seconds", "Up to when the alerts are known without a gap.",
            one => one.LastCompleteLook?.ToUnixTimeSeconds()),
        new("sightings_written", "Sightings written to MISP in the last 30 days.", push => One(push.Hits?.Sightings)),
    ];

    public static IEnumerable<string> Names => Metrics.Select(metric => Prefix + metric.Name);

    /// <returns>A warning when it was not written; null when it was.</returns>
    public static string? Write(string path, PushMetrics push) => WarningOf(path, FindObstacle(path) ?? ErrorOf(() =>
    {
        var text = Text(push, Previous(path));
        PrivateFile.Replace(path, overwrite: true, file => file.Write(text), Mode);
        return null;
    }));

    /// <summary>What is in the file's place and may not be replaced; null: the place is free, or has an older file of ours.</summary>
    public static string? FindObstacle(string path) => ErrorOf(() =>
        Directory.Exists(path) ? "it is a folder."
        : !Directory.Exists(Path.GetDirectoryName(path)) ? "its folder does not exist."
        : !PrivateFile.IsFreeFor(path, Opening) ? "another file is in its place."
        : null);

    /// <param name="previous">The text of the push before; empty for none.</param>
    public static string Text(PushMetrics push, string previous)
    {
        var before = SampleLine().Matches(previous).ToLookup(
            line => line.Groups["name"].Value,
            line => new Sample(line.Groups["labels"].Value, Number(line.Groups["value"].Value)));
        var text = new StringBuilder();
        foreach (var metric in Metrics)
        {
            var samples = metric.Samples(push)?.Select(one => one.Value is null
                ? before[metric.Name].FirstOrDefault(old => old.Labels == one.Labels)
                : one) ?? before[metric.Name];
            var known = samples.OfType<Sample>().Where(one => one.Value is not null).ToList();
            if (known.Count == 0) continue;
            text.Append($"{Opening}{metric.Name} {metric.Help}\n# TYPE {Prefix}{metric.Name} gauge\n");
            foreach (var one in known)
                text.Append(CultureInfo.InvariantCulture, $"{Prefix}{metric.Name}{one.Labels} {one.Value}\n");
        }

        return text.ToString();
    }

    private static string? ErrorOf(Func<string?> work)
    {
        try
        {
            return work();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return fault.Message;
        }
    }

    private static string? WarningOf(string path, string? error) => error is null ? null :
        $"The metrics file {path} was not written: {error} Give the account that runs misp-graph write access to its folder, "
        + "or change metrics.textfile.";

    private static string Previous(string path) =>
        PrivateFile.IsOurs(path) && new FileInfo(path) is { Exists: true, Length: <= MaxLength } ? File.ReadAllText(path) : "";

    private static Metric Each(string name, string help, Func<DestinationReport, long?> value) => new(
        name, help,
        push => push.Report?.Destinations.Select(one => new Sample(Labels(("destination", one.Name), ("kind", one.Kind)), value(one))));

    private static Metric OfSources(string name, string help, Func<SourceReport, long?> value) => new(
        name, help, push => push.Report?.Sources.Select(one => new Sample(Labels(("source", one.Name), ("kind", one.Kind)), value(one))));

    private static Metric Fired(string name, string help, Func<HitSummary, long?> value) => new(
        name, help, push => push.Hits?.Destinations.Select(one =>
            new Sample(Labels(("destination", one.Destination.Name), ("kind", one.Destination.Kind)), value(one.Summary))));

    private static Sample[]? One(double? value) => value is null ? null : [new Sample("", value)];

    private static string Labels(params (string Name, string Value)[] labels) =>
        $"{{{string.Join(',', labels.Select(one => $"{one.Name}=\"{Escaped(one.Value)}\""))}}}";

    private static string Escaped(string value) => value.Replace(@"\", @"\\").Replace("\"", "\\\"").Replace("\n", @"\n");

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    [GeneratedRegex($$"""^{{Prefix}}(?<name>[a-z_]+)(?<labels>(\{.*\})?) (?<value>[0-9.eE+-]+)$""", RegexOptions.Multiline)]
    private static partial Regex SampleLine();

    /// <param name="Samples">Null, or a sample without a value: not known from this push.</param>
    private sealed record Metric(string Name, string Help, Func<PushMetrics, IEnumerable<Sample>?> Samples);

    private sealed record Sample(string Labels, double? Value);
}

/// <summary>What the metrics are made of.</summary>
internal sealed record PushMetrics
{
    public required DateTimeOffset Ended { get; init; }
    public required TimeSpan Duration { get; init; }
    public required RunOutcome Outcome { get; init; }

    /// <summary>Null: the push failed before it had one.</summary>
    public RunReport? Report { get; init; }

    /// <summary>False: a run of hits, which changes only what it knows.</summary>
    public bool IsPush { get; init; } = true;

    /// <summary>Null: not looked at.</summary>
    public HitMetrics? Hits { get; init; }

    /// <summary>How far our clock is ahead of each host's.</summary>
    public IReadOnlyDictionary<string, TimeSpan> ClockOffsets { get; init; } = new Dictionary<string, TimeSpan>();
}

/// <param name="Sightings">Written in the last 30 days.</param>
internal sealed record HitMetrics(IReadOnlyList<(DestinationInfo Destination, HitSummary Summary)> Destinations, long Sightings);
