namespace MispGraphSync.Doctor;

/// <summary>A host that these settings make the tool connect to.</summary>
/// <param name="Origin">Scheme, host and port.</param>
/// <param name="Purpose">What it is for: <c>MISP</c>, <c>sign-in</c>, <c>graph</c>; several in a row.</param>
/// <param name="IsMisp">Whether misp.verifyCert concerns it.</param>
internal sealed record Endpoint(Uri Origin, string Purpose = "", bool IsMisp = false)
{
    /// <summary>Host and port, the port always named: what a firewall's rule needs.</summary>
    public string Address => $"{(Origin.HostNameType == UriHostNameType.IPv6 ? $"[{Origin.DnsSafeHost}]" : Origin.DnsSafeHost)}:{Origin.Port}";

    public override string ToString() => $"{Address} ({Purpose})";
}
