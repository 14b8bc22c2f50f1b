using System.CommandLine;
using System.Text.Json;
using MispGraphSync.Output;
using MispGraphSync.Output.Explain;

namespace MispGraphSync.Commands;

/// <param name="AsksMisp">Search MISP for a value that the ledger does not know.</param>
internal sealed record ExplainRequest(CommonArguments Common, string Asked, bool AsksMisp);

/// <summary><c>misp-graph explain</c>: where an indicator comes from and what happened to it; also during a run.</summary>
internal sealed class ExplainCommand : Command
{
    private readonly Argument<string> _asked = new("VALUE|UUID")
    {
        Description = "A value in any spelling, or the UUID of an attribute, an event or an indicator.",
    };

    private readonly Option<bool> _offline = NewOption.Flag("--offline", "Do not ask MISP for a value that is not in the ledger.");

    public ExplainCommand(CommonOptions common, ToolHost host, Func<ExplainRequest, Task<Explanation>> explainAsync)
        : base("explain", "Shows where a value comes from, what happened to it at each destination, and why.")
    {
        Add(_asked);
        Add(_offline);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args);
            var asked = args.GetValue(_asked)!;
            if (string.IsNullOrWhiteSpace(asked)) throw new RunFailedException(RunOutcome.InvalidInput, "The value must not be empty.");
            var request = new ExplainRequest(common.Read(args), asked, AsksMisp: !args.GetValue(_offline));
            var explanation = await explainAsync(request).ConfigureAwait(false);

            await host.Out.WriteLineAsync(format == "json"
                ? JsonSerializer.Serialize(explanation, OutputJson.Default.Explanation)
                : WrappedText.Wrap(ExplainText.Of(explanation), host.Width)).ConfigureAwait(false);
            return 0;
        });
    }
}
