using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations;

/// <summary>A way to read the alerts of a destination. The kind whose service answers has it in its folder.</summary>
/// <param name="Name">As in the setting <c>alerts.route</c>.</param>
internal sealed record AlertRoute(string Name)
{
    /// <summary>It reads the alerts of other kinds too, so it is tried first.</summary>
    public bool IsForAll { get; init; }

    /// <summary>Whether it can read the alerts of a destination.</summary>
    public required Func<DestinationSettings, bool> Serves { get; init; }

    /// <summary>Opens it. The origin is in the service's place; null: the cloud's.</summary>
    /// <exception cref="RunFailedException">InvalidInput: a bad endpoint, or a destination that it does not serve.</exception>
    public required Func<DestinationSettings, AlertFeed, Uri?, Transport, AlertReader> Open { get; init; }
}

internal static class AlertRoutes
{
    /// <summary>
    /// The routes to try, in their order: only one that the settings name, or all that serve the destination. One that is named and does
    /// not serve it fails when it is opened, so that the other destinations are read.
    /// </summary>
    public static IReadOnlyList<(AlertRoute Route, Uri? Endpoint)> For(IEnumerable<DestinationKind> kinds, DestinationSettings settings)
    {
        var serving = kinds.SelectMany(kind => kind.AlertRoutes).Where(route => route.Serves(settings))
            .OrderByDescending(route => route.IsForAll).ToList();
        if (settings.Alerts.Route != AlertSettings.Auto)
        {
            var named = serving.Find(route => route.Name == settings.Alerts.Route) ?? Unfit(settings, serving);
            return [(named, settings.Alerts.Endpoint)];
        }

        // The origin that is given is the first one's; the others have their own.
        return [.. serving.Select((route, at) => (route, at == 0 ? settings.Alerts.Endpoint : null))];
    }

    private static AlertRoute Unfit(DestinationSettings settings, List<AlertRoute> serving)
    {
        var words = string.Join(", ", serving.Select(route => route.Name).Append(AlertSettings.Auto).Select(word => $"\"{word}\""));
        return new AlertRoute(settings.Alerts.Route)
        {
            Serves = _ => false,
            Open = (_, _, _, _) => throw new RunFailedException(
                RunOutcome.InvalidInput, $"'{settings.Name}': its alerts cannot be read by the route \"{settings.Alerts.Route}\".",
                $"Set its alerts.route to one of {words}."),
        };
    }
}
