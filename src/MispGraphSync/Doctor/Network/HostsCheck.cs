namespace MispGraphSync.Doctor.Network;

/// <summary>The hosts of these settings, for whoever keeps the firewall or the proxy. Always well.</summary>
internal sealed class HostsCheck(Reach reach) : ICheck
{
    public string Name => "hosts";

    public Task<IReadOnlyList<Diagnosis>> RunAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<Diagnosis>>(
        [Diagnosis.Ok(string.Join('\n', reach.Hosts.Select(host => $"{host.Address} ({string.Join(", ", host.Purposes)})").Prepend("to be allowed in a firewall or proxy:")))]);
}
