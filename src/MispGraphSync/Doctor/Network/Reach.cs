using MispGraphSync.Configuration;

namespace MispGraphSync.Doctor.Network;

/// <summary>Asks each host once, all at the same time, and remembers what came of it.</summary>
internal sealed class Reach : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Dictionary<string, Shared<HostReport>> _byAddress;

    public Reach(IReadOnlyList<NamedHost> hosts, Settings settings, TimeProvider time, CancellationToken ct)
    {
        Hosts = hosts;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var probe = new HostProbe(settings, time);
        _byAddress = hosts.ToDictionary(
            host => host.Address, host => new Shared<HostReport>(() => probe.AskAsync(host, _stop.Token)), StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyList<NamedHost> Hosts { get; }

    public async Task<IReadOnlyList<HostReport>> AllAsync() =>
        await Task.WhenAll(Hosts.Select(host => _byAddress[host.Address].GetAsync())).ConfigureAwait(false);

    /// <summary>Null when the way to a host is open, else the diagnosis of what cannot be looked at therefore.</summary>
    public async Task<Diagnosis?> LacksAsync(Uri? address)
    {
        if (address is null || !_byAddress.TryGetValue(new NamedHost(address, [], false).Address, out var asked)) return null;
        var report = await asked.GetAsync().ConfigureAwait(false);
        return report.IsWell ? null : Diagnosis.Skipped($"needs a way to {report.Host.Address}");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
