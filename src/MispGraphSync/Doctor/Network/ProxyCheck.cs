using MispGraphSync.Core.Ports;

namespace MispGraphSync.Doctor.Network;

/// <summary>Which proxy is in use, and whether it lets us through to each host.</summary>
internal sealed class ProxyCheck(Connectivity reach) : ICheck
{
    public string Name => "proxy";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct)
    {
        var all = await reach.ProbeAllAsync().ConfigureAwait(false);
        CheckResult[] faults = [.. all.Where(one => one.Outcome == ProbeOutcome.ProxyFailed).GroupBy(one => (one.Proxy, one.Error)).Select(one => Fault(one.Key.Proxy!, one.Key.Error!, [.. one]))];
        return faults.Length > 0 ? faults : [CheckResult.Ok(Summary(all))];
    }

    private static CheckResult Fault(Uri proxy, string why, ProbeResult[] hosts) => CheckResult.Failed(
        RunOutcome.Unreachable,
        $"The proxy {proxy.Authority} opens no way to {string.Join(", ", hosts.Select(one => one.Endpoint.Address))}: {why}.",
        why.Contains("407", StringComparison.Ordinal)
            ? "It wants a user name: leave proxy out of the settings and set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT for the account that runs misp-graph."
            : why.Contains("403", StringComparison.Ordinal)
                ? "Have these hosts allowed on the proxy; the last check lists them all."
                : "Check proxy in the settings, or HTTPS_PROXY and NO_PROXY in the environment, and that the proxy runs.");

    private static string Summary(IReadOnlyList<ProbeResult> all)
    {
        var used = all.Where(one => one.Proxy is not null).GroupBy(one => one.Proxy!.Authority).Select(one => $"{one.Key} for {one.Count()} of {all.Count} hosts").ToList();
        return used.Count > 0 ? string.Join("; ", used) : "none in use";
    }
}
