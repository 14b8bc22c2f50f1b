using System.CommandLine;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph push</c>: the whole flow.</summary>
internal sealed class PushCommand : Command
{
    private readonly Option<bool> _dryRun = NewOption.Flag("--dry-run", "Read and plan, and send nothing.", "-n");
    private readonly RunOptions _options;

    public PushCommand(CommonOptions common, ToolHost host, Func<RunRequest, Task<FinishedRun>> runAsync)
        : base("push", "Synchronises the destinations with MISP: creates, updates, renews and deletes indicators.")
    {
        Add(_dryRun);
        _options = new RunOptions(this, readsSource: true);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args);
            var isDryRun = args.GetValue(_dryRun);
            var request =
                _options.Read(args, RunVerb.Push, common.Read(args)) with { IsDryRun = isDryRun, PrintsRequests = format == "text" };
            var finished = await runAsync(request).ConfigureAwait(false);

            await host.Out.WriteLineAsync(format == "json"
                ? RunJson.Text(finished.Report)
                : RunText.Of(
                    finished.Report, finished.Rejections, isDryRun, common.NewPage(args, host), common.ConfigOption(args),
                    finished.HasLedger)).ConfigureAwait(false);
            return ExitCodes.Of(finished.Report.Outcome);
        });
    }
}
