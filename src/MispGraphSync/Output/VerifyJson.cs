using System.Buffers;
using System.Text;
using System.Text.Json;
using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;

namespace MispGraphSync.Output;

/// <summary>One object for all destinations, schema 1: keys are only ever added. Written bit by bit, since findings may be many.</summary>
#pragma warning disable CA1001 // Its End disposes of the writer.
internal sealed class VerifyJson : VerifyOutput
#pragma warning restore CA1001
{
    private const int Schema = 1;
    private const int WriteAt = 32_768;

    private readonly TextWriter _to;
    private readonly ArrayBufferWriter<byte> _bytes = new(WriteAt * 2);
    private readonly Utf8JsonWriter _json;

    public VerifyJson(TextWriter to)
    {
        _to = to;
        _json = new Utf8JsonWriter(_bytes);
        _json.WriteStartObject();
        _json.WriteNumber("schema", Schema);
        _json.WriteStartArray("destinations");
    }

    public override void Add(VerifiedDestination destination, IEnumerable<Finding> findings)
    {
        _json.WriteStartObject();
        _json.WriteString("name", destination.Name);
        _json.WriteString("kind", destination.Kind);
        _json.WriteNumber("exitCode", ExitCodes.Of(destination.Outcome));
        _json.WriteString("error", destination.Error);
        _json.WriteString("remedy", destination.Remedy);
        _json.WriteNumber("held", destination.Held);
        if (destination.There is { } there) _json.WriteNumber("there", there);
        else _json.WriteNull("there");
        _json.WriteNumber("asSent", destination.AsSent);
        _json.WriteNumber("pending", destination.Pending);
        _json.WriteStartObject("found");
        foreach (var kind in Enum.GetValues<FindingKind>()) _json.WriteNumber(kind.Slug(), destination.Found.GetValueOrDefault(kind));
        _json.WriteEndObject();
        WriteRepair(destination.Repair);
        _json.WriteStartArray("items");
        foreach (var finding in findings)
        {
            FindingJson.Write(_json, finding, destination: null);
            Drain(WriteAt);
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
    }

    public override void End(RunOutcome code)
    {
        _json.WriteEndArray();
        _json.WriteNumber("exitCode", ExitCodes.Of(code));
        _json.WriteEndObject();
        Drain(0);
        _json.Dispose();
        _to.WriteLine();
    }

    private void WriteRepair(RepairReport? repair)
    {
        if (repair is null)
        {
            _json.WriteNull("repair");
            return;
        }

        _json.WriteStartObject("repair");
        _json.WriteNumber("create", repair.Planned.Create);
        _json.WriteNumber("update", repair.Planned.Update);
        _json.WriteNumber("delete", repair.Planned.Delete);
        _json.WriteNumber("accepted", repair.Tally.Accepted);
        _json.WriteNumber("rejected", repair.Tally.Rejected);
        _json.WriteNumber("unknown", repair.Tally.Unknown);
        _json.WriteNumber("notAttempted", repair.Tally.NotAttempted);
        _json.WriteNumber("heldBack", repair.Suppressed);
        _json.WriteNumber("held", repair.Held);
        _json.WriteEndObject();
    }

    private void Drain(int from)
    {
        if (_json.BytesPending + _bytes.WrittenCount <= from) return;
        _json.Flush();
        _to.Write(Encoding.UTF8.GetString(_bytes.WrittenSpan));
        _bytes.ResetWrittenCount();
    }
}

/// <summary>A line an item, with its destination.</summary>
internal sealed class VerifyJsonl(TextWriter to) : VerifyOutput
{
    private readonly ArrayBufferWriter<byte> _line = new(2_048);

    public override void Add(VerifiedDestination destination, IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            _line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_line)) FindingJson.Write(json, finding, destination.Name);
            to.WriteLine(Encoding.UTF8.GetString(_line.WrittenSpan));
        }
    }

    public override void End(RunOutcome code)
    {
    }
}

/// <summary>One item, the same in both formats.</summary>
internal static class FindingJson
{
    /// <param name="destination">Null where it stands outside.</param>
    public static void Write(Utf8JsonWriter json, Finding finding, string? destination)
    {
        json.WriteStartObject();
        if (destination is not null) json.WriteString("destination", destination);
        json.WriteString("kind", finding.Kind.Slug());
        if (finding.Key is { } key) json.WriteString("key", key);
        else json.WriteNull("key");
        json.WriteString("id", finding.Id);
        json.WriteString("type", finding.Type);
        json.WriteString("value", finding.Value);
        json.WriteString("repair", finding.Repair.Slug());
        json.WriteStartArray("difference");
        foreach (var difference in finding.Differences)
        {
            json.WriteStartObject();
            json.WriteString("property", difference.Property);
            json.WriteString("sent", difference.Sent);
            json.WriteString("there", difference.There);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
