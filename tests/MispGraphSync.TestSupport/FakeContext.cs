using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using MispGraphSync.Core.Domain;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Tests;

/// <summary>
/// The context objects of a service in memory. It is strict: a revoked id stays revoked, a change that is not later is ignored, and a
/// relationship needs both of its ends at all times.
/// </summary>
internal sealed class FakeContext(FakeDestination service) : IContextDestination
{
    public DestinationInfo Info { get; } = new($"{service.Info.Name}/context", service.Info.Kind, service.Info.Place, "context");

    public ContextPolicy Policy { get; set; } = new()
    {
        Identities = true,
        Actors = true,
        Techniques = true,
        Relations = true,
        Grace = TimeSpan.FromDays(2),
    };

    public List<FakeObject> Objects { get; } = [];

    /// <summary>Objects that somebody else put there.</summary>
    public List<FakeObject> Others { get; } = [];

    /// <summary>How often the list was begun.</summary>
    public int Listed { get; private set; }

    /// <summary>The list fails after so many; null: it does not.</summary>
    public int? ListFailsAfter { get; set; }

    /// <summary>Called before an object is listed, with the number of those before it.</summary>
    public Action<int>? OnList { get; set; }

    /// <summary>True: each object is listed twice.</summary>
    public bool ListsTwice { get; set; }

    /// <summary>True: nothing of ours shows, as for a user without rights.</summary>
    public bool ListsNothing { get; set; }

    /// <summary>Dates that the list shows in place of those that were sent; null: as they were sent.</summary>
    public DateTimeOffset? ListedDate { get; set; }

    /// <summary>False: the list shows no dates.</summary>
    public bool ListsDates { get; set; } = true;

    public IEnumerable<FakeObject> Live => Objects.Where(one => !one.IsRevoked);

    public FakeObject One(string label) => Live.Single(one => one.Label == label);

    public string IdOf(ContextType type, Guid key) => $"{ContextObject.Word(type)}--{key:D}";

    public string IndicatorIdOf(Guid key) => $"indicator--{key:D}";

    public ItemHashes WriteItem(IBufferWriter<byte> body, ContextObject item, ItemIdentity identity)
    {
        var json = new JsonObject
        {
            ["type"] = ContextObject.Word(item.Type),
            ["key"] = item.Key,
            ["name"] = item.Name,
            ["tlp"] = item.Tlp.Word(),
            ["labels"] = new JsonArray([.. item.Labels.Select(label => JsonValue.Create(label))]),
        };
        if (item.CreatedBy is { } creator) json["createdBy"] = creator;
        if (item.Ends is { } ends)
            (json["relation"], json["source"], json["target"]) = (ends.Type, ends.Source, ends.Target);
        var content = Hash128.Of(json.ToJsonString());
        (json["created"], json["modified"]) = ($"{identity.Created:O}", $"{identity.Modified:O}");
        body.Write(JsonSerializer.SerializeToUtf8Bytes(json));
        return new ItemHashes(content, default);
    }

    public ContextEnds? EndsOf(ReadOnlyMemory<byte> body)
    {
        var json = JsonNode.Parse(body.Span)!;
        if (json["relation"] is null) return null;
        var source = (string)json["source"]!;
        return new ContextEnds((string)json["relation"]!, source, (string)json["target"]!)
        {
            Indicator = source.StartsWith("indicator--", StringComparison.Ordinal) ? Guid.Parse(source["indicator--".Length..]) : null,
        };
    }

    public async IAsyncEnumerable<RemoteIndicator> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        await Task.Yield();
        Listed++;
        var listed = 0;
        foreach (var one in ListsNothing ? Others : ListsTwice ? [.. Objects, .. Objects, .. Others] : [.. Objects, .. Others])
        {
            if (listed == ListFailsAfter) throw new RunFailedException(RunOutcome.Unreachable, "The list was cut off.");
            OnList?.Invoke(listed);
            listed++;
            ct.ThrowIfCancellationRequested();
            yield return Show(one);
        }
    }

    /// <summary>Carries a step out as the service would.</summary>
    public StepOutcome Apply(Operation operation, PlanStep step)
    {
        var at = Objects.FindIndex(one => one.Key == step.Key);
        if (operation == Operation.Delete)
        {
            var id = at < 0 ? step.Id : Objects[at].Id;
            if (Live.Any(one => one.Text("source") == id || one.Text("target") == id))
                return new StepOutcome.Rejected("A relationship needs it.");
            if (at >= 0) Objects[at] = Objects[at] with { IsRevoked = true };
            return new StepOutcome.Accepted(step.Id);
        }

        var sent = new FakeObject(step.Id!, step.Key, JsonNode.Parse(step.Body.Span)!.ToJsonString());
        if (sent.Text("relation") is not null && (!IsThere(sent.Text("source")!) || !IsThere(sent.Text("target")!)))
            return new StepOutcome.Rejected("One of its ends is missing.");
        if (sent.Text("createdBy") is { } creator && !IsThere(creator)) return new StepOutcome.Rejected("Its creator is missing.");
        if (at < 0) Objects.Add(sent);
        else if (!Objects[at].IsRevoked && sent.Modified > Objects[at].Modified) Objects[at] = sent;
        return new StepOutcome.Accepted(step.Id);
    }

    /// <summary>Somebody revokes it.</summary>
    public void Revoke(FakeObject one) => Objects[Objects.IndexOf(one)] = one with { IsRevoked = true };

    /// <summary>Somebody changes its name.</summary>
    public void Rename(FakeObject one, string name)
    {
        var json = JsonNode.Parse(one.Json)!;
        json["name"] = name;
        Objects[Objects.IndexOf(one)] = one with { Json = json.ToJsonString() };
    }

    private bool IsThere(string id) => id.StartsWith("indicator--", StringComparison.Ordinal)
        ? service.Held.Exists(one => IndicatorIdOf(one.Key) == id)
        : Live.Any(one => one.Id == id);

    private RemoteIndicator Show(FakeObject one)
    {
        var json = JsonNode.Parse(one.Json)!.AsObject();
        if (ListedDate is { } date) (json["created"], json["modified"]) = ($"{date:O}", $"{date:O}");
        if (!ListsDates)
        {
            json.Remove("created");
            json.Remove("modified");
        }

        var type = ContextObject.TypeOf(one.Text("type"))!.Value;
        var key = one.Text("relation") is { } relation ? $"{relation}\n{one.Text("source")}\n{one.Text("target")}" : one.Text("key")!;
        return new RemoteIndicator(
            one.Id, one.Key, JsonSerializer.SerializeToUtf8Bytes(json), one.Text("type")!, one.Text("name")!, one.Text("tlp"), null, null,
            one.IsRevoked)
        {
            Canonical = ContextObject.CanonicalOf(type, key),
            Created = ListsDates ? ListedDate ?? one.Created : null,
            Modified = ListsDates ? ListedDate ?? one.Modified : null,
        };
    }
}

internal sealed record FakeObject(string Id, Guid Key, string Json, bool IsRevoked = false)
{
    public string Label => $"{Text("type")} {Text("name")}";

    public DateTimeOffset Created => DateTimeOffset.Parse(Text("created")!, null);

    public DateTimeOffset Modified => DateTimeOffset.Parse(Text("modified")!, null);

    public IEnumerable<string> Labels => JsonNode.Parse(Json)!["labels"]!.AsArray().Select(one => (string)one!);

    public string? Text(string property) => (string?)JsonNode.Parse(Json)![property];
}
