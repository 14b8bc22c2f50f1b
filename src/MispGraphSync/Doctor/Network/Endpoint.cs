namespace MispGraphSync.Doctor.Network;

/// <summary>A host that these settings make the tool speak to.</summary>
/// <param name="Origin">Scheme, host and port.</param>
/// <param name="Purposes">What it is for: <c>MISP</c>, <c>sign-in</c>, <c>graph</c>.</param>
/// <param name="IsMisp">Whether misp.verifyCert concerns it.</param>
internal sealed record Endpoint(Uri Origin, IReadOnlyList<string> Purposes, bool IsMisp)
{
    /// <summary>Host and port, the port always named: what a firewall's rule needs.</summary>
    public string Address => $"{(Origin.HostNameType == UriHostNameType.IPv6 ? $"[{Origin.DnsSafeHost}]" : Origin.DnsSafeHost)}:{Origin.Port}";
}
