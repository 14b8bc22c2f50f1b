using System.Text.Json;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Who holds a listed value.</summary>
internal enum DefenderHolder
{
    Other,

    /// <summary>This installation, when it signed in as another application.</summary>
    EarlierApp,

    Ours,
}

/// <summary>
/// Separates this installation's indicators from others'. Lists need not repeat our key, so it is computed from type and value,
/// and counts only where everything else names us: an application, ours, under our instance's name.
/// </summary>
/// <param name="App">The id of the application that signs in; null: unknown, and then any application's are ours.</param>
/// <param name="Partition">The setting of that name.</param>
internal sealed record DefenderOwner(string Instance, string? App, string Partition = "")
{
    private const string Application = "AadApp";

    /// <summary>Managed identities and federated credentials have an app id that no setting needs to name: the token says it.</summary>
    /// <param name="app">The app id of the settings, for a token that cannot be read.</param>
    public static async ValueTask<DefenderOwner> IdentifyAsync(
        DefenderSettings settings, ITokenSource tokens, string? app, CancellationToken ct)
    {
        var token = await tokens.GetAsync(forceRefresh: false, ct).ConfigureAwait(false);
        return new DefenderOwner(settings.Instance, JwtClaims.Read(token)?.App ?? app, settings.Partition);
    }

    /// <summary>The stable key that the value has, whoever holds it.</summary>
    public Guid KeyOf(DefenderValue value) => StableId.ForIndicator(Instance, DefenderKind.Name, Partition, value.ToString(), 0);

    public DefenderHolder HolderOf(JsonElement item, Guid key)
    {
        if (Guid.TryParseExact(item.Text("externalID"), "D", out var named))
            return named == key ? DefenderHolder.Ours : DefenderHolder.Other;
        var application = DefenderSettings.ApplicationOf(Instance, Partition);
        if (item.Text("application") != application || Differs(item, "sourceType", Application)) return DefenderHolder.Other;
        // An import of another application's value need not change who created it.
        if (App is null || !Differs(item, "createdBy", App) || Is(item, "lastUpdatedBy", App)) return DefenderHolder.Ours;
        return Is(item, "sourceType", Application) ? DefenderHolder.EarlierApp : DefenderHolder.Other;
    }

    private static bool Is(JsonElement item, string name, string expected) =>
        expected.Equals(item.Text(name), StringComparison.OrdinalIgnoreCase);

    /// <summary>A missing property proves nothing.</summary>
    private static bool Differs(JsonElement item, string name, string expected) =>
        item.Text(name) is { Length: > 0 } && !Is(item, name, expected);
}
