using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Core.Hits;
using MispGraphSync.Hits;

namespace MispGraphSync.Output;

/// <summary>Lists what fired. It names no machine and no user: the link of the last alert leads to them.</summary>
internal static class HitsOutput
{
    public static void Write(string format, TextWriter to, HitsReport report, WrappedText page, bool isVerbose)
    {
        if (format == "text")
        {
            to.WriteLine(new HitsText(page, report, isVerbose).ToString());
            return;
        }

        if (format == "json")
        {
            to.WriteLine(JsonSerializer.Serialize(HitsJson.Of(report, isVerbose), OutputJson.Default.HitsJson));
            return;
        }

        var rows = new RowOutput<HitJson>(
            to, format, item => JsonSerializer.Serialize(item, OutputJson.Default.HitJson),
            "destination,type,value,alerts,falsePositives,firstActivity,lastActivity,match,lastAlert,events,sighting,reason", one =>
            [
                one.Destination, one.Type, one.Value, $"{one.Alerts}", $"{one.FalsePositives}", Times.Iso(one.FirstActivity),
                Times.Iso(one.LastActivity), one.Match, one.LastAlert,
                string.Join(' ', one.Events.Select(from => from.Link ?? $"{from.Uuid:D}")), one.Sighting.State, one.Sighting.Reason,
            ]);
        foreach (var hit in report.Hits) rows.Add(HitJson.Of(hit, isVerbose));
        rows.End();
    }

    /// <summary>What was not looked at, and what was not written, in sentences for stderr.</summary>
    public static IEnumerable<string> Failures(HitsReport report)
    {
        foreach (var look in report.Looks)
        {
            if (look.Failure is { } failure && FailureText.Of(failure) is var (sentence, remedy))
                yield return $"'{look.Destination}': {sentence} {remedy}";
            else if (look.Gap is { } gap)
                yield return $"'{look.Destination}': the look is not complete: {gap}. The next run reads the same time again.";
        }

        if (report.Sightings is not { } sightings) yield break;
        foreach (var failure in sightings.Failures)
        {
            if (FailureText.Of(failure) is var (why, what)) yield return $"{why} {what}";
        }

        if (sightings.Refused > 0)
            yield return $"MISP did not take {Plural.Of(sightings.Refused, "sighting")}: the attribute or the event may be gone.";
        if (sightings.Waiting > 0 && sightings.Failures.Count == 0)
            yield return $"{Plural.Of(sightings.Waiting, "sighting")} over sightings.maxPerRun: the next run writes them.";
    }
}

/// <summary>The hits for people, by destination.</summary>
internal sealed class HitsText
{
    private const int MaxEvents = 5;

    private readonly WrappedText _page;
    private readonly HitsReport _report;
    private readonly bool _isVerbose;

    public HitsText(WrappedText page, HitsReport report, bool isVerbose)
    {
        (_page, _report, _isVerbose) = (page, report, isVerbose);
        foreach (var look in report.Looks) Write(look);
        if (report.Sightings is { } sightings) Write(sightings);
    }

    public override string ToString() => _page.ToString();

    private void Write(LookReport look)
    {
        var hits = _report.Hits.Where(hit => hit.Destination == look.Destination).ToList();
        _page.Blank();
        var fired = hits.Count == 0 ? "no indicator fired" : $"{Plural.Of(hits.Count, "indicator")} fired";
        _page.Line($"{Sanitize.ForDisplay(look.Destination, 80)}: {fired} since {Times.Text(_report.Since)}", _page.Style.Bold);
        var how = look.Failure is not null ? "not read" : look.Gap is not null ? "not complete" : "complete";
        _page.Line($"  alerts       {how}{(look.Route is { } route ? $", by {route}" : "")}, from {Times.Text(look.From)}");
        foreach (var hit in hits) Write(hit);
        foreach (var reason in look.Uncounted.GroupBy(one => one.Reason).OrderBy(one => one.Key)) Write(reason.Key, [.. reason]);
        if (look.BlindSpots.Count == 0) return;
        _page.Line("  No alert does not mean no hit:");
        foreach (var spot in look.BlindSpots) _page.Line($"  - {spot}", hang: 4);
    }

    private void Write(Hit hit)
    {
        _page.Blank();
        _page.Line($"  {Sanitize.ForDisplay(hit.Label?.ToString() ?? "(value not known)", 300)}");
        var falsely = hit.FalsePositives > 0 ? $", {hit.FalsePositives:N0} of them false positives" : "";
        var weak = hit.Match == HitMatch.Weak ? ", by its host alone" : "";
        _page.Line($"    seen         {Plural.Of(hit.Alerts, "alert")}{falsely}{weak}; "
            + $"{Times.Minute(hit.First)} to {Times.Text(hit.Last)}");
        if (_isVerbose && hit.Latest?.Title is { } title) _page.Line($"    title        {Sanitize.ForDisplay(title, 200)}");
        if (hit.Latest?.Link is { } link) _page.Line($"    last alert   {Sanitize.ForDisplay(link, 500)}");
        foreach (var one in hit.Events.Take(MaxEvents))
        {
            var info = one.Row.Event.Context.Info is { Length: > 0 } given ? Sanitize.ForDisplay(given, 120) : "(no title)";
            _page.Line($"    event        {info}  {Sanitize.ForDisplay(one.Link.Link ?? $"{one.Link.Uuid:D}", 300)}");
        }

        if (hit.Events.Count > MaxEvents) _page.Line($"                 and {hit.Events.Count - MaxEvents} more");
        _page.Line($"    sighting     {StateOf(hit)}");
    }

    private void Write(NotCounted reason, IReadOnlyList<UncountedAlert> alerts)
    {
        _page.Blank();
        _page.Line($"  {Plural.Of(alerts.Count, "alert")} not counted: {HitWords.Meaning(reason)}");
        if (!_isVerbose) return;
        foreach (var alert in alerts)
        {
            var title = Sanitize.ForDisplay(alert.Title ?? "(no title)", 200);
            _page.Line($"  - {title}  {Sanitize.ForDisplay(alert.Link ?? "", 500)}", hang: 4);
        }
    }

    private void Write(SightingsReport sightings)
    {
        _page.Blank();
        foreach (var one in sightings.Planned)
        {
            _page.Line($"would write  {Times.Text(one.Sighting.Date)}  {one.Sighting.Type.Slug()}  "
                + $"{Sanitize.ForDisplay($"{one.Label}", 200)}  attribute {one.Sighting.Attribute:D} of event {one.Sighting.Event:D}");
        }

        var waiting = sightings.Waiting > 0 ? $", {sightings.Waiting:N0} waiting" : "";
        var refused = sightings.Refused > 0 ? $", {sightings.Refused:N0} not taken by MISP" : "";
        _page.Line(sightings.Planned.Count > 0
            ? $"{Plural.Of(sightings.Planned.Count, "sighting")} would be written{waiting}."
            : $"Sightings: {sightings.Written:N0} written{refused}{waiting}.");
    }

    private static string StateOf(Hit hit)
    {
        var parts = new List<string>();
        if (hit.Written > 0) parts.Add($"{hit.Written:N0} written");
        if (hit.Waiting > 0) parts.Add($"{hit.Waiting:N0} waiting");
        if (hit.Reason is { } reason) parts.Add($"none: {HitWords.Meaning(reason)}");
        return parts.Count == 0 ? "none" : string.Join("; ", parts);
    }
}

/// <summary>What the words of hits mean.</summary>
internal static class HitWords
{
    public static string Meaning(NotCounted reason) => reason switch
    {
        NotCounted.NotHeld => "no indicator of ours has a value in them. Other tools' indicators raise such alerts too.",
        NotCounted.BeforeSent => "their first activity is earlier than our indicator.",
        NotCounted.AfterEnd => "their first activity is later than the end of our indicator.",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };

    public static string Meaning(NoSighting reason) => reason switch
    {
        NoSighting.WeakMatch => "the host of the URL was seen, and nothing of its path",
        NoSighting.Test => "analysts say that it was a test",
        NoSighting.Withdrawn => "MISP has withdrawn it",
        NoSighting.AboveMaxTlp => "an event above sightings.maxTlp",
        NoSighting.NoServer => "it comes from a feed, a file or another server",
        NoSighting.Refused => "MISP did not take it",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };
}

/// <summary>The result as one JSON object; docs/json.md describes it.</summary>
internal sealed record HitsJson(
    int Schema, DateTimeOffset Since, bool Complete, int ExitCode, IReadOnlyList<LookJson> Destinations, IReadOnlyList<HitJson> Hits,
    SightingsJson? Sightings)
{
    public static HitsJson Of(HitsReport report, bool isVerbose) => new(
        1, report.Since, report.Looks.All(look => look.Outcome == RunOutcome.Done), ExitCodes.Of(report.Outcome),
        [.. report.Looks.Select(LookJson.Of)], [.. report.Hits.Select(hit => HitJson.Of(hit, isVerbose))],
        report.Sightings is { } sightings ? SightingsJson.Of(sightings) : null);
}

/// <param name="NotCounted">Alerts by reason.</param>
/// <param name="BlindSpots">Why no alert does not mean no hit.</param>
internal sealed record LookJson(
    string Name, string? Route, bool Complete, DateTimeOffset From, DateTimeOffset Until, string? Error,
    IReadOnlyDictionary<string, int> NotCounted, IReadOnlyList<string> BlindSpots)
{
    public static LookJson Of(LookReport look) => new(
        look.Destination, look.Route, look.Outcome == RunOutcome.Done, look.From, look.Until, look.Failure?.Message ?? look.Gap,
        look.Uncounted.GroupBy(one => one.Reason.Slug()).ToDictionary(one => one.Key, one => one.Count()), look.BlindSpots);
}

/// <param name="LastAlert">The link of the last alert, if this run read it.</param>
/// <param name="Title">Of that alert, with <c>-v</c>.</param>
internal sealed record HitJson(
    string Destination, string? Type, string? Value, long Alerts, long FalsePositives, DateTimeOffset FirstActivity,
    DateTimeOffset LastActivity, string Match, string? LastAlert,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Title,
    IReadOnlyList<HitEventJson> Events, HitSightingJson Sighting)
{
    public static HitJson Of(Hit hit, bool isVerbose) => new(
        hit.Destination, hit.Label?.Type, hit.Label?.Value, hit.Alerts, hit.FalsePositives, hit.First, hit.Last, hit.Match.Slug(),
        hit.Latest?.Link, isVerbose ? hit.Latest?.Title : null,
        [.. hit.Events.Select(one => new HitEventJson(one.Link.Source, one.Link.Uuid, one.Row.Event.Context.Info, one.Link.Link))],
        new HitSightingJson(hit.State.Slug(), hit.Written, hit.Waiting, hit.Reason?.Slug()));
}

internal sealed record HitEventJson(string Source, Guid Uuid, string Info, string? Link);

internal sealed record HitSightingJson(string State, int Written, int Waiting, string? Reason);

/// <param name="Planned">On a dry run, what would be written.</param>
internal sealed record SightingsJson(int Written, int Refused, int Waiting, string? Error, IReadOnlyList<PlannedSightingJson> Planned)
{
    public static SightingsJson Of(SightingsReport report) => new(
        report.Written, report.Refused, report.Waiting,
        report.Failures.Count == 0 ? null : string.Join(' ', report.Failures.Select(one => one.Message)),
        [.. report.Planned.Select(one => new PlannedSightingJson(
            one.Uuid, $"{one.Label}", one.Sighting.Type.Slug(), one.Sighting.Date, one.Sighting.Event, one.Sighting.Attribute,
            one.Sighting.Source))]);
}

internal sealed record PlannedSightingJson(
    Guid Uuid, string Indicator, string Type, DateTimeOffset Date, Guid Event, Guid Attribute, string Source);
