using MispGraphSync.Destinations;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor;

/// <summary>Every host that settings lead to, each once, with what it is for.</summary>
internal static class Endpoints
{
    public static IReadOnlyList<Endpoint> Of(AppSettings settings, IEnumerable<DestinationSettings> destinations, DestinationKinds kinds)
    {
        var all = destinations.ToList();
        var used = new List<(Uri Origin, string Purpose)>();
        if (settings.Misp.Url is { } misp) used.Add((misp, "MISP"));
        if (settings.Misp.VaultSignIn is { } fetcher)
        {
            used.Add((settings.Misp.Key!.VaultAddress!, "Key Vault"));
            used.AddRange(OfSignIn(fetcher));
        }

        foreach (var destination in all) used.AddRange(OfAuth(destination.Auth));
        foreach (var destination in all) used.AddRange(kinds.Of(destination).EndpointsOf(destination).Select(origin => (origin, destination.Name)));
        return
        [
            .. used.GroupBy(one => one.Origin.GetLeftPart(UriPartial.Authority), StringComparer.OrdinalIgnoreCase).Select(one => new Endpoint(
                new Uri(one.Key), string.Join(", ", one.Select(use => use.Purpose).Distinct(StringComparer.Ordinal)), one.Any(use => use.Purpose == "MISP"))),
        ];
    }

    private static IEnumerable<(Uri, string)> OfAuth(AuthSettings auth)
    {
        if (auth.VaultSignIn is { } fetcher)
        {
            yield return (auth.ClientSecret!.VaultAddress!, "Key Vault");
            foreach (var use in OfSignIn(fetcher)) yield return use;
        }

        foreach (var use in OfSignIn(auth)) yield return use;
    }

    /// <summary>A managed identity's endpoint is on the machine, or at its link: no firewall between.</summary>
    private static IEnumerable<(Uri, string)> OfSignIn(AuthSettings auth) => auth.ManagedIdentity is null ? [(Cloud.AuthorityOf(auth), "sign-in")] : [];
}
