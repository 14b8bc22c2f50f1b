using MispGraphSync.Core.Ports;

namespace MispGraphSync.Doctor.Network;

/// <summary>Whether the hosts' names are known here. Behind a proxy, the proxy has to know them.</summary>
internal sealed class NamesCheck(Connectivity reach) : ICheck
{
    public string Name => "dns";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct)
    {
        var all = await reach.ProbeAllAsync().ConfigureAwait(false);
        CheckResult[] faults = [.. all.Where(one => one.Outcome == ProbeOutcome.NameNotResolved).Select(Fault)];
        if (faults.Length > 0) return faults;
        var own = all.Count(one => one.Proxy is null);
        return [CheckResult.Ok(own == 0 ? "left to the proxy" : own == 1 ? "the name of 1 host is known" : $"the names of {own} hosts are known")];
    }

    private static CheckResult Fault(ProbeResult report) => CheckResult.Failed(
        RunOutcome.Unreachable,
        $"The name {report.Endpoint.Origin.DnsSafeHost} ({string.Join(", ", report.Endpoint.Purposes)}) is not known.",
        report.Endpoint.IsMisp
            ? "Check the spelling in misp.url, and this machine's DNS; where only a proxy knows the name, set proxy."
            : "Check the spelling of the endpoint, where the settings give one, and this machine's DNS; where only a proxy knows the name, set proxy.");
}
