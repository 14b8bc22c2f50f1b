using MispGraphSync.Core.Sync;

namespace MispGraphSync.Doctor.Network;

/// <summary>Whether the hosts' names are known here. Behind a proxy, the proxy has to know them.</summary>
internal sealed class NamesCheck(Reach reach) : ICheck
{
    public string Name => "dns";

    public async Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct)
    {
        var all = await reach.AllAsync().ConfigureAwait(false);
        Diagnosis[] faults = [.. all.Where(one => one.Reached == Reached.NotTheName).Select(Fault)];
        if (faults.Length > 0) return faults;
        var own = all.Count(one => one.Proxy is null);
        return [Diagnosis.Ok(own == 0 ? "left to the proxy" : own == 1 ? "the name of 1 host is known" : $"the names of {own} hosts are known")];
    }

    private static Diagnosis Fault(HostReport report) => Diagnosis.Failed(
        ExitCode.OutOfReach,
        $"The name {report.Host.Origin.DnsSafeHost} ({string.Join(", ", report.Host.Purposes)}) is not known.",
        report.Host.IsMisp
            ? "Check the spelling in misp.url, and this machine's DNS; where only a proxy knows the name, set proxy."
            : "Check the spelling of the endpoint, where the settings give one, and this machine's DNS; where only a proxy knows the name, set proxy.");
}
