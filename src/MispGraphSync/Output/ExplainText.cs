using MispGraphSync.Output.Explain;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Output;

/// <summary>The explanation for people: where a value comes from in MISP, then its state at each destination.</summary>
internal sealed class ExplainText
{
    /// <summary>Of each list; the JSON has the rest.</summary>
    private const int MaxShown = 25;

    private readonly List<string> _lines = [];

    public static string Of(Explanation explanation)
    {
        var text = new ExplainText();
        text.Line(Safe(explanation.Asked, 300));
        if (!explanation.IsSeen) text.Unseen(explanation);
        text.Each([.. explanation.Sources.GroupBy(one => (one.Source, one.Event))], "events", text.Event);
        if (explanation.Skipped.Count > 0) text.Line("", "Skipped");
        text.Each(explanation.Skipped, "skipped attributes", text.Skipped);
        var destinations = explanation.Indicators.GroupBy(indicator => indicator.Info).ToList();
        foreach (var destination in destinations)
        {
            // The ledger may know two of one name, such as after a change of workspace.
            var isOne = destinations.Count(other => other.Key.Label == destination.Key.Label) == 1;
            text.Line("", $"At {Safe(isOne ? destination.Key.Label : $"{destination.Key.Label}, {destination.Key.Place}", 200)}");
            text.Each([.. destination], "indicators", text.Indicator);
        }

        if (explanation.IsTruncated) text.Line("", "There is more than this: ask for one attribute or one indicator.");
        if (explanation.AreLogsTruncated) text.Line("", "Only the newest request files were searched.");
        return string.Join('\n', text._lines).TrimEnd();
    }

    private void Event(IEnumerable<ExplainedSource> sources)
    {
        var first = sources.First();
        Line("", $"From \"{Safe(first.Info, 160)}\" ({Safe(first.Source, 80)}){(first.Aged ? ", aged" : "")}");
        Line($"  event      {Safe(first.Link ?? $"{first.Event:D}")}");
        Tags(first.EventTags);
        Each([.. sources.GroupBy(source => source.Attribute)], "attributes", parts => Attribute([.. parts]));
    }

    private void Attribute(List<ExplainedSource> parts)
    {
        var first = parts[0];
        var category = first.Category is { } known ? $" ({Safe(known, 60)})" : "";
        Line($"  attribute  {first.Attribute:D}  {Safe(first.Type, 60)}{category}");
        foreach (var part in parts)
        {
            var label = part.Combination.Count > 1 ? "combined" : "watched ";
            if (part.Combination.Count > 0) Line($"    {label} {Joined(part.Combination)}");
            if (part.Single is { } single && !(part.Combination is [var only] && only == single)) Line($"    single   {Safe(single, 200)}");
        }

        Tags(first.Tags);
        if (first.Comment is { Length: > 0 } comment) Line($"    comment  {Safe(comment, 200)}");
    }

    private void Tags(IReadOnlyList<string> tags)
    {
        if (tags.Count > 0) Line($"    tags     {string.Join(", ", tags.Take(MaxShown).Select(tag => Safe(tag, 80)))}");
    }

    private void Skipped(ExplainedSkip skipped)
    {
        var link = Safe(skipped.Link ?? $"{skipped.Event:D}");
        Line($"  {skipped.Reason}: {skipped.Meaning}");
        Line($"    attribute {skipped.Attribute:D}  {Safe(skipped.Type, 60)}  in {link} ({Safe(skipped.Source, 80)})");
    }

    private void Indicator(ExplainedIndicator one)
    {
        Line($"  {(one.Label is { } label ? Safe(label, 200) : "(withdrawn in MISP)")}  {one.Meaning}");
        if (one.Reason is { } reason) Line($"    why       {reason.Slug()}: {reason.Meaning()}");
        if (one.Key is { } key) Line($"    key       {key:D}");
        if (one.Id is { } id) Line($"    id        {Safe(id, 200)}");
        if (one.Sent is { } sent)
        {
            var first = one.Since == sent ? "" : $", first in run {one.Since} ({Times.Text(one.SinceAt)})";
            var renewal = one is { State: IndicatorState.Held, Renews: { } renews } ? $", renewed from {Times.Text(renews)} on" : "";
            Line($"    sent      in run {sent} ({Times.Text(one.SentAt)}){first}, accepted");
            Line($"    expires   {Times.Text(one.Expires)}{renewal}");
        }
        else if (one.Since is { } found)
        {
            Line($"    found     in the destination's list by run {found} ({Times.Text(one.SinceAt)})");
            Line($"    expires   {Times.Text(one.Expires)}");
        }

        if (one.Rejected is { } rejected)
        {
            var tried = $"tried {Plural.Times(rejected.Attempts)}, last in run {rejected.Run}";
            Line($"    rejected  {rejected.Step}, {tried}: {Safe(rejected.Response, 500)}");
        }

        if (one.UnansweredIn is { } run) Line($"    no reply  to a request of run {run}; the next push reconciles it");
        if (one is { Pending: true, State: IndicatorState.Held }) Line("    pending   it has changed since; the next push checks it");
        foreach (var log in one.Logs) Line($"    log       {log}");
    }

    private void Unseen(Explanation explanation)
    {
        Line("Not in the ledger: no attribute that was read has it, and no indicator held.");
        foreach (var log in explanation.Logs) Line($"A request file contains it: {log}");
        if (explanation.Defanged is { } defanged)
            Line($"An attribute written like this would be skipped, since it is defanged: {defanged.Slug()}.");
        foreach (var forecast in explanation.Forecasts)
        {
            Line("", $"As {forecast.Type}: {Joined(forecast.Observables)}");
            foreach (var alike in forecast.Destinations.GroupBy(one => one.Value, one => Safe(one.Key, 80)))
            {
                var result = alike.Key is { } reason
                    ? $"would be skipped: {reason.Slug()}. {reason.Meaning()}"
                    : "would be sent, if an event that the filters select had it with to_ids";
                Line($"  {string.Join(", ", alike)}: {result}");
            }
        }

        if (explanation.Forecasts.Count == 0) Line("It fits no type that can be detected.");
        if (explanation.InMisp is { } hits) InMisp(hits);
        if (explanation.MispNote is { } note) Line("", $"MISP was not asked, or did not respond: {Safe(note, 500)}");
    }

    private void InMisp(IReadOnlyList<MispHit> hits)
    {
        Line("", hits.Count == 0
            ? "MISP has no event with it, or none that its key may see."
            : "MISP has it, in events that misp.eventFilters exclude, or that changed since the last read:");
        foreach (var hit in hits) Line($"  {Safe(hit.Link)}  \"{Safe(hit.Info, 120)}\"");
        if (hits.Count == ValueSearch.MaxHits) Line("  and perhaps more");
    }

    private void Each<T>(IReadOnlyList<T> items, string what, Action<T> write)
    {
        foreach (var item in items.Take(MaxShown)) write(item);
        if (items.Count > MaxShown) Line($"  … and {items.Count - MaxShown:N0} more {what}: --output json has them");
    }

    private void Line(params ReadOnlySpan<string> lines) => _lines.AddRange(lines);

    private static string Joined(IReadOnlyList<string> observables) => Safe(string.Join('|', observables), 200);

    private static string Safe(string text, int maxLength = 400) => Sanitize.ForDisplay(text, maxLength);
}
