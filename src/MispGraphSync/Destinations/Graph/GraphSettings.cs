using System.Diagnostics.CodeAnalysis;
using MispGraphSync.Settings;
using static MispGraphSync.Settings.SettingTypes;

namespace MispGraphSync.Destinations.Graph;

/// <summary>The settings of one Graph destination, and their rows in the table.</summary>
public sealed record GraphSettings : DestinationSettings
{
    private const string KindName = "graph";
    private const string SentinelProduct = GraphProduct.SentinelName;
    private const string DefenderProduct = GraphProduct.DefenderName;

    private static readonly SettingKey<string> TargetProductKey = new("targetProduct", KeyScope.Destination, Choice(
        [(SentinelProduct, SentinelProduct), (DefenderProduct, DefenderProduct)],
        hints: new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Microsoft Sentinel"] = Renamed(SentinelProduct),
            ["Sentinel"] = Renamed(SentinelProduct),
            ["Microsoft Defender for Endpoint"] = Renamed(DefenderProduct),
            ["Defender for Endpoint"] = Renamed(DefenderProduct),
        }), $"\"{SentinelProduct}\"",
        "Which product Graph hands the indicators to.")
    { Kind = KindName };

    [SetsRequiredMembers]
    public GraphSettings(DestinationSettings common) : base(common)
    {
    }

    public string TargetProduct { get; init; } = SentinelProduct;

    /// <summary>Tenants are compared in lower case, because their spelling may vary.</summary>
    public override DestinationInfo Info => new(Name, Kind, Auth.Tenant.ToLowerInvariant(), TargetProduct);

    internal static KindSettings Settings { get; } = new(
        KindName, "Graph", "Microsoft Graph tiIndicators, whose end Microsoft announced for April 2026")
    {
        Keys = [TargetProductKey],
        RequestsPerMinute = 1000,
        AlertRoute = GraphAlerts.RouteName,
        IsAlertRouteForAll = true,
        TakesPassiveOnly = true,
        Bind = static (common, values) => new GraphSettings(common) { TargetProduct = values.Of(TargetProductKey) ?? "" },
        Check = CheckCloud,
        Distinguishers = "targetProduct or tenant",
        Notice = "Microsoft announced that the tiIndicators API would be removed by April 2026. Use it only in a tenant where the API "
            + "still answers.",
        Questions = [new(TargetProductKey, $"Graph's target product: {SentinelProduct} or {DefenderProduct}", SentinelProduct)],
    };

    private static void CheckCloud(DestinationSettings settings, DestinationValues values)
    {
        // Empty: the cloud itself is at fault, and reported.
        if (settings.Auth.Cloud.Length > 0 && !GraphKind.HasTiIndicators(settings.Auth.Cloud))
            values.Wrong(Keys.Cloud,
                $"Graph takes indicators in the global cloud only (global or gcc), not in \"{settings.Auth.Cloud}\"; "
                + "use another kind of destination there.");
    }

    private static string Renamed(string product) => $"Graph still calls it by its old name: write \"{product}\".";
}
