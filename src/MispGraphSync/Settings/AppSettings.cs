using System.Text.Json;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Settings;

/// <summary>
/// Everything a user can set, already checked. The table of keys has the meaning of each. Paths are absolute. Each class gets
/// the small record that it needs, never this one.
/// </summary>
public sealed record AppSettings
{
    public string Instance { get; init; } = "misp-graph";

    /// <summary>At least one, in the file's order, names unique.</summary>
    public IReadOnlyList<MispSettings> Sources { get; init; } = [new()];
    public string? CaFile { get; init; }

    /// <summary>Enabled and disabled ones, in the file's order, names unique.</summary>
    public IReadOnlyList<DestinationSettings> Destinations { get; init; } = [];
    public GuardSettings Guard { get; init; } = new();
    public SightingSettings Sightings { get; init; } = new();
    public LogSettings Logs { get; init; } = new();

    /// <summary>Null: none is kept, and each run lists the destinations instead.</summary>
    public string? Ledger { get; init; } = "misp-graph.db";
    public Uri? Proxy { get; init; }
    public string? MetricsTextfile { get; init; }

    /// <summary>The ledger's file, for what only a ledger can answer.</summary>
    /// <exception cref="RunFailedException">InvalidInput: none is kept.</exception>
    public string RequiredLedger => Ledger ?? throw new RunFailedException(
        RunOutcome.InvalidInput, "This command needs a ledger, and the setting 'ledger' is \"none\".",
        "Set 'ledger' to a file on a disk that lasts, such as misp-graph.db, and push.");

    /// <summary>The run lock is beside this file, which need not exist.</summary>
    public string LockedFile => Ledger ?? Path.Combine(Logs.Directory, "run");
}

/// <summary>One source: a MISP server, a MISP feed's folder, or saved MISP JSON.</summary>
public sealed record MispSettings
{
    public const string Server = "misp";
    public const string Feed = "feed";
    public const string File = "file";

    public string Kind { get; init; } = Server;
    public bool IsServer => Kind == Server;

    /// <summary>Of a feed or file, absolute; null for a server.</summary>
    public string? Path { get; init; }

    /// <summary>Null when only --input is used, and for a feed or file; so is the key.</summary>
    public Uri? Url { get; init; }
    public SecretReference? Key { get; init; }

    /// <summary>To write sightings with; null: the key itself.</summary>
    public SecretReference? SightingsKey { get; init; }

    /// <summary>The sign-in that fetches the keys from a Key Vault; null when none is in one.</summary>
    public AuthSettings? VaultSignIn { get; init; }
    public string Name { get; init; } = "misp";
    public bool VerifyCert { get; init; } = true;

    /// <summary>JSON objects, already checked by the reader of filters.</summary>
    public IReadOnlyList<JsonElement> EventFilters { get; init; } = [];
    public bool ToIdsOnly { get; init; } = true;
    public bool EnforceWarninglist { get; init; } = true;
    public int PageSize { get; init; } = 100;
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(300);
    public int FullReadDays { get; init; } = 7;

    /// <summary>Null: no scores are read.</summary>
    public DecaySettings? Decay { get; init; }

    public ExpirationSightings Expirations { get; init; }

    /// <summary>The word of our own sightings, which keep no score up.</summary>
    public string OwnSightings { get; init; } = "misp-graph";
}

/// <param name="Model">The name or number of a decaying model of the server.</param>
/// <param name="Threshold">A lower score means that the attribute is not sent; null: none does.</param>
/// <param name="AsConfidence">The score is the confidence.</param>
public sealed record DecaySettings(string Model, int? Threshold, bool AsConfidence);

/// <summary>Whose expiration sightings end an indicator.</summary>
public enum ExpirationSightings
{
    /// <summary>Those of the organisation that created the event, and of the key's own.</summary>
    Own,
    All,
    None,
}

/// <summary>Where alerts are read.</summary>
public sealed record AlertSettings
{
    /// <summary>The route that tries all of them.</summary>
    public const string Auto = "auto";

    public string Route { get; init; } = Auto;
    public TimeSpan LookBack { get; init; } = TimeSpan.FromDays(7);
    public Uri? Endpoint { get; init; }
}

public sealed record SightingSettings
{
    public bool Enabled { get; init; }
    public string Source { get; init; } = "misp-graph";
    public Tlp MaxTlp { get; init; } = Tlp.AmberStrict;
    public int MaxPerRun { get; init; } = 1000;
}

public sealed record GuardSettings
{
    public DeletionLimit MaxDelete { get; init; } = new(50, IsPercent: true);
    public IReadOnlyList<string> NeverBlock { get; init; } = [];
}

/// <summary>What all kinds of destination have in common; each kind derives its own record.</summary>
public record DestinationSettings
{
    public required string Name { get; init; }
    public required string Kind { get; init; }
    public bool Enabled { get; init; } = true;
    public string Instance { get; init; } = "misp-graph";

    /// <summary>Checked for completeness only where <see cref="Enabled"/>.</summary>
    public required AuthSettings Auth { get; init; }
    public required DestinationPolicy Policy { get; init; }

    /// <summary>JSON objects, already checked by the reader of filters; empty: all that is read.</summary>
    public IReadOnlyList<JsonElement> EventFilters { get; init; } = [];

    /// <summary>Names of sources; empty: all of them.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];
    public required int RequestsPerMinute { get; init; }
    public int ParallelRequests { get; init; } = 4;
    public Uri? Endpoint { get; init; }
    public AlertSettings Alerts { get; init; } = new();

    /// <summary>Our share of the indicators that the service holds; null: no share is set.</summary>
    public int? Capacity { get; init; }

    /// <summary>What the ledger knows it by. The place is empty when it is not given.</summary>
    public virtual DestinationInfo Info => new(Name, Kind, "", "");

    /// <summary>What the ledger knows its context objects by; null where the kind has none.</summary>
    public virtual DestinationInfo? ContextInfo => null;

    /// <summary>The hosts that are given in place of the cloud's.</summary>
    public virtual IEnumerable<Uri> OwnEndpoints => Endpoint is null ? [] : [Endpoint];

    /// <summary>The kind's part in the fingerprint of what is sent, and of what is selected. Another text plans everything again.</summary>
    public virtual (string Content, string Selection) Fingerprint => ("False False\n", "False");

    /// <summary>The same destination for the canary of doctor, whose indicators are never ours.</summary>
    public virtual DestinationSettings ForCanary(string instance) => this with { Instance = instance };
}
