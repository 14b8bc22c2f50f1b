using System.Text.Json;
using System.Text.Json.Serialization;
using MispGraphSync.Core.Maintenance;

namespace MispGraphSync.Output;

/// <summary>Writes the result of a comparison, one destination after the other; findings are written as they are read.</summary>
internal abstract class VerifyOutput
{
    public static VerifyOutput For(string format, TextWriter to, int width) => format switch
    {
        "json" => new Json(to),
        "jsonl" => new Jsonl(to),
        _ => new VerifyText(to, width),
    };

    public abstract void Add(VerifiedDestination destination, IEnumerable<Finding> findings);

    /// <param name="outcome">Of the whole command.</param>
    public abstract void End(RunOutcome outcome);

    private sealed class Jsonl(TextWriter to) : VerifyOutput
    {
        public override void Add(VerifiedDestination destination, IEnumerable<Finding> findings)
        {
            foreach (var finding in findings) to.WriteLine(FindingJson.Text(finding, destination.Name));
        }

        public override void End(RunOutcome outcome)
        {
        }
    }

    /// <summary>One object for all destinations.</summary>
    private sealed class Json(TextWriter to) : VerifyOutput
    {
        private bool _hasAny;

        public override void Add(VerifiedDestination destination, IEnumerable<Finding> findings)
        {
            Begin();
            // The object stays open for its items.
            to.Write(JsonSerializer.Serialize(VerifyJson.Of(destination), OutputJson.Default.VerifyJson)[..^1]);
            var separator = ",\"items\":[";
            foreach (var finding in findings)
            {
                to.Write(separator + FindingJson.Text(finding, destination: null));
                separator = ",";
            }

            to.Write(separator == "," ? "]}" : separator + "]}");
        }

        public override void End(RunOutcome outcome)
        {
            if (!_hasAny) Begin();
            to.WriteLine($"],\"exitCode\":{ExitCodes.Of(outcome)}}}");
        }

        private void Begin()
        {
            to.Write(_hasAny ? "," : $"{{\"schema\":1,\"destinations\":[");
            _hasAny = true;
        }
    }
}

/// <summary>One verified destination, without its items: they may be many, and are written one by one after it.</summary>
internal sealed record VerifyJson(
    string Name, string Kind, int ExitCode, string? Error, string? Remedy, long Held, long? There, long AsSent, long Pending,
    IReadOnlyDictionary<FindingKind, long> Found, long LegacyKept, RepairJson? Repair)
{
    public static VerifyJson Of(VerifiedDestination destination) => new(
        destination.Name, destination.Kind, ExitCodes.Of(destination.Outcome), destination.Error, destination.Remedy,
        destination.Held, destination.There, destination.AsSent, destination.Pending,
        Enum.GetValues<FindingKind>().ToDictionary(kind => kind, kind => destination.Found.GetValueOrDefault(kind)),
        destination.LegacyKept,
        destination.Repair is { } repair ? RepairJson.Of(repair) : null);
}

internal sealed record RepairJson(
    long Create, long Update, long Delete, long Accepted, long Rejected, long Unknown, long NotAttempted, long Suppressed, long Held)
{
    public static RepairJson Of(RepairReport repair) => new(
        repair.Planned.Create, repair.Planned.Update, repair.Planned.Delete,
        repair.Tally.Accepted, repair.Tally.Rejected, repair.Tally.Unknown, repair.Tally.NotAttempted, repair.Suppressed, repair.Held);
}

/// <param name="Destination">Null inside of a destination's object.</param>
internal sealed record FindingJson(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Destination,
    string Kind, Guid? Key, string? Id, string? Type, string? Value, string Repair, IReadOnlyList<DifferenceJson> Difference)
{
    public static string Text(Finding finding, string? destination) => JsonSerializer.Serialize(
        new FindingJson(
            destination, finding.Kind.Slug(), finding.Key, finding.Id, finding.Type, finding.Value, finding.Repair.Slug(),
            [.. finding.Differences.Select(one => new DifferenceJson(one.Property, one.Sent, one.There))]),
        OutputJson.Default.FindingJson);
}

internal sealed record DifferenceJson(string Property, string? Sent, string? There);
