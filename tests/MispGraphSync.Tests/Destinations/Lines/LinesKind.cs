using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;
using MispGraphSync.Destinations;
using MispGraphSync.Http;
using MispGraphSync.Settings;

namespace MispGraphSync.Tests.Destinations.Lines;

/// <summary>A kind of destination that only the tests have: a service that keeps one JSON object for each key.</summary>
internal static class LinesKind
{
    private static readonly CloudHosts Hosts = new(("global", "lines.example"));

    public static DestinationKind Kind { get; } = new()
    {
        Settings = LinesSettings.Settings,
        EndpointsOf = settings => [settings.Endpoint ?? Hosts.In("global")!],
        ScopeOf = _ => CloudHosts.ScopeOf(Hosts.In("global")!),
        CapabilitiesOf = _ => new Capabilities { Shape = IndicatorShape.Single, BatchSize = 20, Upserts = true },
        Create = (settings, transport, tokens) => new LinesDestination((LinesSettings)settings, transport, tokens),
        NeverBlock = [.. Hosts.All],
    };
}

public sealed record LinesSettings : DestinationSettings
{
    private static readonly SettingKey<string> TopicKey = new(
        "topic", KeyScope.Destination, SettingTypes.AnyText, "\"indicators\"", "The topic of the lines.")
    { Kind = "lines" };

    [SetsRequiredMembers]
    public LinesSettings(DestinationSettings common) : base(common)
    {
    }

    public string Topic { get; init; } = "indicators";

    public override DestinationInfo Info => new(Name, Kind, Auth.Tenant, Topic);

    internal static KindSettings Settings { get; } = new("lines", "Lines", "a service of the tests")
    {
        Keys = [TopicKey],
        RequestsPerMinute = 60,
        Bind = (common, values) => new LinesSettings(common) { Topic = values.Of(TopicKey)! },
        Distinguishers = "topic",
    };
}

internal sealed class LinesDestination : ServiceDestination
{
    private readonly DestinationClient _client;
    private readonly string _path;

    public LinesDestination(LinesSettings settings, Transport transport, ITokenSource? tokens)
        : base(LinesKind.Kind, settings, transport, tokens)
    {
        _path = $"{settings.Topic}/lines";
        _client = new DestinationClient("Lines", settings, LinesKind.Kind.EndpointsOf(settings)[0], transport, Tokens, FailureOf);
    }

    public override SkipReason? SkipReasonFor(IndicatorSource source, IndicatorAction action) =>
        source.Single is null ? SkipReason.NoFieldHere : null;

    public override string Canonical(IReadOnlyList<Observable> observables) => observables[0].ToString();

    public override ItemHashes WriteItem(IBufferWriter<byte> body, Indicator indicator, ItemIdentity identity, StepAction action)
    {
        var item = ItemWriter.Begin();
        item.Json.WriteString("key"u8, identity.Key);
        item.Json.WriteString("value"u8, Canonical(indicator.Observables));
        item.Json.WriteString("title"u8, IndicatorText.Title(indicator, 100));
        var content = item.Position;
        item.WriteInstant("expires"u8, identity.Expires, "Z");
        body.Write(item.End());
        return new ItemHashes(item.HashUntil(content), default);
    }

    public override void WriteDeletion(IBufferWriter<byte> body, HeldIndicator held, DateTimeOffset modified)
    {
        using var json = new Utf8JsonWriter(body);
        json.WriteStringValue(held.Key);
    }

    public override async Task PrepareAsync(CancellationToken ct)
    {
        using var call = await _client.SendAsync("check", HttpMethod.Get, _path, null, ct).ConfigureAwait(false);
        _client.Read(call, ReadPage);
    }

    public override async IAsyncEnumerable<RemoteIndicator> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var call = await _client.SendAsync("list", HttpMethod.Get, _path, null, ct).ConfigureAwait(false);
        foreach (var indicator in _client.Read(call, ReadPage)) yield return indicator;
    }

    protected override async Task<IReadOnlyList<StepOutcome>> SendAsync(
        Operation operation, IReadOnlyList<PlanStep> steps, CancellationToken ct)
    {
        var (name, method) = operation == Operation.Delete ? ("delete", HttpMethod.Delete) : ("put", HttpMethod.Put);
        var body = DestinationClient.Body("{\"value\":["u8, steps);
        using var call = await _client.SendAsync(name, method, _path, body, ct, steps.Count).ConfigureAwait(false);
        _client.ThrowIfFailed(call);
        return call.IsSuccess && ResponseJson.Read(call.Response.Written, root => Outcomes(root, steps)) is { } outcomes
            ? _client.Record(call, outcomes)
            : StepOutcome.Each(steps.Count, DestinationClient.OutcomeOf(call));
    }

    protected override void DisposeClients() => _client.Dispose();

    private static RunFailedException? FailureOf(ApiCall call, ErrorBody error, bool answeredBefore) =>
        call.Status is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized
            ? new RunFailedException(RunOutcome.SignInFailed, $"Lines refuses access: {error}", "Ask for access.")
            : null;

    private static StepOutcome[]? Outcomes(JsonElement root, IReadOnlyList<PlanStep> steps)
    {
        if (root.List("value")?.ToArray() is not { } results) return null;
        return new ResponseMatcher(steps.Count, results.Length, (result, _) => OutcomeOf(results[result]), _ => true)
            .MatchBy(new NameMatch(step => steps[step].Key.ToString("D"), result => results[result].Text("key")));
    }

    private static StepOutcome OutcomeOf(JsonElement result) => result.Text("error") is { } error
        ? CapacityError.ToRejection(error)
        : new StepOutcome.Accepted(null);

    private static List<RemoteIndicator>? ReadPage(ReadOnlyMemory<byte> response) =>
        ResponseJson.Read(response, root => root.List("value")?.Select(Line).ToList());

    private static RemoteIndicator Line(JsonElement item)
    {
        Guid? key = Guid.TryParse(item.Text("key"), out var read) ? read : null;
        return new RemoteIndicator(
            item.Text("key"), key, Encoding.UTF8.GetBytes(item.GetRawText()),
            "line", item.Text("value") ?? "", Tlp: null, Action: null, item.Instant("expires"));
    }
}
