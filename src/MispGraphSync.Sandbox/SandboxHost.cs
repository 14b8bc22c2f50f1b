using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MispGraphSync.Sandbox.Alerts;
using MispGraphSync.Sandbox.Defender;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Graph;
using MispGraphSync.Sandbox.Hosting;
using MispGraphSync.Sandbox.Misp;
using MispGraphSync.Sandbox.Sentinel;
using MispGraphSync.Sandbox.Vault;

namespace MispGraphSync.Sandbox;

/// <summary>
/// MISP, Entra, Graph, Sentinel, ARM and Defender on loopback, each on its own port, with state that lives as long as this
/// object. Written from the services' documentation alone: it shares no code with the tool that it tests.
/// </summary>
public sealed class SandboxHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly X509Certificate2 _certificate;
    private readonly Journal _journal;
    private readonly Dictionary<Service, Uri> _origins;

    private SandboxHost(WebApplication app, X509Certificate2 certificate, Dictionary<Service, Uri> origins, States states)
    {
        (_app, _certificate, _journal, _origins) = (app, certificate, states.Journal, origins);
        Options = states.Options;
        (MispState, EntraState, Faults) = (states.Misp, states.Entra, states.Faults);
        (GraphState, SentinelState, DefenderState) = (states.Graph, states.Sentinel, states.Defender);
        (AlertState, VaultState) = (states.Alerts, states.Vault);
    }

    public SandboxOptions Options { get; }

    public Uri Misp => _origins[Service.Misp];

    /// <summary>The authority is this and the tenant: <c>https://localhost:port/{tenant}</c>.</summary>
    public Uri Entra => _origins[Service.Entra];

    public Uri Graph => _origins[Service.Graph];

    public Uri Sentinel => _origins[Service.Sentinel];

    public Uri Management => _origins[Service.Management];

    public Uri Defender => _origins[Service.Defender];

    public Uri LogAnalytics => _origins[Service.LogAnalytics];

    /// <summary>Serves every vault: clients reach it under the vault's own name, through a proxy.</summary>
    public Uri KeyVault => _origins[Service.KeyVault];

    /// <summary>What <c>IDENTITY_ENDPOINT</c> names on a machine with a managed identity.</summary>
    public Uri IdentityEndpoint => new(_origins[Service.Identity], "msi/token");

    /// <summary>Null unless <see cref="SandboxOptions.Control"/>.</summary>
    public Uri? Control => _origins.GetValueOrDefault(Service.Control);

    public MispState MispState { get; }

    public EntraState EntraState { get; }

    public GraphState GraphState { get; }

    /// <summary>Of the upload API and of ARM.</summary>
    public SentinelState SentinelState { get; }

    public DefenderState DefenderState { get; }

    /// <summary>The alerts that Graph, Defender and Log Analytics list.</summary>
    public AlertState AlertState { get; }

    public VaultState VaultState { get; }

    public Faults Faults { get; }

    /// <summary>The certificate that a client must trust, as PEM text.</summary>
    public string CaPem => _certificate.ExportCertificatePem();

    /// <summary>The requests so far, oldest first; bounded by the options. Control requests are not among them.</summary>
    public IReadOnlyList<SeenRequest> Requests => _journal.Snapshot();

    /// <summary>The requests to one service.</summary>
    public IReadOnlyList<SeenRequest> RequestsTo(Service service) => [.. Requests.Where(request => request.Service == service)];

    public void ForgetRequests() => _journal.Clear();

    public Task WriteCaPemAsync(string file, CancellationToken ct = default) => File.WriteAllTextAsync(file, CaPem, ct);

    /// <exception cref="ArgumentException">The address is not loopback.</exception>
    public static async Task<SandboxHost> StartAsync(SandboxOptions options, CancellationToken ct = default)
    {
        if (!IPAddress.IsLoopback(options.Address))
            throw new ArgumentException($"The sandbox serves on loopback only, not on {options.Address}.", nameof(options));

        var states = new States(options);
        if (options.SampleEvents)
        {
            foreach (var sample in SampleEvents.All()) states.Misp.AddEvent(sample);
        }

        var services = states.Services();
        var certificate = Certificates.Make(TimeProvider.System.GetUtcNow()); // judged by clients with the real clock
        var listening = new Dictionary<Service, ListenOptions>();

        var name = typeof(SandboxHost).Assembly.GetName().Name;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = name });
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = 256 * 1024 * 1024;
            foreach (var service in services.Keys)
            {
                kestrel.Listen(options.Address, options.Ports.GetValueOrDefault(service), listen =>
                {
                    listen.Protocols = HttpProtocols.Http1; // a cut connection is then one request's
                    listen.Use(next => connection =>
                    {
                        connection.Features.Set(new ListenedBy(service));
                        return next(connection);
                    });
                    if (IsTls(service, options)) listen.UseHttps(certificate);
                    listening[service] = listen;
                });
            }
        });
        var app = builder.Build();
        app.Run(new Front(options.Time, states.Journal, states.Faults, services).HandleAsync);
        await app.StartAsync(ct);

        var origins = listening.ToDictionary(pair => pair.Key, pair => Origin(pair.Key, pair.Value.IPEndPoint!, options));
        return new SandboxHost(app, certificate, origins, states);
    }

    /// <summary>Releases held requests and aborts those in flight.</summary>
    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
        _certificate.Dispose();
    }

    private static bool IsTls(Service service, SandboxOptions options) =>
        service is Service.Entra or Service.KeyVault || (options.Tls && service is not (Service.Control or Service.Identity));

    private static Uri Origin(Service service, IPEndPoint end, SandboxOptions options)
    {
        var host = service == Service.Entra ? "localhost" : end.Address.ToString(); // MSAL wants a name
        return new UriBuilder(IsTls(service, options) ? "https" : "http", host, end.Port).Uri;
    }
}
