using System.Globalization;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Doctor.Network;

/// <summary>Whether each host's certificate is accepted; if not, who issued it.</summary>
internal sealed class TlsCheck(Connectivity reach) : ICheck
{
    public string Name => "tls";

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct)
    {
        var all = await reach.ProbeAllAsync().ConfigureAwait(false);
        CheckResult[] faults = [.. all.Where(one => one.Outcome == ProbeOutcome.TlsFailed).Select(Fault)];
        if (faults.Length > 0) return faults;
        var well = all.Count(one => one.IsReachable && one.Endpoint.Origin.Scheme == Uri.UriSchemeHttps);
        return [well > 0 ? CheckResult.Ok($"{well} {(well == 1 ? "certificate is" : "certificates are")} good") : CheckResult.Skipped("needs a host that is reached over https")];
    }

    private static CheckResult Fault(ProbeResult report)
    {
        var host = $"{report.Endpoint.Address} ({string.Join(", ", report.Endpoint.Purposes)})";
        return report.Certificate switch
        {
            null => CheckResult.Failed(
                RunOutcome.Unreachable, $"No TLS connection to {host}: {report.Error}.", "Check the port, and that the address rightly begins with https://."),
            { IsForAnotherName: true } fault => CheckResult.Failed(
                RunOutcome.Unreachable, $"The certificate of {host} is for another name: {Names(fault)}.",
                "Write the address by a name that the certificate is for; if it is not the server that you mean, check DNS and the proxy."),
            { IsOutOfDate: true } fault => CheckResult.Failed(
                RunOutcome.Unreachable, $"The certificate of {host} is out of date: it ends {fault.NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.",
                "Renew it on the server; if it should be good, check this machine's clock."),
            { } fault => CheckResult.Failed(
                RunOutcome.Unreachable, $"The certificate of {host} is not trusted. It is {fault.Subject}, issued by {string.Join(", issued by ", fault.Chain)}.",
                "If that issuer is an authority of your own, or a proxy that looks into TLS, name its certificate (PEM) in caFile; if you do not know it, somebody may be in between."),
        };
    }

    private static string Names(CertificateProblem fault) => fault.Names.Count > 0 ? string.Join(", ", fault.Names.Take(8)) : fault.Subject;
}
