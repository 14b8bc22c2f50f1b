using MispGraphSync.Destinations;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor;

/// <summary>A host that these settings make the tool connect to.</summary>
/// <param name="Origin">Scheme, host and port.</param>
/// <param name="Purpose">What it is for: <c>MISP</c>, <c>sign-in</c>, <c>graph</c>; several in a row.</param>
/// <param name="IsMisp">Whether it is a source.</param>
internal sealed record Endpoint(Uri Origin, string Purpose = "", bool IsMisp = false)
{
    /// <summary>Whether its certificate is checked, by verifyCert of the sources there.</summary>
    public bool VerifiesCert { get; init; } = true;

    /// <summary>Host and port, the port always named: what a firewall's rule needs.</summary>
    public string Address =>
        Origin.HostNameType == UriHostNameType.IPv6 ? $"[{Origin.DnsSafeHost}]:{Origin.Port}" : $"{Origin.DnsSafeHost}:{Origin.Port}";

    public override string ToString() => $"{Address} ({Purpose})";

    /// <summary>Every host of the settings, each once, with what it is for.</summary>
    public static IReadOnlyList<Endpoint> Of(AppSettings settings, IReadOnlyList<DestinationSettings> destinations, DestinationKinds kinds)
    {
        var used = new List<(Uri Origin, string Purpose)>();
        foreach (var source in settings.Sources)
        {
            if (source.Url is { } misp) used.Add((misp, "MISP"));
            AddVault(source.Key, source.VaultSignIn);
        }

        foreach (var auth in destinations.Select(one => one.Auth))
        {
            AddVault(auth.ClientSecret, auth.VaultSignIn);
            AddSignIn(auth);
        }

        used.AddRange(destinations.SelectMany(one => kinds.Of(one).EndpointsOf(one).Select(origin => (origin, one.Name))));
        return
        [
            .. used.GroupBy(one => one.Origin.GetLeftPart(UriPartial.Authority), one => one.Purpose, StringComparer.OrdinalIgnoreCase)
                .Select(one => new Endpoint(new Uri(one.Key), string.Join(", ", one.Distinct()), one.Contains("MISP"))
                {
                    VerifiesCert = !settings.Sources.Any(source => !source.VerifyCert && OriginOf(source.Url) == one.Key),
                }),
        ];

        static string? OriginOf(Uri? address) => address?.GetLeftPart(UriPartial.Authority);

        void AddVault(SecretReference? secret, AuthSettings? signIn)
        {
            if (signIn is null) return;
            used.Add((secret!.VaultAddress!, "Key Vault"));
            AddSignIn(signIn);
        }

        // A managed identity's endpoint is on the machine, or at its link: no firewall between.
        void AddSignIn(AuthSettings auth)
        {
            if (auth.ManagedIdentity is null) used.Add((Cloud.AuthorityOf(auth), "sign-in"));
        }
    }
}
