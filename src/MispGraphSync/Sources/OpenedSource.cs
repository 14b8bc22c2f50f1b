using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;
using MispGraphSync.Sources.Filters;
using MispGraphSync.Sources.Misp;
using MispGraphSync.Text;
using Serilog;

namespace MispGraphSync.Sources;

/// <summary>A source with the connection it stands on.</summary>
internal sealed class OpenedSource : IDisposable
{
    private readonly IDisposable? _connection;

    private OpenedSource(ISource source, IDisposable? connection)
    {
        Source = source;
        _connection = connection;
    }

    public ISource Source { get; }

    /// <summary>The MISP server of the settings; its key is resolved at the first request.</summary>
    public static OpenedSource OfServer(AppSettings settings, FilterPlan filters, TimeProvider time, ILogger log, Secrets secrets)
    {
        var http = MispHttp.Create(settings.Misp, settings.CaFile, settings.Proxy);
        var key = settings.Misp.Key!;
        var client = new MispClient(http, settings.Misp.Url!, key.ResolveAsync, settings.Misp.Timeout, time, log, secrets);
        return new OpenedSource(new MispSource(client, settings.Misp, filters, time, log), http);
    }

    /// <summary>A feed folder, a folder of saved events, or one file.</summary>
    public static OpenedSource OfPath(
        string path, AppSettings settings, FilterPlan filters, TimeProvider time, ILogger log, Action<string> warn) =>
        new(InputSource.Open(path, filters, settings.Misp.EnforceWarninglist, time, log, warn), connection: null);

    public void Dispose() => _connection?.Dispose();
}
