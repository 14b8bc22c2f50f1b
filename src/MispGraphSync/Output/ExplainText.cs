using System.Text;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output.Explain;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

/// <summary>The explanation for people: where it comes from in MISP, then what became of it at each destination.</summary>
internal static class ExplainText
{
    /// <summary>Of one kind; the rest is in the JSON.</summary>
    private const int MostShown = 25;

    public static string Of(Explanation explanation)
    {
        var text = new StringBuilder().AppendLine(Sanitize.ForDisplay(explanation.Asked, 300));
        if (!explanation.IsSeen) Unseen(text, explanation);
        Sightings(text, explanation);
        Skipped(text, explanation);
        var destinations = explanation.Indicators.GroupBy(indicator => indicator.Destination).ToList();
        foreach (var destination in destinations)
        {
            // The ledger may know two of one name, such as after a change of workspace.
            var isOne = destinations.Count(other => other.Key.Label == destination.Key.Label) == 1;
            Destination(text, isOne ? destination.Key.Label : $"{destination.Key.Label}, {destination.Key.Place}", [.. destination]);
        }

        if (explanation.IsTruncated) text.AppendLine().AppendLine("There is more than this: ask for one attribute or one indicator.");
        if (explanation.AreLogsTruncated) text.AppendLine().AppendLine("Only the newest request files were looked at.");
        return text.ToString().TrimEnd();
    }

    private static void Sightings(StringBuilder text, Explanation explanation)
    {
        foreach (var source in explanation.Sources.GroupBy(sighting => sighting.Event).Take(MostShown))
        {
            var first = source.First();
            text.AppendLine().AppendLine($"From \"{Sanitize.ForDisplay(first.Info, 160)}\" ({Sanitize.ForDisplay(source.Key.Source, 80)}){(first.IsAged ? ", aged" : "")}");
            text.AppendLine($"  event      {Sanitize.ForDisplay(source.Key.Link ?? source.Key.Uuid.ToString("D"))}");
            Tags(text, first.EventTags);
            foreach (var attribute in source.GroupBy(sighting => sighting.Source.Attribute).Take(MostShown)) Attribute(text, [.. attribute]);
            More(text, source.Select(sighting => sighting.Source.Attribute).Distinct().Count(), "attributes");
        }

        More(text, explanation.Sources.Select(sighting => sighting.Event).Distinct().Count(), "events");
    }

    private static void Attribute(StringBuilder text, List<ExplainedSource> parts)
    {
        var support = parts[0].Source;
        text.AppendLine($"  attribute  {support.Attribute:D}  {Sanitize.ForDisplay(support.Type, 60)}{(support.Category is { } category ? $" ({Sanitize.ForDisplay(category, 60)})" : "")}");
        foreach (var part in parts.Select(part => part.Source))
        {
            if (!part.Combined.IsEmpty) text.AppendLine($"    watches  {Sanitize.ForDisplay(ObservableText.Of(part.Combined), 200)}");
            if (part.Single is { } single && !(part.Combined is [var only] && only == single)) text.AppendLine($"    alone    {Sanitize.ForDisplay(ObservableText.Of(single), 200)}");
        }

        if (parts[0].Row.Own.AllTags is { IsEmpty: false } tags) Tags(text, tags);
        if (support.Comment is { Length: > 0 } comment) text.AppendLine($"    comment  {Sanitize.ForDisplay(comment, 200)}");
    }

    private static void Tags(StringBuilder text, IReadOnlyList<string> tags)
    {
        if (tags.Count > 0) text.AppendLine($"    tags     {string.Join(", ", tags.Take(MostShown).Select(tag => Sanitize.ForDisplay(tag, 80)))}");
    }

    private static void Skipped(StringBuilder text, Explanation explanation)
    {
        if (explanation.Skipped.Count > 0) text.AppendLine().AppendLine("Skipped");
        foreach (var skipped in explanation.Skipped.Take(MostShown))
        {
            text.AppendLine($"  {skipped.Reason}: {skipped.Meaning}");
            text.AppendLine($"    attribute {skipped.Attribute:D}  {Sanitize.ForDisplay(skipped.Type, 60)}  in {Sanitize.ForDisplay(skipped.Event.Link ?? skipped.Event.Uuid.ToString("D"))} ({Sanitize.ForDisplay(skipped.Event.Source, 80)})");
        }

        More(text, explanation.Skipped.Count, "skipped attributes");
    }

    private static void Destination(StringBuilder text, string label, List<ExplainedIndicator> indicators)
    {
        text.AppendLine().AppendLine($"At {Sanitize.ForDisplay(label, 200)}");
        foreach (var indicator in indicators.Take(MostShown)) Indicator(text, indicator);
        More(text, indicators.Count, "indicators");
    }

    private static void Indicator(StringBuilder text, ExplainedIndicator indicator)
    {
        var value = indicator.Observables.Count > 0 ? Sanitize.ForDisplay(ObservableText.Of(indicator.Observables), 200) : "(withdrawn in MISP)";
        text.AppendLine($"  {value}  {indicator.State.Meaning()}");
        if (indicator.Reason is { } reason) text.AppendLine($"    why       {reason.Slug()}: {reason.Meaning()}");
        if (indicator.Key is { } key) text.AppendLine($"    key       {key:D}");
        if (indicator.Standing.Held?.Indicator.Id is { } id) text.AppendLine($"    id        {Sanitize.ForDisplay(id, 200)}");
        if (indicator.Standing.Held is { } held)
        {
            var first = held.FirstRun == held.Run ? "" : $", first in run {held.FirstRun} ({Times.Text(indicator.FirstSentAt)})";
            text.AppendLine($"    sent      in run {held.Run} ({Times.Text(indicator.SentAt)}){first}, accepted");
            text.AppendLine($"    expires   {Times.Text(held.Indicator.Expires)}{Renewal(held.Indicator, indicator.State)}");
        }

        if (indicator.Standing.Rejected is { } turnedDown)
        {
            text.AppendLine($"    refused   {turnedDown.Action.ToString().ToLowerInvariant()}, tried {(turnedDown.Attempts == 1 ? "once" : $"{turnedDown.Attempts} times")}, last in run {turnedDown.Run}: {Sanitize.ForDisplay(turnedDown.Response, 500)}");
        }

        if (indicator.Standing.UnconfirmedSince is { } run) text.AppendLine($"    unheard   a request of run {run} is unanswered; the next push asks the service what became of it");
        if (indicator.Standing.IsPending && indicator.State is IndicatorState.Held) text.AppendLine("    pending   it has changed since; the next push looks at it");
        foreach (var log in indicator.Logs) text.AppendLine($"    log       {log}");
    }

    private static string Renewal(HeldIndicator held, IndicatorState state) =>
        state != IndicatorState.Held || held.RenewAt >= held.Expires ? "" : $", renewed from {Times.Text(held.RenewAt)} on";

    private static void Unseen(StringBuilder text, Explanation explanation)
    {
        text.AppendLine("Never seen: no attribute that was read holds it, and no destination was sent it.");
        foreach (var log in explanation.Logs) text.AppendLine($"A request file speaks of it: {log}");
        if (explanation.Defanged is { } defanged) text.AppendLine($"Written like this in MISP it would be skipped, for it is defanged: {defanged.Slug()}.");
        foreach (var prospect in explanation.Forecasts)
        {
            text.AppendLine().AppendLine($"As {prospect.Type}: {Sanitize.ForDisplay(ObservableText.Of(prospect.Observables), 200)}");
            foreach (var alike in prospect.SkippedBy.GroupBy(verdict => verdict.Refusal, verdict => Sanitize.ForDisplay(verdict.Destination, 80)))
            {
                text.AppendLine($"  {string.Join(", ", alike)}: {(alike.Key is { } reason ? $"would be left out: {reason.Slug()}. {reason.Meaning()}" : "would be sent, if an event that the filters select had it with to_ids")}");
            }
        }

        if (explanation.Forecasts.Count == 0) text.AppendLine("It fits no type that can be watched.");
        if (explanation.InMisp is { } hits) InMisp(text, hits);
        if (explanation.MispNote is { } note) text.AppendLine().AppendLine($"MISP was not asked, or gave no answer: {Sanitize.ForDisplay(note, 500)}");
    }

    private static void InMisp(StringBuilder text, IReadOnlyList<MispGraphSync.Sources.Misp.MispHit> hits)
    {
        text.AppendLine().AppendLine(hits.Count == 0
            ? "MISP has no event that holds it, or none that its key may see."
            : "MISP has it, in events that misp.eventFilters leave out, or that changed since the last read:");
        foreach (var hit in hits) text.AppendLine($"  {Sanitize.ForDisplay(hit.Link)}  \"{Sanitize.ForDisplay(hit.Info, 120)}\"");
        if (hits.Count == MispGraphSync.Sources.Misp.ValueSearch.MaxHits) text.AppendLine("  and perhaps more");
    }

    private static void More(StringBuilder text, int count, string what)
    {
        if (count > MostShown) text.AppendLine($"  … and {count - MostShown:N0} more {what}: --output json has them");
    }
}
