using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Sandbox.Entra;
using MispGraphSync.Sandbox.Hosting;

namespace MispGraphSync.Sandbox.Sentinel;

/// <summary>
/// The STIX objects upload API. Only the commercial spelling of the path is known, and only the documented api-version.
/// </summary>
internal sealed class SentinelService(SentinelState state, EntraState entra, SandboxOptions options) : IService
{
    private const string ApiVersion = "2024-02-01-preview";

    private readonly RateWindow _minute = new(options.Time, TimeSpan.FromMinutes(1));

    public Answer Handle(Request request)
    {
        if (request is not { Method: "POST", Segments: ["workspaces", var workspace, "threat-intelligence-stix-objects:upload"] })
            throw NoFact.Path(request);
        NoFact.RequireQuery(request, "api-version");
        if (request.Parameter("api-version") != ApiVersion)
            return Error(400, "InvalidApiVersion", $"The api-version must be {ApiVersion}.");
        if (Bearer.Of(request, entra.Mint, Audiences.Management) is not { } token)
            return Gateway(401, "Unauthorized. Access token is missing or invalid.");
        if (_minute.Refuse(state.RequestsPerMinute) is { } wait) return Fail(429, wait, state.ThrottleForm);
        if (!Guid.TryParse(workspace, out var id) || id != options.WorkspaceId)
            return Error(404, "WorkspaceNotFound", $"Workspace {workspace} was not found.");
        if (entra.Find(token.AppId) is not { IsSentinelContributor: true })
            return MissingRole(token.AppId, id);
        if (request.Body.Length > state.MaxBodyBytes) return Error(413, "RequestEntityTooLarge", "The request body is too large.");

        try
        {
            return Upload(request.Body);
        }
        catch (JsonException malformed)
        {
            return Error(400, "BadRequest", $"The body is malformed. {malformed.Message}");
        }
    }

    public Answer Fail(int status, TimeSpan? retryAfter, RetryAfterForm form) => status == 429
        ? Gateway(429, RetryAfter.Sentence(retryAfter, form)).WithRetryAfter(retryAfter, form, options.Time)
        : Gateway(status, status >= 500 ? "Internal server error" : "Bad request", isActivity: status >= 500)
            .WithRetryAfter(retryAfter, form, options.Time);

    /// <summary>Users have recorded two texts, both without their status.</summary>
    private Answer MissingRole(string app, Guid workspace) => state.RefusesInProse
        ? new Answer(state.RoleRefusalStatus)
        {
            ContentType = "text/plain",
            Body = "You do not have permission to view this directory or page."u8.ToArray(),
        }
        : Answer.Json(state.RoleRefusalStatus, new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["code"] = "UnauthorizedAccess",
                ["message"] = $"The Object ID [{app}] does not have required permission to perform this action "
                    + $"on the workspace [{workspace}].",
                ["details"] = new JsonArray(),
                ["target"] = null,
                ["additionalInfo"] = null,
            },
        });

    private Answer Upload(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object) return Error(400, "BadRequest", "The body must be an object.");
        if (StixRules.Text(root, "sourcesystem") is not { Length: > 0 and <= 256 } source)
            return Error(400, "BadRequest", "sourcesystem is required, in lower case, and has at most 256 characters.");
        if (source.Equals("Microsoft Sentinel", StringComparison.OrdinalIgnoreCase))
            return Error(400, "BadRequest", "The source system 'Microsoft Sentinel' is reserved.");
        if (!root.TryGetProperty("stixobjects", out var objects) || objects.ValueKind != JsonValueKind.Array)
            return Error(400, "BadRequest", "stixobjects is required, in lower case, and is a list.");
        if (objects.GetArrayLength() is var count && (count == 0 || count > state.MaxBatch))
            return Error(400, "BadRequest", $"stixobjects must have 1 to {state.MaxBatch} objects.");

        NoFact.RequireProperties(root, "an upload", "sourcesystem", "stixobjects");
        foreach (var item in objects.EnumerateArray()) StixProperties.Check(item);
        var failed = new JsonArray();
        var index = 0;
        foreach (var item in objects.EnumerateArray())
        {
            var faults = StixRules.Faults(item);
            if (state.RefusedValue is { } value && item.GetRawText().Contains(value, StringComparison.Ordinal))
                faults.Add("Error for Property=pattern: The value is refused.");
            if (state.ChecksReferences) faults.AddRange(Dangling(source, item));
            if (faults.Count == 0) state.Upload(source, item);
            else failed.Add((JsonNode)Failed(index, faults));
            index++;
        }

        if (failed.Count == 0) return new Answer(200);
        return Answer.Json(failed.Count == count ? state.AllFailedStatus : 200, new JsonObject { ["errors"] = failed });
    }

    private IEnumerable<string> Dangling(string source, JsonElement item) =>
        item.ValueKind != JsonValueKind.Object
            || (item.TryGetProperty("revoked", out var revoked) && revoked.ValueKind == JsonValueKind.True)
            ? []
            : ((string[])["created_by_ref", "source_ref", "target_ref"])
                .Where(end => item.TryGetProperty(end, out _) && !state.HasEnd(source, item, end))
                .Select(end => $"Error for Property={end}: The object does not exist.");

    private JsonObject Failed(int index, IEnumerable<string> faults) => new()
    {
        ["recordIndex"] = index,
        [state.ErrorListName] = new JsonArray([.. faults.Select(fault => (JsonNode)fault)]),
    };

    /// <summary>The service's own errors, as its specification shows them.</summary>
    private static Answer Error(int status, string code, string message) => Answer
        .Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } })
        .With("x-ms-error-code", code);

    /// <summary>Those of the gateway before it.</summary>
    private static Answer Gateway(int status, string message, bool isActivity = false)
    {
        var body = new JsonObject { ["statusCode"] = status, ["message"] = message };
        if (isActivity) body["activityId"] = "00000000-5a5d-4b0c-8000-0000000000cc";
        return Answer.Json(status, body);
    }
}
