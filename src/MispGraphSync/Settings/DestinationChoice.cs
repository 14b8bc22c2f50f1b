namespace MispGraphSync.Settings;

/// <summary>The destinations and sources that a command line names.</summary>
internal static class DestinationChoice
{
    /// <param name="settings">The settings.</param>
    /// <param name="names">Empty: all enabled ones.</param>
    /// <exception cref="RunFailedException">Nothing is enabled, or there is no destination of such a name.</exception>
    public static List<DestinationSettings> Choose(this AppSettings settings, IReadOnlyList<string> names)
    {
        settings.CheckNames(names);
        var chosen = settings.Destinations.Where(one => names.Count == 0 ? one.Enabled : names.Contains(one.Name)).ToList();
        return chosen.Count > 0 ? chosen : throw new RunFailedException(
            RunOutcome.InvalidInput, "No destination is enabled.", "Set \"enabled\": true for one in the settings.");
    }

    /// <exception cref="RunFailedException">There is no destination of such a name.</exception>
    public static void CheckNames(this AppSettings settings, IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => settings.Destinations.All(one => one.Name != name)) is not { } unknown) return;
        throw new RunFailedException(
            RunOutcome.InvalidInput, $"There is no destination '{Sanitize.ForDisplay(unknown, 80)}'.",
            $"The settings have: {string.Join(", ", settings.Destinations.Select(one => one.Name))}.");
    }

    /// <summary>The sources of these names, in the settings' order; for no name all.</summary>
    /// <exception cref="RunFailedException">There is no source of such a name.</exception>
    public static List<MispSettings> ChooseSources(this AppSettings settings, IReadOnlyList<string> names)
    {
        if (names.FirstOrDefault(name => settings.Sources.All(one => one.Name != name)) is { } unknown)
            throw new RunFailedException(
                RunOutcome.InvalidInput, $"There is no source '{Sanitize.ForDisplay(unknown, 80)}'.",
                $"The settings have: {string.Join(", ", settings.Sources.Select(one => one.Name))}.");
        return [.. settings.Sources.Where(one => names.Count == 0 || names.Contains(one.Name))];
    }
}
