using System.Diagnostics.CodeAnalysis;
using MispGraphSync.Settings;
using static MispGraphSync.Settings.SettingTypes;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>The settings of one Sentinel destination, and their rows in the table.</summary>
public sealed record SentinelSettings : DestinationSettings
{
    internal const string KindName = "sentinel";
    private const string ReservedSource = "Microsoft Sentinel";

    private static readonly SettingKey<Guid?> WorkspaceIdKey = new("workspaceId", KeyScope.Destination, SettingTypes.Guid(
        "a workspace's id, a GUID",
        hint: text => text.Length == 0 ? null
            : text.StartsWith('/') ? "That is the workspace's resource id; the workspace id is on its Overview page."
            : "That is the workspace's name; the id is on its Overview page."), null,
        "The Log Analytics workspace's id, a GUID, from its Overview page.")
    { Placeholder = Keys.NoId, Kind = KindName };

    private static readonly SettingKey<string> SourceSystemKey = new("sourceSystem", KeyScope.Destination, Matching(
        "a text of 1 to 256 characters without line breaks", @"^[^\u0000-\u001f\u007f]{1,256}$",
        hint: text => IsReserved(text) ? "Sentinel reserves that name; choose another." : null,
        accepts: text => !IsReserved(text)), "\"misp-graph\"",
        "The source that Sentinel shows for our indicators, and part of their ids: do not change it later.")
    { Kind = KindName };

    private static readonly SettingKey<bool> IncludeUnmatchedKey = new("includeUnmatched", KeyScope.Destination, Bool, "false",
        "Also send patterns that Sentinel stores but may never match against logs.")
    { Kind = KindName };

    private static readonly SettingKey<Guid?> SubscriptionIdKey = new("subscriptionId", KeyScope.Destination, SettingTypes.Guid(
        "a subscription's id, a GUID"), null,
        "The workspace's Azure subscription; found by workspaceId where the app's role shows it.")
    { Example = Keys.NoId, Kind = KindName };

    private static readonly SettingKey<string> ResourceGroupKey = new("resourceGroup", KeyScope.Destination, Matching(
        "a resource group's name", @"^[A-Za-z0-9_().-]{1,90}$"), null,
        "The workspace's resource group; found in the same way.")
    { Example = "\"security\"", Kind = KindName };

    private static readonly SettingKey<string> WorkspaceNameKey = new("workspaceName", KeyScope.Destination, Matching(
        "a workspace's name: 4 to 63 letters, digits and hyphens", "^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$"), null,
        "The workspace's name; found in the same way.")
    { Example = "\"contoso-sentinel\"", Kind = KindName };

    private static readonly SettingKey<Uri> ManagementEndpointKey = new("managementEndpoint", KeyScope.Destination, OriginAddress, null,
        "An origin in place of Azure's management host, which lists what is held.")
    { Example = "\"https://management.azure.com\"", Kind = KindName };

    [SetsRequiredMembers]
    public SentinelSettings(DestinationSettings common) : base(common)
    {
    }

    public Guid? WorkspaceId { get; init; }

    public string SourceSystem { get; init; } = "misp-graph";

    public bool IncludeUnmatched { get; init; }

    /// <summary>For lists only, as are the next three.</summary>
    public string? SubscriptionId { get; init; }

    public string? ResourceGroup { get; init; }

    public string? WorkspaceName { get; init; }

    public Uri? ManagementEndpoint { get; init; }

    public ContextPolicy Context { get; init; } = new();

    public override DestinationInfo Info => new(Name, Kind, WorkspaceId?.ToString() ?? "", SourceSystem);

    /// <summary>A source system has no line break, so no other destination has this scope.</summary>
    public override DestinationInfo ContextInfo => Info with { Name = $"{Name}/context", Scope = $"{SourceSystem}\ncontext" };

    public override IEnumerable<Uri> OwnEndpoints =>
        ManagementEndpoint is null ? base.OwnEndpoints : base.OwnEndpoints.Append(ManagementEndpoint);

    public override (string Content, string Selection) Fingerprint =>
        ($"{IncludeUnmatched} False\n{(Context.NamesCreators ? "createdBy\n" : "")}", $"{IncludeUnmatched}");

    public override DestinationSettings ForCanary(string instance) => this with { Instance = instance, SourceSystem = instance };

    internal static KindSettings Settings { get; } = new(KindName, "Sentinel", "Microsoft Sentinel's upload API")
    {
        Keys =
        [
            WorkspaceIdKey, SourceSystemKey, IncludeUnmatchedKey, SubscriptionIdKey, ResourceGroupKey, WorkspaceNameKey,
            ManagementEndpointKey, .. ContextKeys.All,
        ],
        RequestsPerMinute = 100,
        AlertRoute = LogAnalyticsAlerts.RouteName,
        HasActions = false,
        Bind = static (common, values) => new SentinelSettings(common)
        {
            WorkspaceId = values.Of(WorkspaceIdKey),
            SourceSystem = values.Of(SourceSystemKey) ?? "",
            IncludeUnmatched = values.Of(IncludeUnmatchedKey),
            SubscriptionId = values.Of(SubscriptionIdKey)?.ToString(),
            ResourceGroup = values.Of(ResourceGroupKey),
            WorkspaceName = values.Of(WorkspaceNameKey),
            ManagementEndpoint = values.Of(ManagementEndpointKey),
            Context = ContextKeys.Bind(values),
        },
        Check = CheckWorkspace,
        Warnings = static settings => ContextKeys.Warnings(((SentinelSettings)settings).Context),
        Distinguishers = "workspaceId or sourceSystem",
        Questions = [new(WorkspaceIdKey, "The Sentinel workspace's id, from its Overview page")],
    };

    private static void CheckWorkspace(DestinationSettings settings, DestinationValues values)
    {
        if (!values.IsGiven(WorkspaceIdKey))
            values.Missing(WorkspaceIdKey, "the Log Analytics workspace's id, a GUID, from its Overview page");
    }

    private static bool IsReserved(string source) => source.Equals(ReservedSource, StringComparison.OrdinalIgnoreCase);
}
