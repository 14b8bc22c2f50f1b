using MispGraphSync.Destinations;

namespace MispGraphSync.Doctor;

/// <summary>What one plain request to each host shows: proxy, name, connection, certificate and clock.</summary>
internal static class NetworkChecks
{
    /// <summary>Entra allows so much.</summary>
    private static readonly TimeSpan MaxClockDifference = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan NoticeableClockDifference = TimeSpan.FromMinutes(1);

    public static IEnumerable<Check> Of(Connectivity connectivity)
    {
        return
        [
            Over("proxy", Proxy), Over("dns", Names), Over("connections", Connections), Over("tls", Certificates), Over("clock", Clock),
        ];

        Check Over(string name, Func<IReadOnlyList<ProbeResult>, IReadOnlyList<CheckResult>> judge) =>
            new(name, async _ => judge(await connectivity.ProbeAllAsync().ConfigureAwait(false)));
    }

    /// <summary>The hosts of these settings, for whoever maintains the firewall or the proxy. Always ok.</summary>
    public static Check Hosts(Connectivity connectivity) => new("hosts", () =>
        [CheckResult.Ok($"to be allowed in a firewall or proxy:\n{string.Join('\n', connectivity.Endpoints)}")]);

    private static IReadOnlyList<CheckResult> Proxy(IReadOnlyList<ProbeResult> all)
    {
        var faults = all.Where(one => one.Outcome == ProbeOutcome.ProxyFailed).GroupBy(one => (one.Proxy, one.Error))
            .Select(one => ProxyFault(one.Key.Proxy!, one.Key.Error!, one)).ToList();
        if (faults.Count > 0) return faults;
        var used = all.Where(one => one.Proxy is not null).GroupBy(one => one.Proxy!.Authority)
            .Select(one => $"{one.Key} for {one.Count()} of {all.Count} hosts").ToList();
        return [CheckResult.Ok(used.Count > 0 ? string.Join("; ", used) : "none in use")];
    }

    private static CheckResult ProxyFault(Uri proxy, string error, IEnumerable<ProbeResult> behind) => CheckResult.Failed(
        RunOutcome.Unreachable,
        $"The proxy {proxy.Authority} does not connect to {string.Join(", ", behind.Select(one => one.Endpoint.Address))}: {error}.",
        HasStatus(error, 407)
            ? "It requires a user name: remove proxy from the settings and set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT for the account "
                + "that runs misp-graph."
        : HasStatus(error, 403) ? "Have these hosts allowed on the proxy; the last check lists them all."
        : "Check proxy in the settings, or HTTPS_PROXY and NO_PROXY in the environment, and that the proxy runs.");

    // In our sentence or .NET's. The text also has the proxy's port, which may contain the number.
    private static bool HasStatus(string error, int status) =>
        error.Contains($"({status})", StringComparison.Ordinal) || error.Contains($"'{status}'", StringComparison.Ordinal);

    // Behind a proxy, the proxy has to know the names.
    private static IReadOnlyList<CheckResult> Names(IReadOnlyList<ProbeResult> all)
    {
        var faults = Faults(all, ProbeOutcome.NameNotResolved, one => (
            $"The name {one.Endpoint.Origin.DnsSafeHost} ({one.Endpoint.Purpose}) is not known.",
            (one.Endpoint.IsMisp ? "Check the spelling in misp.url," : "Check the spelling of the endpoint, where the settings give one,")
                + " and this machine's DNS; where only a proxy knows the name, set proxy."));
        if (faults.Count > 0) return faults;
        var own = all.Count(one => one.Proxy is null);
        return [CheckResult.Ok(own switch
        {
            0 => "left to the proxy",
            1 => "1 host name resolves",
            _ => $"{own} host names resolve",
        })];
    }

    private static IReadOnlyList<CheckResult> Connections(IReadOnlyList<ProbeResult> all)
    {
        var faults = Faults(all, ProbeOutcome.ConnectionFailed, one => (
            $"No connection to {one.Endpoint}: {one.Error}.",
            one.Endpoint.IsMisp
                ? "Check that MISP runs, host and port in misp.url (http or https?), and the firewall."
                : "Have this host allowed in the firewall, or set proxy; check the endpoint, where the settings give one."));
        if (faults.Count > 0) return faults;
        var reachable = all.Count(one => one.IsReachable);
        return [reachable > 0
            ? CheckResult.Ok($"{reachable} {(reachable == 1 ? "host answers" : "hosts answer")}")
            : CheckResult.Skipped("needs a host that can be reached")];
    }

    private static IReadOnlyList<CheckResult> Certificates(IReadOnlyList<ProbeResult> all)
    {
        var faults = Faults(all, ProbeOutcome.TlsFailed, CertificateFault);
        if (faults.Count > 0) return faults;
        var good = all.Count(one => one.IsReachable && one.Endpoint.Origin.Scheme == Uri.UriSchemeHttps);
        return [good > 0
            ? CheckResult.Ok($"{good} {(good == 1 ? "certificate is" : "certificates are")} good")
            : CheckResult.Skipped("needs a host that is reached over https")];
    }

    private static (string Cause, string Remedy) CertificateFault(ProbeResult one) => one.Certificate switch
    {
        null => ($"No TLS connection to {one.Endpoint}: {one.Error}.",
            "Check the port, and that the address rightly begins with https://."),
        { IsForAnotherName: true } shown => (
            $"The certificate of {one.Endpoint} is for another name: {shown.NamesOrSubject}.",
            "Write the address by a name that the certificate is for; if it is not the server that you mean, check DNS and the proxy."),
        { IsExpired: true } shown => (
            $"The certificate of {one.Endpoint} is out of date: it ends {shown.NotAfter:yyyy-MM-dd}.",
            "Renew it on the server; if it should be good, check this machine's clock."),
        { } shown => (
            $"The certificate of {one.Endpoint} is not trusted. It is {shown.Subject}, issued by {shown.Issuers}.",
            "If that issuer is an authority of your own, or a proxy that looks into TLS, name its certificate (PEM) in caFile; if you do "
                + "not know it, somebody may be in between."),
    };

    // Tokens and signatures are good for a few minutes around now only.
    private static IReadOnlyList<CheckResult> Clock(IReadOnlyList<ProbeResult> all)
    {
        var dated = all.Where(one => one.ClockAhead is not null).ToList();
        if (dated.Count == 0) return [CheckResult.Skipped("needs a host that answers")];
        var off = dated.Where(one => one.ClockAhead!.Value.Duration() > NoticeableClockDifference).ToList();
        if (off.Count == 0) return [CheckResult.Ok("agrees with the services' within a minute")];

        // Where some agree with us, it is the others that are wrong.
        if (off.Count < dated.Count)
            return [.. off.Select(one => CheckResult.Warning(
                $"The clock of {one.Endpoint} is {Difference(one.ClockAhead!.Value)}; this machine's agrees with the others'.",
                "Correct that server's clock (NTP)."))];

        var ahead = off.MinBy(one => one.ClockAhead!.Value.Duration())!.ClockAhead!.Value;
        var cause = $"This machine's clock is {Difference(-ahead)}, by what the services say.";
        const string Remedy = "Correct it and synchronise it (NTP): timedatectl set-ntp true, or w32tm /resync on Windows.";
        return [ahead.Duration() < MaxClockDifference
            ? CheckResult.Warning(cause, Remedy)
            : CheckResult.Failed(RunOutcome.SignInFailed, cause, Remedy)];
    }

    private static string Difference(TimeSpan ahead)
    {
        var by = ahead.Duration();
        var length = by < TimeSpan.FromHours(2) ? $"{by.TotalMinutes:0} minutes"
            : by < TimeSpan.FromDays(2) ? $"{by.TotalHours:0} hours"
            : $"{by.TotalDays:0} days";
        return $"{length} {(ahead > TimeSpan.Zero ? "ahead" : "behind")}";
    }

    private static List<CheckResult> Faults(
        IEnumerable<ProbeResult> all, ProbeOutcome outcome, Func<ProbeResult, (string Cause, string Remedy)> describe) =>
        [.. all.Where(one => one.Outcome == outcome).Select(describe)
            .Select(fault => CheckResult.Failed(RunOutcome.Unreachable, fault.Cause, fault.Remedy))];
}
