using MispGraphSync.Settings;

namespace MispGraphSync.Doctor.Network;

/// <summary>Asks each host once, all at the same time, and remembers what came of it.</summary>
internal sealed class Connectivity : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Dictionary<string, AsyncLazy<ProbeResult>> _byAddress;

    public Connectivity(IReadOnlyList<Endpoint> hosts, AppSettings settings, TimeProvider time, CancellationToken ct)
    {
        Endpoints = hosts;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var probe = new HostProbe(settings, time);
        _byAddress = hosts.ToDictionary(
            host => host.Address, host => new AsyncLazy<ProbeResult>(() => probe.ProbeAsync(host, _stop.Token)), StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyList<Endpoint> Endpoints { get; }

    public async Task<IReadOnlyList<ProbeResult>> ProbeAllAsync() =>
        await Task.WhenAll(Endpoints.Select(host => _byAddress[host.Address].GetAsync())).ConfigureAwait(false);

    /// <summary>Null when the way to a host is open, else the diagnosis of what cannot be looked at therefore.</summary>
    public async Task<CheckResult?> SkipIfUnreachableAsync(Uri? address)
    {
        if (address is null || !_byAddress.TryGetValue(new Endpoint(address, [], false).Address, out var asked)) return null;
        var report = await asked.GetAsync().ConfigureAwait(false);
        return report.IsReachable ? null : CheckResult.Skipped($"needs a way to {report.Endpoint.Address}");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
