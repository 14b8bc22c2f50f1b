using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations.Defender;

/// <summary>Besides roles and access: how many of the tenant's places are taken, by us and by others, as far as they can be seen.</summary>
internal sealed class DefenderChecks : DestinationChecks
{
    private const string Role = "Ti.ReadWrite";
    private const string RoleForAll = "Ti.ReadWrite.All";

    private readonly AsyncLazy<CheckResult> _capacity;

    public DefenderChecks(CheckInput input)
        : base(input) => _capacity = new(FindCapacityAsync);

    protected override IEnumerable<Check> OfService() => [.. base.OfService(), new($"{Name} capacity", _capacity.GetAsync)];

    protected override CheckResult CheckRoles(JwtClaims claims)
    {
        if (claims.Roles.Contains(RoleForAll)) return CheckResult.Ok(Listed(claims));
        return claims.Roles.Contains(Role)
            ? CheckResult.Warning(
                $"With {Role} alone, the indicators of others are invisible: a value that they hold cannot be recognised before it is "
                + "sent, "
                + $"nor how many of the tenant's {DefenderKind.TenantCapacity:N0} places they take.",
                $"Grant {RoleForAll} of WindowsDefenderATP as well, with admin consent, unless nobody else makes indicators in this "
                + "tenant.")
            : CheckResult.Failed(
                RunOutcome.SignInFailed, $"The token lacks {RoleForAll} and {Role}{Has(claims)}.",
                $"Under the app's API permissions add WindowsDefenderATP > Application permissions > {RoleForAll} and have an "
                + "administrator "
                + "grant consent; then wait some minutes. See docs/defender.md.");
    }

    private async Task<CheckResult> FindCapacityAsync()
    {
        if ((await Access.GetAsync().ConfigureAwait(false)).Status != CheckStatus.Ok) return CheckResult.Skipped($"needs {Name} access");
        var seesAll = (await Roles.GetAsync().ConfigureAwait(false)).Status == CheckStatus.Ok;
        return await ProbeAsync(async ct =>
        {
            var (ours, others) = (0, 0);
            await foreach (var indicator in Destination.ReadAsync(ct).ConfigureAwait(false)) _ = indicator.Key is null ? others++ : ours++;
            return OfCapacity(ours, others, seesAll);
        }).ConfigureAwait(false);
    }

    private CheckResult OfCapacity(int ours, int others, bool seesAll)
    {
        const int Total = DefenderKind.TenantCapacity;
        var taken = $"{ours + others:N0} of the tenant's {Total:N0} places are taken, {ours:N0} by us and {others:N0} by others"
            + (seesAll ? "" : " as far as they can be seen");
        return ours + others > Total * 9 / 10
            ? CheckResult.Warning(
                $"{taken}: more than nine in ten.",
                $"Narrow what is sent (types, misp.eventFilters) or shorten daysToExpire; with capacity at "
                + $"{Math.Max(1, Total - others):N0}, "
                + "what others hold leaves us, the highest severity and confidence stay.")
            : CheckResult.Ok($"{taken}; our share (capacity) is {Settings.Capacity:N0}");
    }
}
