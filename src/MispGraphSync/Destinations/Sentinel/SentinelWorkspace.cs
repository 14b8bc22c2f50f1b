using System.Net;
using System.Text.Json;
using MispGraphSync.Core.Ports;
using MispGraphSync.Http;
using MispGraphSync.Http.SignIn;

namespace MispGraphSync.Destinations.Sentinel;

/// <summary>Looks a workspace up by its name (Azure Resource Manager, "Workspaces - Get"), to tell which id it has.</summary>
internal sealed class SentinelWorkspace : IDisposable
{
    private const string ApiVersion = "2023-09-01";

    private readonly SentinelSettings _settings;
    private readonly ServiceClient _client;
    private readonly Pace _pace;

    public SentinelWorkspace(SentinelSettings settings, Transport transport, ITokenSource tokens)
    {
        _settings = settings;
        var endpoint = Origin.Resolve(settings.ManagementEndpoint, SentinelKind.Management.In(settings.Auth.Cloud)!, "managementEndpoint");
        _pace = new Pace(settings.RequestsPerMinute, transport.Time);
        var handlers = ServiceHandlers.Create(transport, _pace, transport.RetryOptions, tokens, endpoint);
        _client = new ServiceClient(ServiceHandlers.Client(handlers, transport.Sockets, endpoint));
    }

    /// <summary>The workspace's id; null when the role does not let us ask.</summary>
    /// <exception cref="RunFailedException">Usage: there is no workspace of that name. OutOfReach: no answer.</exception>
    public async Task<Guid?> IdAsync(CancellationToken ct)
    {
        using var exchange = new ApiCall { Destination = _settings.Name, Operation = "workspace", Method = HttpMethod.Get, Uri = Path() };
        await _client.SendAsync(exchange, ct).ConfigureAwait(false);
        if (ServiceUnavailable.From(exchange, "Azure's management API") is { } failure) throw failure;
        switch (exchange.Status)
        {
            case HttpStatusCode.Unauthorized when SentinelFailures.IsRole(HttpStatusCode.Unauthorized,
                ErrorBody.Read(exchange.Response.Written)):
            case HttpStatusCode.Forbidden:
                return null;
            case HttpStatusCode.NotFound:
                throw new RunFailedException(
                    RunOutcome.InvalidInput, $"Azure does not find the workspace {_settings.WorkspaceName} (404): {ErrorBody.Read(exchange.Response.Written)}",
                    "Check subscriptionId, resourceGroup and workspaceName on the workspace's Overview page, and auth.cloud.");
            case HttpStatusCode.Unauthorized:
                throw new RunFailedException(
                    RunOutcome.SignInFailed, $"Azure refuses the token (401): {ErrorBody.Read(exchange.Response.Written)}", "Check auth.tenant and auth.cloud: they must be the workspace's own.");
        }

        if (!exchange.IsSuccess || Read(exchange.Response.Written) is not { } id) throw SentinelFailures.NoAnswer(exchange);
        exchange.RecordResult(0, 0);
        return id;
    }

    public void Dispose()
    {
        _client.Dispose();
        _pace.Dispose();
    }

    private Uri Path() => new(
        $"subscriptions/{Uri.EscapeDataString(_settings.SubscriptionId!)}/resourceGroups/{Uri.EscapeDataString(_settings.ResourceGroup!)}"
        + $"/providers/Microsoft.OperationalInsights/workspaces/{Uri.EscapeDataString(_settings.WorkspaceName!)}?api-version={ApiVersion}",
        UriKind.Relative);

    private static Guid? Read(ReadOnlyMemory<byte> answer)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.ValueKind == JsonValueKind.Object && ErrorBody.Find(json.RootElement, "properties") is { ValueKind: JsonValueKind.Object } properties
                && ErrorBody.Find(properties, "customerId") is { ValueKind: JsonValueKind.String } id && Guid.TryParse(id.GetString(), out var found)
                ? found
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
