namespace MispGraphSync.Destinations.Sentinel;

/// <summary>What Azure's management API knows a workspace by; the upload API knows it by its id.</summary>
internal sealed record WorkspaceName(string Subscription, string Group, string Name)
{
    public string Path => $"subscriptions/{Uri.EscapeDataString(Subscription)}/resourceGroups/{Uri.EscapeDataString(Group)}"
        + $"/providers/Microsoft.OperationalInsights/workspaces/{Uri.EscapeDataString(Name)}";

    /// <summary>Null where the settings do not have all of it.</summary>
    public static WorkspaceName? Of(SentinelSettings settings) =>
        settings is
        {
            SubscriptionId: { Length: > 0 } subscription, ResourceGroup: { Length: > 0 } group, WorkspaceName: { Length: > 0 } name
        }
            ? new WorkspaceName(subscription, group, name)
            : null;

    /// <summary>Of a resource id, whose constant parts come in any case; null when it is none of a workspace.</summary>
    public static WorkspaceName? Parse(string? resourceId) => resourceId?.Split('/') is
        ["", var subscriptions, { Length: > 0 } subscription, var groups, { Length: > 0 } group, var providers, var provider, var type,
        { Length: > 0 } name]
        && $"{subscriptions}/{groups}/{providers}/{provider}/{type}".Equals(
            "subscriptions/resourceGroups/providers/Microsoft.OperationalInsights/workspaces", StringComparison.OrdinalIgnoreCase)
            ? new WorkspaceName(subscription, group, name)
            : null;

    /// <summary>As Azure compares names: whatever their case.</summary>
    public bool Is(WorkspaceName other) => Path.Equals(other.Path, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the settings say nothing else; what they do not have fits.</summary>
    public bool Fits(SentinelSettings settings) => Fits(settings.SubscriptionId, Subscription) && Fits(settings.ResourceGroup, Group)
        && Fits(settings.WorkspaceName, Name);

    public override string ToString() =>
        Sanitize.ForDisplay($"{Name} in the resource group {Group} of the subscription {Subscription}", 250);

    private static bool Fits(string? setting, string actual) =>
        string.IsNullOrEmpty(setting) || setting.Equals(actual, StringComparison.OrdinalIgnoreCase);
}
