using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MispGraphSync.Tests;

/// <summary>
/// An HTTP proxy on loopback that opens tunnels (CONNECT): to loopback as asked, and to named hosts where a test says. It
/// forbids all else, so nothing leaves this machine.
/// </summary>
internal sealed class ConnectProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _work = [];
    private readonly Task _accepting;

    public ConnectProxy()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Where the tunnels to a name really lead.</summary>
    public ConcurrentDictionary<string, int> Ports { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Requested targets, such as <c>localhost:443</c>.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The response to every tunnel request; null: the tunnel is opened.</summary>
    public string? Refusal { get; set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_work);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _work.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            var near = client.GetStream();
            var target = (await ReadHeadAsync(near)).Split(' ') is ["CONNECT", var host, ..] ? host : "";
            Asked.Enqueue(target);
            var parts = target.Split(':');
            var isKnown = parts is [_, _] && (Ports.ContainsKey(parts[0]) || parts[0] is "localhost" or "127.0.0.1");
            if (!isKnown || Refusal is not null)
            {
                await near.WriteAsync(
                    Encoding.ASCII.GetBytes($"HTTP/1.1 {Refusal ?? "403 Forbidden"}\r\nContent-Length: 0\r\n\r\n"), _stop.Token);
                return;
            }

            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback,
                Ports.GetValueOrDefault(parts[0], int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)), _stop.Token);
            await near.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray(), _stop.Token);
            await Task.WhenAny(near.CopyToAsync(far.GetStream(), _stop.Token), far.GetStream().CopyToAsync(near, _stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, _stop.Token) > 0) head.Append(
            (char)one[0]);
        return head.ToString();
    }
}
