using System.Text.Json;
using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations;

/// <summary>All that the program knows of one kind of destination. Its folder makes it, and App registers it.</summary>
internal sealed record DestinationKind
{
    /// <summary>What to do about a missing permission at any service.</summary>
    public const string AnyPermissionRemedy =
        "The app may not do this: compare its permissions with those in the README, then run 'misp-graph errors --retry'.";

    public required KindSettings Settings { get; init; }

    /// <summary>As in the setting <c>kind</c>.</summary>
    public string Name => Settings.Name;

    /// <summary>Where a destination's requests go, the service first; empty where its cloud has none.</summary>
    public required Func<DestinationSettings, IReadOnlyList<Uri>> EndpointsOf { get; init; }

    /// <summary>The scope of a destination's tokens.</summary>
    public required Func<DestinationSettings, string> ScopeOf { get; init; }

    public required Func<DestinationSettings, Capabilities> CapabilitiesOf { get; init; }

    /// <summary>The last argument replaces the settings' own sign-in where it is given.</summary>
    /// <exception cref="RunFailedException">InvalidInput: the settings lead to no service.</exception>
    public required Func<DestinationSettings, Transport, ITokenSource?, IDestination> Create { get; init; }

    /// <summary>Hosts that the service needs, in every cloud: never blocked.</summary>
    public IReadOnlyList<string> NeverBlock { get; init; } = [];

    /// <summary>Which alerts the indicators of a destination raise; null: none that can be read.</summary>
    public Func<DestinationSettings, AlertFeed?> AlertsOf { get; init; } = static _ => null;

    /// <summary>The ways to read alerts that this kind's service offers, to its own destinations or to those of other kinds.</summary>
    public IReadOnlyList<AlertRoute> AlertRoutes { get; init; } = [];

    /// <summary>What to do about rejections; asked after the remedies for passing errors and permissions, before all others.</summary>
    public IReadOnlyList<Remedy> Remedies { get; init; } = [];

    /// <summary>What to do when the service says that the app may not do something to one indicator.</summary>
    public string PermissionRemedy { get; init; } = AnyPermissionRemedy;

    /// <summary>What to do when the service is full.</summary>
    public string FullRemedy { get; init; } =
        "The service holds as many as it takes. Send less (types, excludeTags, daysToExpire), wait until some expire, "
        + "then run 'misp-graph errors --retry'.";

    /// <summary>The doctor's checks of one destination.</summary>
    public Func<CheckInput, DestinationChecks> Checks { get; init; } = input => new DestinationChecks(input);

    /// <summary>
    /// What Entra's discovery document says against a destination's cloud, of any kind: every kind is asked. Null: nothing.
    /// </summary>
    public Func<DestinationSettings, JsonElement, CheckResult?> CheckTenant { get; init; } = (_, _) => null;

    /// <summary>The other tool, or earlier app, whose indicators can be taken over; null: none is known.</summary>
    public TakeoverSource? Takeover { get; init; }
}

/// <summary>What to do about a service's message.</summary>
/// <param name="Words">Whole words of the message, one of which must be there. A star is any end of a word.</param>
internal sealed record Remedy(string[] Words, string Text)
{
    public static Remedy AlreadyExists { get; } = new(
        ["already exist*", "duplicate*", "conflict*"],
        "It exists already under another id. 'misp-graph verify' lists the destination and can repair the ledger.");

    public static Remedy TextLength { get; } = new(
        ["description", "title", "too long", "max length", "maximum length", "length", "characters"],
        "A text is too long or empty. It comes from the event's title or the attribute's comment: correct it in MISP.");

    /// <param name="words">In lower case, each between two blanks.</param>
    public bool Fits(string words) =>
        Array.Exists(Words, word => words.Contains(word.EndsWith('*') ? $" {word[..^1]}" : $" {word} ", StringComparison.Ordinal));
}

/// <summary>Another tool, or an earlier app, whose indicators can be taken over at one kind of destination.</summary>
/// <param name="Tool">Its name.</param>
/// <param name="Usage">What to give to --adopt, and where the tool pushed to.</param>
/// <param name="Matches">Whether the option's value names this tool.</param>
/// <param name="At">The option's value, and the destination.</param>
internal sealed record TakeoverSource(
    string Tool, string Usage, Func<string, bool> Matches, Func<string, IDestination, DestinationSettings, Transport, ForeignTool> At);
