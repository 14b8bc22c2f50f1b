using System.CommandLine;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph purge</c>: removes all that this installation put at the destinations.</summary>
internal sealed class PurgeCommand : Command
{
    private readonly Option<bool> _yes = NewOption.Flag("--yes", "Do not ask.", "-y");
    private readonly Option<bool> _dryRun =
        NewOption.Flag("--dry-run", "Count the indicators that would be removed, and send nothing.", "-n");
    private readonly RunOptions _options;

    public PurgeCommand(CommonOptions common, ToolHost host, Func<RunRequest, Task<FinishedRun>> runAsync)
        : base("purge", "Removes all indicators of this installation from the destinations. A later push creates them again.")
    {
        Add(_yes);
        Add(_dryRun);
        _options = new RunOptions(this, readsSource: false);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args);
            var isDryRun = args.GetValue(_dryRun);
            var asks = !isDryRun && !args.GetValue(_yes);
            if (asks && !common.MayAsk(args, host))
            {
                throw new RunFailedException(
                    RunOutcome.InvalidInput, "`purge` must ask for confirmation, but there is no terminal, or --no-input is set.",
                    "Look at 'misp-graph purge --dry-run', then add --yes.");
            }

            var declined = new List<string>();
            var request = _options.Read(args, RunVerb.Purge, common.Read(args)) with
            {
                IsDryRun = isDryRun,
                PrintsRequests = format == "text",
                ConfirmAsync = async (destination, count) =>
                {
                    if (!asks || await AskAsync(host, PurgeText.Question(destination, count)).ConfigureAwait(false)) return true;
                    declined.Add(destination.Name);
                    return false;
                },
            };
            var (report, _) = await runAsync(request).ConfigureAwait(false);

            await host.Out.WriteLineAsync(format == "json"
                ? RunJson.Text(report)
                : WrappedText.Wrap(PurgeText.Of(report, declined, isDryRun), host.Width)).ConfigureAwait(false);
            return ExitCodes.Of(report.Outcome);
        });
    }

    // No answer, as at the end of the input, is a no.
    private static async Task<bool> AskAsync(ToolHost host, string question)
    {
        await host.Error.WriteAsync($"{question} [y/N] ").ConfigureAwait(false);
        var answer = await Task.Run(host.In.ReadLine).WaitAsync(host.Interrupt).ConfigureAwait(false);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
