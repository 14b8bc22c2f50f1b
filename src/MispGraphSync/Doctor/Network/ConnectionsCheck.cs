using MispGraphSync.Core.Sync;

namespace MispGraphSync.Doctor.Network;

/// <summary>Whether a connection to each host comes about and is answered.</summary>
internal sealed class ConnectionsCheck(Reach reach) : ICheck
{
    public string Name => "connections";

    public async Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct)
    {
        var all = await reach.AllAsync().ConfigureAwait(false);
        Diagnosis[] faults = [.. all.Where(one => one.Reached == Reached.NotTheHost).Select(Fault)];
        if (faults.Length > 0) return faults;
        var well = all.Count(one => one.IsWell);
        return [well > 0 ? Diagnosis.Ok($"{well} {(well == 1 ? "host answers" : "hosts answer")}") : Diagnosis.Skipped("needs a host that can be reached")];
    }

    private static Diagnosis Fault(HostReport report) => Diagnosis.Failed(
        ExitCode.OutOfReach,
        $"No connection to {report.Host.Address} ({string.Join(", ", report.Host.Purposes)}): {report.Why}.",
        report.Host.IsMisp
            ? "Check that MISP runs, host and port in misp.url (http or https?), and the firewall."
            : "Have this host allowed in the firewall, or set proxy; check the endpoint, where the settings give one.");
}
