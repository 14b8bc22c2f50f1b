using System.Collections.Frozen;

namespace MispGraphSync.Http.SignIn;

/// <summary>One Microsoft cloud and its sign-in host (Entra: "national cloud deployments"). No other cloud accepts its tokens.</summary>
internal sealed record Cloud(string Name, Uri Authority)
{
    private static readonly FrozenDictionary<string, Cloud> All = new Cloud[]
    {
        new("global", new("https://login.microsoftonline.com")),
        new("gcc", new("https://login.microsoftonline.com")),
        new("usgov", new("https://login.microsoftonline.us")),
        new("usgovdod", new("https://login.microsoftonline.us")),
        new("china", new("https://login.partner.microsoftonline.cn")),
    }.ToFrozenDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);

    public static IReadOnlyCollection<string> Names { get; } =
        All.Keys.Order(StringComparer.Ordinal).ToArray();

    /// <summary>Where these settings sign in.</summary>
    /// <exception cref="RunFailedException">InvalidInput: no such cloud.</exception>
    public static Uri AuthorityOf(AuthSettings auth) => auth.Authority ?? Named(auth.Cloud).Authority;

    /// <exception cref="RunFailedException">InvalidInput: no such cloud.</exception>
    public static Cloud Named(string name) => All.GetValueOrDefault(name)
        ?? throw new RunFailedException(
            RunOutcome.InvalidInput, $"auth.cloud: {name} is not a known cloud.", $"Use one of {string.Join(", ", Names)}.");
}
