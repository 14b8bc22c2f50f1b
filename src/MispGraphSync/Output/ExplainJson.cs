using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Output.Explain;
using MispGraphSync.Text;

namespace MispGraphSync.Output;

internal sealed record ExplainJson(
    int Schema, string Asked, bool Seen, IReadOnlyList<ExplainedSourceJson> Sightings, IReadOnlyList<ExplainedSkipJson> Skipped,
    IReadOnlyList<ExplainedIndicatorJson> Indicators, IReadOnlyList<ForecastJson> Prospects, string? Defanged,
    IReadOnlyList<MispHitJson>? Misp, string? MispNote, IReadOnlyList<string> Logs, bool Cut, bool LogsCut)
{
    public static string Text(Explanation explanation) => JsonSerializer.Serialize(
        new ExplainJson(
            OutputJson.Schema, explanation.Asked, explanation.IsSeen,
            [.. explanation.Sources.Select(ExplainedSourceJson.Of)],
            [.. explanation.Skipped.Select(ExplainedSkipJson.Of)],
            [.. explanation.Indicators.Select(ExplainedIndicatorJson.Of)],
            [.. explanation.Forecasts.Select(ForecastJson.Of)],
            explanation.Defanged?.Slug(),
            explanation.InMisp is { } hits ? [.. hits.Select(hit => new MispHitJson(hit.Event, hit.Info, hit.Link))] : null,
            explanation.MispNote, explanation.Logs, explanation.IsTruncated, explanation.AreLogsTruncated),
        OutputJson.Default.ExplainJson);

    public static IReadOnlyList<string> Texts(IEnumerable<Observable> observables) => [.. observables.Select(ObservableText.Of)];
}

internal sealed record ExplainedSourceJson(
    string Source, Guid Event, string? Link, string Info, IReadOnlyList<string> EventTags, bool Aged, Guid Attribute, string Type,
    string? Category, IReadOnlyList<string> Tags, IReadOnlyList<string> Combination, string? Single)
{
    public static ExplainedSourceJson Of(ExplainedSource found) => new(
        found.Event.Source, found.Event.Uuid, found.Event.Link, found.Info, found.EventTags, found.IsAged,
        found.Source.Attribute, found.Source.Type, found.Source.Category, found.Row.Own.AllTags,
        ExplainJson.Texts(found.Source.Combined), found.Source.Single is { } single ? ObservableText.Of(single) : null);
}

internal sealed record ExplainedSkipJson(
    string Source, Guid Event, string? Link, Guid Attribute, string Type, string Reason, string Meaning)
{
    public static ExplainedSkipJson Of(ExplainedSkip skip) =>
        new(skip.Event.Source, skip.Event.Uuid, skip.Event.Link, skip.Attribute, skip.Type, skip.Reason, skip.Meaning);
}

internal sealed record ExplainedIndicatorJson(
    string Destination, string Kind, IReadOnlyList<string> Observables, string State, string Meaning, string? Reason, Guid? Key,
    string? Id, long? Since, long? Sent, string? SinceAt, string? SentAt, string? Expires, string? Renews,
    ExplainedRejectionJson? TurnedDown, bool Pending, long? UnansweredIn, IReadOnlyList<string> Logs)
{
    public static ExplainedIndicatorJson Of(ExplainedIndicator indicator)
    {
        var held = indicator.Status.Held;
        var renews = held?.Indicator is { } there && there.RenewAt < there.Expires ? there.RenewAt : (DateTimeOffset?)null;
        return new ExplainedIndicatorJson(
            indicator.Destination.Name, indicator.Destination.Kind, ExplainJson.Texts(indicator.Observables),
            indicator.State.Slug(), indicator.State.Meaning(), indicator.Reason?.Slug(), indicator.Key,
            held?.Indicator.Id, held?.FirstRun, held?.Run, Times.Iso(indicator.FirstSentAt), Times.Iso(indicator.SentAt),
            Times.Iso(held?.Indicator.Expires), Times.Iso(renews),
            indicator.Status.Rejected is { } rejected
                ? new(rejected.Action.Slug(), rejected.Response, rejected.Attempts, rejected.Run, rejected.IsResent)
                : null,
            indicator.Status.IsPending, indicator.Status.UnconfirmedSince, indicator.Logs);
    }
}

internal sealed record ExplainedRejectionJson(string Step, string Response, int Attempts, long Run, bool SentAgain);

/// <param name="Destinations">By name: null where it would be sent, else the reason why not.</param>
internal sealed record ForecastJson(string Type, IReadOnlyList<string> Observables, IReadOnlyDictionary<string, string?> Destinations)
{
    public static ForecastJson Of(Forecast forecast) => new(
        forecast.Type, ExplainJson.Texts(forecast.Observables),
        forecast.SkippedBy.ToDictionary(one => one.Destination, one => one.Reason?.Slug()));
}

internal sealed record MispHitJson(Guid Event, string Info, string Link);
