using System.Text.Json;
using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Destinations;

/// <summary>The kinds of destination that App registered.</summary>
internal sealed class DestinationKinds(params IReadOnlyList<DestinationKind> all)
{
    /// <summary>Every key that a user can set.</summary>
    public SettingsTable Table { get; } = new(all.Select(kind => kind.Settings));

    /// <summary>Hosts of the services, in every cloud.</summary>
    public IEnumerable<string> NeverBlock => all.SelectMany(kind => kind.NeverBlock);

    /// <summary>The ways to read a destination's alerts, in the order in which they are tried.</summary>
    public IReadOnlyList<(AlertRoute Route, Uri? Endpoint)> AlertRoutesOf(DestinationSettings settings) => AlertRoutes.For(all, settings);

    /// <summary>Null: this version does not know the kind.</summary>
    public DestinationKind? Find(string name) => all.FirstOrDefault(kind => kind.Name == name);

    /// <exception cref="RunFailedException">InvalidInput: this version does not know the kind.</exception>
    public DestinationKind Of(DestinationSettings settings) => Find(settings.Kind) ?? throw new RunFailedException(
        RunOutcome.InvalidInput, $"Destination '{settings.Name}' is of the kind '{settings.Kind}', which this version cannot send to.",
        "Set \"enabled\": false for it.");

    /// <param name="tokens">Null: those of the settings' own sign-in.</param>
    public IDestination Create(DestinationSettings settings, Transport transport, ITokenSource? tokens = null) =>
        Of(settings).Create(settings, transport, tokens);

    /// <summary>What a tenant's discovery document says against a destination's cloud; null: nothing.</summary>
    public CheckResult? CheckTenant(DestinationSettings settings, JsonElement discovery) =>
        all.Select(kind => kind.CheckTenant(settings, discovery)).FirstOrDefault(result => result is not null);

    /// <summary>The tools whose indicators can be taken over.</summary>
    public IEnumerable<string> TakeoverTools => all.Select(kind => kind.Takeover?.Tool).OfType<string>();

    /// <summary>The kind of destination that another tool pushed to.</summary>
    /// <exception cref="RunFailedException">InvalidInput: no such tool is known.</exception>
    public DestinationKind TakeoverFrom(string tool) =>
        all.FirstOrDefault(kind => kind.Takeover?.Matches(tool) == true) ?? throw new RunFailedException(
            RunOutcome.InvalidInput, $"--adopt: '{Sanitize.ForDisplay(tool, 80)}' is not a known tool.",
            $"Give {string.Join(" or ", all.Select(kind => kind.Takeover?.Usage).OfType<string>())}.");
}
