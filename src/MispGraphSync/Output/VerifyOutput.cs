using System.Text.Json;
using MispGraphSync.Core.Maintenance;
using MispGraphSync.Core.Ports;

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
