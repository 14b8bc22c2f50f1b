using MispGraphSync.Destinations.Defender;

namespace MispGraphSync.Doctor.Destinations;

/// <summary>Defender: how many of the tenant's places are taken, by us and by others, as far as they can be seen.</summary>
internal static class CapacityCheck
{
    private const int Tenant = DefenderDestination.TenantCapacity;

    public static async Task<CheckResult> LookAsync(DestinationContext one)
    {
        if ((await one.Access.GetAsync().ConfigureAwait(false)).Status != CheckStatus.Ok) return CheckResult.Skipped($"needs {one.Name} access");
        var seesAll = (await one.Roles.GetAsync().ConfigureAwait(false)).Status == CheckStatus.Ok;
        return await one.ProbeAsync(async ct =>
        {
            var (ours, others) = (0, 0);
            await foreach (var indicator in one.Destination.ReadAsync(ct).ConfigureAwait(false)) _ = indicator.Key is null ? others++ : ours++;
            return Judge(one.Settings.Capacity ?? Tenant, ours, others, seesAll);
        }).ConfigureAwait(false);
    }

    private static CheckResult Judge(int share, int ours, int others, bool seesAll)
    {
        var taken = $"{ours + others:N0} of the tenant's {Tenant:N0} places are taken, {ours:N0} by us and {others:N0} by others{(seesAll ? "" : " as far as they can be seen")}";
        return ours + others > Tenant * 9 / 10
            ? CheckResult.Warning(
                $"{taken}: more than nine in ten.",
                $"Narrow what is sent (types, misp.eventFilters) or shorten daysToExpire; with capacity at {Math.Max(1, Tenant - others):N0}, what others hold leaves us, the highest severity and confidence stay.")
            : CheckResult.Ok($"{taken}; our share (capacity) is {share:N0}");
    }
}
