using System.Diagnostics.CodeAnalysis;
using MispGraphSync.Settings;
using static MispGraphSync.Settings.SettingTypes;

namespace MispGraphSync.Destinations.Defender;

/// <summary>The settings of one Defender destination, and their rows in the table.</summary>
public sealed record DefenderSettings : DestinationSettings
{
    private static readonly SettingKey<int> CapacityKey = new("capacity", KeyScope.Destination, Number(1, 15_000), "15000",
        "Our share of the 15,000 indicators that a Defender tenant can hold.")
    { Kind = DefenderKind.Name };

    private static readonly SettingKey<bool> GenerateAlertKey = new("generateAlert", KeyScope.Destination, Bool, "true",
        "block and warn raise an alert too; Audit always does, Allowed never.")
    { Kind = DefenderKind.Name };

    private static readonly SettingKey<IReadOnlyList<string>> RbacGroupNamesKey = new(
        "rbacGroupNames", KeyScope.Destination, List(AnyText), "[]",
        "Device groups that the indicators are for; [] is all devices.")
    { Example = "[\"Servers\"]", Kind = DefenderKind.Name };

    private static readonly SettingKey<string> PartitionKey = new("partition", KeyScope.Destination, Matching(
        "a name of letters, digits and hyphens, at most 20 long", "^[A-Za-z0-9-]{0,20}$"), "\"\"",
        "Distinguishes several destinations for one tenant; one of them needs none. A value exists once in a tenant: what one of them has, "
        + "the others skip as held-by-other. The partition is part of every indicator's id and must not change later.")
    { Example = "\"servers\"", Kind = DefenderKind.Name };

    private static readonly SettingKey<string> TokenScopeKey = new("tokenScope", KeyScope.Destination, Matching(
        "a scope such as https://api.example/.default", @"^https://[^\s/]+(/[^\s/]+)*/\.default$"), null,
        "The scope of its tokens, where the cloud's default is not the one that your tenant knows.")
    { Example = "\"https://api-gov.securitycenter.microsoft.us/.default\"", Kind = DefenderKind.Name };

    [SetsRequiredMembers]
    public DefenderSettings(DestinationSettings common) : base(common)
    {
    }

    public bool GenerateAlert { get; init; } = true;

    public IReadOnlyList<string> RbacGroupNames { get; init; } = [];

    /// <summary>Empty for the only destination of a tenant.</summary>
    public string Partition { get; init; } = "";

    /// <summary>What our indicators name as their application; the list shows it.</summary>
    internal string Application => ApplicationOf(Instance, Partition);

    internal static string ApplicationOf(string instance, string partition) => partition.Length == 0 ? instance : $"{instance}/{partition}";

    /// <summary>Null: the cloud's.</summary>
    public string? TokenScope { get; init; }

    /// <summary>Tenants are compared in lower case, because their spelling may vary.</summary>
    public override DestinationInfo Info => new(Name, Kind, Auth.Tenant.ToLowerInvariant(), Partition);

    public override (string Content, string Selection) Fingerprint =>
        ($"False {GenerateAlert}\n{string.Join(',', RbacGroupNames)}", "False");

    internal static KindSettings Settings { get; } = new(DefenderKind.Name, "Defender", "Defender for Endpoint's indicators")
    {
        Keys = [CapacityKey, GenerateAlertKey, RbacGroupNamesKey, PartitionKey, TokenScopeKey],
        RequestsPerMinute = 30,
        AlertRoute = DefenderAlerts.RouteName,
        TakesWarn = true,
        Bind = static (common, values) => new DefenderSettings(common)
        {
            Capacity = values.Of(CapacityKey),
            GenerateAlert = values.Of(GenerateAlertKey),
            RbacGroupNames = values.Of(RbacGroupNamesKey) ?? [],
            Partition = values.Of(PartitionKey) ?? "",
            TokenScope = values.Of(TokenScopeKey),
        },
        Check = CheckCloud,
        Warnings = WarningsOf,
        Distinguishers = "tenant or partition",
    };

    private static void CheckCloud(DestinationSettings settings, DestinationValues values)
    {
        // Empty: the cloud itself is at fault, and reported.
        if (settings.Endpoint is null && settings.Auth.Cloud.Length > 0 && DefenderKind.Hosts.In(settings.Auth.Cloud) is null)
            values.Wrong(Keys.Cloud,
                "No host of Defender is known in the China cloud; if you have one, name it in \"endpoint\".");
    }

    private static IEnumerable<string> WarningsOf(DestinationSettings settings)
    {
        var policy = settings.Policy;
        if (policy.Action is IndicatorAction.Alert or IndicatorAction.Warn
            && policy.Types.Any(type => type.StartsWith("x509-fingerprint", StringComparison.Ordinal)))
            yield return "Defender takes certificates with action allow or block only; with this action they are skipped.";
    }
}
