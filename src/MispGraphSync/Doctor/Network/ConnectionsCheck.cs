using MispGraphSync.Core.Ports;

namespace MispGraphSync.Doctor.Network;

/// <summary>Whether a connection to each host comes about and is answered.</summary>
internal sealed class ConnectionsCheck(Connectivity reach) : ICheck
{
    public string Name => "connections";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct)
    {
        var all = await reach.ProbeAllAsync().ConfigureAwait(false);
        CheckResult[] faults = [.. all.Where(one => one.Outcome == ProbeOutcome.ConnectionFailed).Select(Fault)];
        if (faults.Length > 0) return faults;
        var well = all.Count(one => one.IsReachable);
        return [well > 0 ? CheckResult.Ok($"{well} {(well == 1 ? "host answers" : "hosts answer")}") : CheckResult.Skipped("needs a host that can be reached")];
    }

    private static CheckResult Fault(ProbeResult report) => CheckResult.Failed(
        RunOutcome.Unreachable,
        $"No connection to {report.Endpoint.Address} ({string.Join(", ", report.Endpoint.Purposes)}): {report.Error}.",
        report.Endpoint.IsMisp
            ? "Check that MISP runs, host and port in misp.url (http or https?), and the firewall."
            : "Have this host allowed in the firewall, or set proxy; check the endpoint, where the settings give one.");
}
