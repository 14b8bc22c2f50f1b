using MispGraphSync.Sandbox.Alerts;
using MispGraphSync.Sandbox.Control;
using MispGraphSync.Sandbox.Defender;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Graph;
using MispGraphSync.Sandbox.Misp;
using MispGraphSync.Sandbox.Sentinel;
using MispGraphSync.Sandbox.Vault;

namespace MispGraphSync.Sandbox.Hosting;

/// <summary>The state of a sandbox, and its services.</summary>
internal sealed class States(SandboxOptions options)
{
    public SandboxOptions Options => options;

    public Faults Faults { get; } = new();

    public Journal Journal { get; } = new(options.JournalCapacity, options.JournalBytes);

    public MispState Misp { get; } = new(options.Time, options.MispKey);

    public EntraState Entra { get; } = new(options);

    public GraphState Graph { get; } = new(options.Time);

    public SentinelState Sentinel { get; } = new(options.Time);

    public DefenderState Defender { get; } = new(options.Time);

    public AlertState Alerts { get; } = new(options.Time);

    public VaultState Vault { get; } = new();

    public Dictionary<Service, IService> Services()
    {
        var services = Played();
        if (options.Control) services[Service.Control] = new ControlService(this);
        return services;
    }

    private Dictionary<Service, IService> Played() => new()
    {
        [Service.Misp] = new MispService(Misp, options.Time),
        [Service.Entra] = new EntraService(Entra, options.Time),
        [Service.Graph] = new GraphService(Graph, Alerts, Entra, options.Time),
        [Service.Sentinel] = new SentinelService(Sentinel, Entra, options),
        [Service.Management] = new ManagementService(Sentinel, Entra, options),
        [Service.Defender] = new DefenderService(Defender, Alerts, Entra, options.Time),
        [Service.LogAnalytics] = new LogAnalyticsService(Alerts, Entra, options),
        [Service.KeyVault] = new VaultService(Vault, Entra, options.Time),
        [Service.Identity] = new MachineIdentity(Entra, options.Time),
    };
}
