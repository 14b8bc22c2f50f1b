using System.Security.Cryptography.X509Certificates;

namespace MispGraphSync.Sandbox.Entra;

/// <summary>An application in the tenant. May be changed at any time; roles show in tokens issued afterwards.</summary>
public sealed class AppRegistration(string clientId)
{
    public string ClientId => clientId;

    public string? Secret { get; set; }

    public DateTimeOffset? SecretExpires { get; set; }

    public bool Disabled { get; set; }

    /// <summary>Certificates whose key may sign an assertion.</summary>
    public IList<X509Certificate2> Certificates { get; } = [];

    public FederatedCredential? Federation { get; set; }

    /// <summary>Consented on Graph; empty = consent is missing and tokens come without roles.</summary>
    public ISet<string> GraphRoles { get; } = new HashSet<string> { "ThreatIndicators.ReadWrite.OwnedBy", "SecurityAlert.Read.All" };

    /// <summary>
    /// Consented on WindowsDefenderATP: <c>Ti.ReadWrite</c> and/or <c>Ti.ReadWrite.All</c>, and <c>Alert.Read.All</c> for its alerts.
    /// </summary>
    public ISet<string> DefenderRoles { get; } = new HashSet<string> { "Ti.ReadWrite.All" };

    /// <summary>Has Log Analytics Reader on the workspace.</summary>
    public bool IsLogAnalyticsReader { get; set; } = true;

    /// <summary>Has Microsoft Sentinel Contributor on the workspace. Not part of a token, so a change takes effect immediately.</summary>
    public bool IsSentinelContributor { get; set; } = true;

    /// <summary>May list through ARM.</summary>
    public bool IsSentinelReader { get; set; } = true;

    internal IEnumerable<string> RolesFor(IReadOnlySet<string> audience) =>
        audience == Audiences.Graph ? GraphRoles : audience == Audiences.Defender ? DefenderRoles : [];
}
