using MispGraphSync.Destinations;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;

namespace MispGraphSync.Doctor;

/// <summary>What a MISP server says: version, key, events, one event in full, warninglists. And whether a feed or file is there.</summary>
internal static class MispChecks
{
    /// <summary>A full event can take long, and has smaller requests after it when it fails.</summary>
    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(100);

    private const string PhpRemedy = "Look into MISP's logs (app/tmp/logs/error.log, PHP's log); PHP's memory_limit and max_execution_time "
        + "must do for one event.";

    public static IEnumerable<Check> Of(MispContext misp) =>
        misp.Settings.IsServer ? OfServer(misp) : [new(misp.Name, () => [Saved(misp.Settings)])];

    private static IEnumerable<Check> OfServer(MispContext misp) =>
    [
        new(misp.Name, async () => await misp.Connection.GetAsync().ConfigureAwait(false) switch
        {
            { IsKeyRefused: true } => CheckResult.Ok("answers as MISP does; its version is for those with a key"),
            var connection => connection.Result,
        }),
        new($"{misp.Name} key", async _ => await misp.Connection.GetAsync().ConfigureAwait(false) is { IsKeyRefused: true } refused
            ? [refused.Result]
            : await misp.AskAsync(KeyAsync).ConfigureAwait(false)),
        new($"{misp.Name} events", _ => misp.AskAsync((client, ct) => EventsAsync(misp.Filters, client, ct))),
        new($"{misp.Name} fetch", _ => misp.AskAsync((client, ct) => FetchAsync(misp, client, ct), FetchLimit)),
        new(misp.IsOnly ? "warninglists" : $"{misp.Name} warninglists", async _ => misp.Settings.EnforceWarninglist
            ? await misp.AskAsync(WarninglistsAsync).ConfigureAwait(false)
            : [CheckResult.Skipped("misp.enforceWarninglist is off")]),
        new($"{misp.Name} sightings", async _ => misp.WantsSightings
            ? await misp.AskAsync((client, ct) => SightingsAsync(misp.ClientForSightings(client), ct))
            : [CheckResult.Ok("sightings.enabled is off")]),
        new($"{misp.Name} expirations", async _ => misp.Settings.Expirations != ExpirationSightings.None
            ? await misp.AskAsync((client, ct) => ExpirationsAsync(misp, client, ct)).ConfigureAwait(false)
            : [CheckResult.Skipped("misp.expirationSightings is none")]),
        .. misp.Settings.Decay is { } decay
            ? [new Check($"{misp.Name} decay", _ => misp.AskAsync((client, ct) => DecayAsync(decay, client, ct)))]
            : Array.Empty<Check>(),
    ];

    private static async Task<IReadOnlyList<CheckResult>> ExpirationsAsync(MispContext misp, MispClient client, CancellationToken ct) =>
        await new MispReports(client, misp.Settings, misp.Time).ReadSightingsAsync(misp.Time.GetUtcNow(), ct).ConfigureAwait(false) is null
            ? [CheckResult.Warning(
                "MISP shows no sightings to this key: false positives and expirations have no effect.",
                "Give the key's role access to sightings, or set misp.expirationSightings to none.")]
            : [CheckResult.Ok("can be searched")];

    private static async Task<IReadOnlyList<CheckResult>> DecayAsync(DecaySettings decay, MispClient client, CancellationToken ct)
    {
        try
        {
            var model = await DecayModel.FindAsync(client, decay.Model, ct).ConfigureAwait(false);
            return [CheckResult.Ok($"model {Shown(model.Name)}")];
        }
        catch (RunFailedException failure) when (failure.Outcome == RunOutcome.InvalidInput)
        {
            return [CheckResult.FromFailure(failure)];
        }
    }

    private static async Task<IReadOnlyList<CheckResult>> SightingsAsync(MispClient client, CancellationToken ct)
    {
        try
        {
            return await MispServer.MaySightAsync(client, ct).ConfigureAwait(false)
                ? [CheckResult.Ok("the key may write sightings")]
                : [CheckResult.Failed(
                    RunOutcome.SignInFailed, "The role of the key's user may not write sightings: it lacks perm_sighting.",
                    "Give the role that right in MISP, or set misp.sightingsKey to the key of a user whose role has it.")];
        }
        catch (RunFailedException failure)
        {
            return [CheckResult.FromFailure(failure)];
        }
    }

    private static CheckResult Saved(MispSettings source)
    {
        var path = source.Path!;
        if (!Directory.Exists(path) && !File.Exists(path))
            return CheckResult.Failed(
                RunOutcome.Unreachable, $"There is no file or folder {path}.", "Check the source's path, and that its disk is mounted.");
        return source.Kind == MispSettings.Feed && !File.Exists(Path.Combine(path, "manifest.json"))
            ? CheckResult.Failed(
                RunOutcome.Unreachable, $"{path} has no manifest.json, so it is no MISP feed.",
                "Check the source's path; for saved MISP JSON, set its kind to file.")
            : CheckResult.Ok($"{path} is there");
    }

    // Reading needs nothing else of the role.
    private static async Task<IReadOnlyList<CheckResult>> KeyAsync(MispClient client, CancellationToken ct) =>
        await MispServer.UserAsync(client, ct).ConfigureAwait(false) is { } user
            ? [Role(user), .. Defaults(user.Defaults)]
            : [CheckResult.Ok("accepted; the role may not ask about itself")];

    private static CheckResult Role(KeyOwner user)
    {
        if (user.RateLimit == 0)
            return CheckResult.Failed(
                RunOutcome.SignInFailed, $"The role {Shown(user.Role)} has a rate limit of 0: MISP refuses every search.",
                "Raise the role's rate limit in MISP, or remove the limit.");
        if (user.IsSiteAdmin)
            return CheckResult.Warning(
                $"The key is a site administrator's (role {Shown(user.Role)}): it gives full control of this MISP, "
                + "and pushes see every event.",
                "Create a user with the role Read Only and API access, and set misp.key to its key.");
        var limit = user.RateLimit is > 0 and { } searches ? $"; {searches} searches in 15 minutes" : "";
        return CheckResult.Ok($"role {Shown(user.Role)}, sees what organisation {Shown(user.Organisation)} may see{limit}");
    }

    private static IEnumerable<CheckResult> Defaults(SearchDefaults defaults)
    {
        if (defaults.IsEmpty) yield break;
        var lasting = defaults.Lasting.ToList();
        yield return CheckResult.Warning(
            $"MISP has search defaults stored for the key's user: {Sanitize.ForDisplay(string.Join(", ", defaults.Keys), 200)}. "
                + (lasting.Count == 0
                    ? "Each search overrides them, so that only misp.eventFilters selects events."
                    : $"These cannot be overridden and may change every search: {Sanitize.ForDisplay(string.Join(", ", lasting), 200)}."),
            "In MISP, remove the user setting default_restsearch_parameters; write the wanted filters into misp.eventFilters.");
    }

    private static async Task<IReadOnlyList<CheckResult>> EventsAsync(FilterPlan plan, MispClient client, CancellationToken ct)
    {
        var filters = plan.Filters;
        var counts = new List<int?>();
        foreach (var filter in filters.IsEmpty ? [EventFilter.Everything] : filters.ToArray())
        {
            counts.Add((await EventProbe.AskAsync(client, filter.Positive, ct).ConfigureAwait(false)).Total);
        }

        if (counts.Contains(null)) return [CheckResult.Ok("the server lists events, and does not count them")];
        if (counts.Contains(0)) return [await NoEventAsync(client, ct).ConfigureAwait(false)];
        var least = counts.Min() == 1 ? "1 event" : $"{counts.Min():N0} events";
        var isExact = filters.Length <= 1 && !filters.Any(filter => filter.Subtracted.Any());
        return [CheckResult.Ok(isExact
            ? $"{least} match"
            : $"at most {least} match: by filter {string.Join(", ", counts.Select(count => $"{count:N0}"))}, before exclusions")];
    }

    private static async Task<CheckResult> NoEventAsync(MispClient client, CancellationToken ct)
    {
        var seen = await EventProbe.AskAsync(client, EventFilter.Everything, ct).ConfigureAwait(false);
        return seen.Total > 0
            ? CheckResult.Warning(
                $"No event matches misp.eventFilters, of {seen.Total:N0} that the key sees.",
                "Widen the filters: an event must match every filter, and every key of one (docs/filters.md).")
            : CheckResult.Warning(
                "The key sees no event at all.",
                "Check the distribution of the events and the organisation of the key's user, who sees only shared events.");
    }

    // By the very request that a push sends.
    private static async Task<IReadOnlyList<CheckResult>> FetchAsync(MispContext misp, MispClient client, CancellationToken ct)
    {
        var filter = misp.Filters.Filters.IsEmpty ? EventFilter.Everything : misp.Filters.Filters[0].Positive;
        var probe = await EventProbe.AskAsync(client, filter, ct).ConfigureAwait(false);
        if (probe.First is not { } header) return [CheckResult.Skipped("no event matches")];

        var gaps = new List<string>();
        var fetch = misp.Fetch(client, gaps.Add);
        await foreach (var read in fetch.ReadAsync([header], ct).ConfigureAwait(false)) return [Fetched(read, fetch)];
        return [CheckResult.Failed(RunOutcome.Unreachable, gaps.FirstOrDefault() ?? $"Event {header.Uuid} did not come.", PhpRemedy)];
    }

    private static CheckResult Fetched(ReadEvent read, EventFetch fetch)
    {
        var attributes = read.Items.Sum(item => item is EventItem.Object one ? one.Value.Attributes.Count : 1);
        return fetch.Workarounds.Count == 0
            ? CheckResult.Ok($"event {read.Event.Uuid} came in full, with {attributes:N0} attributes")
            : CheckResult.Warning($"{fetch.Workarounds[0]} It came in pieces, which takes many more requests.", PhpRemedy);
    }

    private static async Task<IReadOnlyList<CheckResult>> WarninglistsAsync(MispClient client, CancellationToken ct) =>
        await MispServer.WarninglistsAsync(client, ct).ConfigureAwait(false) switch
        {
            null => [CheckResult.Ok("the role may not list them; the server applies them all the same")],
            (0, var all) => [CheckResult.Warning(
                $"None of the server's {all:N0} warninglists is enabled, so misp.enforceWarninglist has no effect.",
                "In MISP: Input Filters > Warninglists: update them, and enable those for resolvers, CDNs, and well-known domains.")],
            (var enabled, var all) => [CheckResult.Ok($"{enabled:N0} of {all:N0} enabled")],
        };

    private static string Shown(string? name) => name is null ? "(unknown)" : Sanitize.ForDisplay(name, 60);
}
