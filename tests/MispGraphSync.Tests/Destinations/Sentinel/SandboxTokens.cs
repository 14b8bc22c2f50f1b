using MispGraphSync.Http;
using MispGraphSync.Sandbox;
using MispGraphSync.Tests.Sandbox;

namespace MispGraphSync.Tests.Destinations.Sentinel;

/// <summary>Tokens of a sandbox's Entra for its management API, kept until they are refused.</summary>
internal sealed class SandboxTokens(SandboxHost sandbox) : ITokenSource, IDisposable
{
    private readonly SandboxClient _client = new(sandbox);
    private readonly SemaphoreSlim _asking = new(1);
    private string? _token;

    public int Asked { get; private set; }

    public async ValueTask<string> GetAsync(bool forceRefresh, CancellationToken ct)
    {
        await _asking.WaitAsync(ct);
        try
        {
            if (_token is not null && !forceRefresh) return _token;
            Asked++;
            var answer = await _client.TokenAsync("https://management.azure.com/.default", sandbox.Options.ClientSecret);
            return _token = (string)answer["access_token"]!;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _asking.Dispose();
    }
}
