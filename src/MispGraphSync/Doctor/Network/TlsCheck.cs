using System.Globalization;
using MispGraphSync.Core.Sync;

namespace MispGraphSync.Doctor.Network;

/// <summary>Whether each host's certificate is accepted; if not, who issued it.</summary>
internal sealed class TlsCheck(Reach reach) : ICheck
{
    public string Name => "tls";

    public async Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct)
    {
        var all = await reach.AllAsync().ConfigureAwait(false);
        Diagnosis[] faults = [.. all.Where(one => one.Reached == Reached.NotItsCertificate).Select(Fault)];
        if (faults.Length > 0) return faults;
        var well = all.Count(one => one.IsWell && one.Host.Origin.Scheme == Uri.UriSchemeHttps);
        return [well > 0 ? Diagnosis.Ok($"{well} {(well == 1 ? "certificate is" : "certificates are")} good") : Diagnosis.Skipped("needs a host that is reached over https")];
    }

    private static Diagnosis Fault(HostReport report)
    {
        var host = $"{report.Host.Address} ({string.Join(", ", report.Host.Purposes)})";
        return report.Certificate switch
        {
            null => Diagnosis.Failed(
                ExitCode.OutOfReach, $"No TLS connection to {host}: {report.Why}.", "Check the port, and that the address rightly begins with https://."),
            { IsForAnotherName: true } fault => Diagnosis.Failed(
                ExitCode.OutOfReach, $"The certificate of {host} is for another name: {Names(fault)}.",
                "Write the address by a name that the certificate is for; if it is not the server that you mean, check DNS and the proxy."),
            { IsOutOfDate: true } fault => Diagnosis.Failed(
                ExitCode.OutOfReach, $"The certificate of {host} is out of date: it ends {fault.NotAfter.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}.",
                "Renew it on the server; if it should be good, check this machine's clock."),
            { } fault => Diagnosis.Failed(
                ExitCode.OutOfReach, $"The certificate of {host} is not trusted. It is {fault.Subject}, issued by {string.Join(", issued by ", fault.Chain)}.",
                "If that issuer is an authority of your own, or a proxy that looks into TLS, name its certificate (PEM) in caFile; if you do not know it, somebody may be in between."),
        };
    }

    private static string Names(CertificateFault fault) => fault.Names.Count > 0 ? string.Join(", ", fault.Names.Take(8)) : fault.Subject;
}
