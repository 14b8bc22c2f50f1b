using System.Net;

namespace MispGraphSync.Sandbox;

/// <summary>Initial values of a sandbox. They are invented and constant, so that tests and the tour agree.</summary>
public sealed record SandboxOptions
{
    /// <summary>Decides token, indicator and rate-window ages. Latency and slow answers always take real time.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Loopback only: anything else is refused at start.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>Serve everything over https. Entra always is, since MSAL accepts nothing else.</summary>
    public bool Tls { get; init; }

    /// <summary>A service that is not named here gets a free port.</summary>
    public IReadOnlyDictionary<Service, int> Ports { get; init; } = new Dictionary<Service, int>();

    /// <summary>Also open the control end point (see <c>Control/ControlService.cs</c>).</summary>
    public bool Control { get; init; }

    /// <summary>Start with the sample events; without them MISP is empty.</summary>
    public bool SampleEvents { get; init; }

    public Guid Tenant { get; init; } = Guid.Parse("7e0a0000-5a5d-4b0c-8000-000000000001");

    public string ClientId { get; init; } = "c11e0000-5a5d-4b0c-8000-000000000002";

    public string ClientSecret { get; init; } = "sandbox-secret-of-no-value";

    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromSeconds(3599);

    /// <summary>40 characters, as MISP's own.</summary>
    public string MispKey { get; init; } = "SandboxKeySandboxKeySandboxKeySandboxKey";

    public Guid WorkspaceId { get; init; } = Guid.Parse("3b5e0000-5a5d-4b0c-8000-000000000003");

    public Guid SubscriptionId { get; init; } = Guid.Parse("5b5c0000-5a5d-4b0c-8000-000000000004");

    public string ResourceGroup { get; init; } = "sandbox-rg";

    public string WorkspaceName { get; init; } = "sandbox-workspace";

    /// <summary>Requests remembered; the oldest go first. 0 remembers none.</summary>
    public int JournalCapacity { get; init; } = 20_000;

    /// <summary>Bytes of request bodies remembered in all; beyond it the oldest requests go.</summary>
    public long JournalBytes { get; init; } = 64 * 1024 * 1024;
}
