using MispGraphSync.Destinations;
using MispGraphSync.Settings;

namespace MispGraphSync.Doctor;

/// <summary>Probes each host once, all at the same time, and keeps the results.</summary>
internal sealed class Connectivity : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly Dictionary<string, AsyncLazy<ProbeResult>> _probes;

    public Connectivity(IReadOnlyList<Endpoint> endpoints, AppSettings settings, TimeProvider time, CancellationToken ct)
    {
        Endpoints = endpoints;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var probe = new HostProbe(settings, time);
        _probes = endpoints.ToDictionary(
            one => one.Address, one => new AsyncLazy<ProbeResult>(() => probe.ProbeAsync(one, _stop.Token)),
            StringComparer.OrdinalIgnoreCase);
    }

    public IReadOnlyList<Endpoint> Endpoints { get; }

    public async Task<IReadOnlyList<ProbeResult>> ProbeAllAsync() =>
        await Task.WhenAll(Endpoints.Select(one => _probes[one.Address].GetAsync())).ConfigureAwait(false);

    /// <summary>Null if the address can be reached, else the result of a check that needs it.</summary>
    public async Task<CheckResult?> SkipIfUnreachableAsync(Uri? address)
    {
        if (address is null || !_probes.TryGetValue(new Endpoint(address).Address, out var probe)) return null;
        var result = await probe.GetAsync().ConfigureAwait(false);
        return result.IsReachable ? null : CheckResult.Skipped($"needs a connection to {result.Endpoint.Address}");
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }
}
