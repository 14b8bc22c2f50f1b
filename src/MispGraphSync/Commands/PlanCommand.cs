using System.CommandLine;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph plan</c>: the dry run, shown as a diff.</summary>
internal sealed class PlanCommand : Command
{
    private readonly Option<bool> _detailed = NewOption.Flag("--detailed-exitcode", "End with 10 when changes are pending.");
    private readonly RunOptions _options;

    public PlanCommand(CommonOptions common, ToolHost host, Func<RunRequest, Task<FinishedRun>> runAsync)
        : base("plan", "Shows what push would do, and sends nothing.")
    {
        Add(_detailed);
        _options = new RunOptions(this, readsSource: true);
        SetAction(async (args, _) =>
        {
            var request = _options.Read(args, RunVerb.Plan, common.Read(args));
            var report = await RunAsync(request, args, common, host, runAsync).ConfigureAwait(false);
            var isPending = args.GetValue(_detailed) && report.Destinations.Any(destination => destination.Planned.Total > 0);
            return ExitCodes.Of(RunOutcomes.Worst([report.Outcome, isPending ? RunOutcome.ChangesPending : RunOutcome.Done]));
        });
    }

    /// <summary>Plans, and prints the plan.</summary>
    public static async Task<RunReport> RunAsync(
        RunRequest request, ParseResult args, CommonOptions common, ToolHost host, Func<RunRequest, Task<FinishedRun>> runAsync)
    {
        var format = common.Format(args);
        var finished = await runAsync(request with { IsDryRun = true, OnStep = PlanOutput.For(format, host.Out, host.Width) })
            .ConfigureAwait(false);
        var report = finished.Report;
        if (format == "json") await host.Out.WriteLineAsync(RunJson.Text(report)).ConfigureAwait(false);
        else if (format == "text")
            await host.Out.WriteLineAsync(RunText.Of(
                report, finished.Rejections, isDryRun: true, common.NewPage(args, host), common.ConfigOption(args), finished.HasLedger))
                .ConfigureAwait(false);
        else if (report.Outcome != RunOutcome.Done) host.Warn(RunText.Problems(report));
        return report;
    }
}
