using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Settings;

/// <summary>
/// Everything a user can set, already checked: option over environment over file over default. Paths are absolute.
/// Each class is handed the small record it needs, never this one.
/// </summary>
public sealed record AppSettings
{
    /// <summary>Must differ between installations that write to one tenant or workspace.</summary>
    public string Instance { get; init; } = "misp-graph";

    public MispSettings Misp { get; init; } = new();

    /// <summary>PEM file with further authorities, for all hosts; null: the system's only.</summary>
    public string? CaFile { get; init; }

    /// <summary>Enabled and disabled ones, in the file's order, names unique.</summary>
    public IReadOnlyList<DestinationSettings> Destinations { get; init; } = [];

    public GuardSettings Guard { get; init; } = new();

    public LogSettings Logs { get; init; } = new();

    /// <summary>The ledger's file.</summary>
    public string Ledger { get; init; } = "misp-graph.db";

    /// <summary>Null: the system's proxy.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Prometheus text file written at the end of each run; null: none.</summary>
    public string? MetricsTextfile { get; init; }
}

public sealed record MispSettings
{
    /// <summary>The server's base address; null when only --input is used.</summary>
    public Uri? Url { get; init; }

    /// <summary>The auth key; null when only --input is used.</summary>
    public SecretReference? Key { get; init; }

    /// <summary>Where the key lies in a Key Vault: the sign-in that fetches it. Null elsewhere.</summary>
    public AuthSettings? VaultSignIn { get; init; }

    /// <summary>The source's name in the ledger.</summary>
    public string Name { get; init; } = "misp";

    public bool VerifyCert { get; init; } = true;

    /// <summary>Checked by the filters' own reader: each is a JSON object. None: all events.</summary>
    public IReadOnlyList<JsonElement> EventFilters { get; init; } = [];

    public bool ToIdsOnly { get; init; } = true;

    public bool EnforceWarninglist { get; init; } = true;

    /// <summary>Events a page.</summary>
    public int PageSize { get; init; } = 100;

    /// <summary>For one answer's next bytes to arrive.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>Everything is read again after so many days.</summary>
    public int FullReadDays { get; init; } = 7;
}

public sealed record DestinationSettings
{
    /// <summary>A slug: letters, digits, hyphens; never <c>error</c>.</summary>
    public required string Name { get; init; }

    /// <summary><c>graph</c>, <c>sentinel</c> or <c>defender</c>.</summary>
    public required string Kind { get; init; }

    public bool Enabled { get; init; } = true;

    /// <summary>The setting at the top, which goes into every key.</summary>
    public string Instance { get; init; } = "misp-graph";

    /// <summary>Its own, or the common one. Checked for completeness only where <see cref="Enabled"/>.</summary>
    public required AuthSettings Auth { get; init; }

    public required DestinationPolicy Policy { get; init; }

    /// <summary>Graph: <c>Azure Sentinel</c> or <c>Microsoft Defender ATP</c>.</summary>
    public string TargetProduct { get; init; } = "Azure Sentinel";

    /// <summary>Sentinel: the Log Analytics workspace's GUID.</summary>
    public Guid? WorkspaceId { get; init; }

    public string SourceSystem { get; init; } = "misp-graph";

    /// <summary>Sentinel: send patterns that are stored but perhaps not matched.</summary>
    public bool IncludeUnmatched { get; init; }

    /// <summary>Sentinel, for read and verify only.</summary>
    public string? SubscriptionId { get; init; }

    public string? ResourceGroup { get; init; }

    public string? WorkspaceName { get; init; }

    /// <summary>Defender: our own share of the tenant's 15,000.</summary>
    public int Capacity { get; init; } = 15_000;

    /// <summary>Defender: what blocks or warns raises an alert too.</summary>
    public bool GenerateAlert { get; init; } = true;

    /// <summary>Defender: device groups; empty = all devices.</summary>
    public IReadOnlyList<string> RbacGroupNames { get; init; } = [];

    /// <summary>Defender: the scope of its tokens; null: the cloud's.</summary>
    public string? TokenScope { get; init; }

    public required int RequestsPerMinute { get; init; }

    public int ParallelRequests { get; init; } = 4;

    /// <summary>An origin in the place of the service's host; null: the cloud's.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Sentinel: an origin in the place of the management host.</summary>
    public Uri? ManagementEndpoint { get; init; }

    /// <summary>What the ledger knows it by. The place is in lower case, for a tenant's spelling may vary; empty when not given.</summary>
    public DestinationInfo Info => Kind switch
    {
        "sentinel" => new DestinationInfo(Name, Kind, WorkspaceId?.ToString() ?? "", SourceSystem),
        "graph" => new DestinationInfo(Name, Kind, Auth.Tenant.ToLowerInvariant(), TargetProduct),
        _ => new DestinationInfo(Name, Kind, Auth.Tenant.ToLowerInvariant(), ""),
    };
}

public sealed record GuardSettings
{
    public DeletionLimit MaxDelete { get; init; } = new(50, IsPercent: true);

    /// <summary>Host names, addresses, CIDR ranges and hashes that are never blocked.</summary>
    public IReadOnlyList<string> NeverBlock { get; init; } = [];
}
