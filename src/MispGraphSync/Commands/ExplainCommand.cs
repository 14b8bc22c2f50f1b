using System.Text.Json;
using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Core.Mapping;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Output.Explain;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph explain</c>: where an indicator comes from and what became of it; also while a run is at work.</summary>
internal sealed class ExplainCommand : Command
{
    private readonly Argument<string> _asked = new("VALUE|UUID") { Description = "A value in any spelling, or the UUID of an attribute, an event or an indicator." };
    private readonly Option<bool> _offline = new("--offline") { Description = "Do not ask MISP for a value that was never seen." };

    public ExplainCommand(CommonOptions common, ToolHost host)
        : base("explain", "Tells where a value comes from, and what became of it at each destination, and why.")
    {
        Add(_asked);
        Add(_offline);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args, "text", "text", "json");
            var asked = args.GetValue(_asked)!;
            if (string.IsNullOrWhiteSpace(asked)) throw new RunFailedException(RunOutcome.InvalidInput, "There is nothing to explain: the value is empty.");
            await using var composition = Composition.Load(args.GetValue(common.Config), input: "", host, new ConsoleReporter(host, common, args, printsRequests: false));
            using var ledger = composition.OpenLedgerToRead();
            var explanation = composition.NewExplainer(ledger).Explain(asked);
            if (!explanation.IsSeen && !args.GetValue(_offline)) explanation = await AskMispAsync(explanation, composition, host).ConfigureAwait(false);

            await host.Out.WriteLineAsync(format == "json" ? JsonSerializer.Serialize(explanation, OutputJson.Default.Explanation) : WrappedText.Wrap(ExplainText.Of(explanation), host.Width)).ConfigureAwait(false);
            return 0;
        });
    }

    // What MISP says is a help: without it the explanation stands.
    private static async Task<Explanation> AskMispAsync(Explanation explanation, Composition composition, ToolHost host)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(host.Interrupt, host.Abort);
        try
        {
            return explanation with { InMisp = await composition.NewValueSearch().FindAsync(ValueVariants.Of(explanation.Asked), stop.Token).ConfigureAwait(false) };
        }
        catch (RunFailedException failure)
        {
            return explanation with { MispNote = failure.Message };
        }
    }
}
