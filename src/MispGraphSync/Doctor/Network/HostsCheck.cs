namespace MispGraphSync.Doctor.Network;

/// <summary>The hosts of these settings, for whoever keeps the firewall or the proxy. Always well.</summary>
internal sealed class HostsCheck(Connectivity reach) : ICheck
{
    public string Name => "hosts";

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<CheckResult>>(
        [CheckResult.Ok(string.Join('\n', reach.Endpoints.Select(host => $"{host.Address} ({string.Join(", ", host.Purposes)})").Prepend("to be allowed in a firewall or proxy:")))]);
}
