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
        var output = PlanOutput.For(format, host.Out, host.Width);
        Action<DestinationInfo, PlanStep>? onStep = output is null ? null : (destination, step) => output.Add((destination, step));
        FinishedRun finished;
        try
        {
            finished = await runAsync(request with { IsDryRun = true, OnStep = onStep }).ConfigureAwait(false);
        }
        finally
        {
            output?.End();
        }

        var report = finished.Report;
        if (format == "json") await host.Out.WriteLineAsync(RunJson.Text(report)).ConfigureAwait(false);
        else if (format == "text")
        {
            if (report.Destinations.Any(one => one.Planned.Total > 0)) await host.Out.WriteLineAsync().ConfigureAwait(false);
            await host.Out.WriteLineAsync(RunText.Of(
                report, finished.Rejections, isDryRun: true, common.NewPage(args, host), common.ConfigOption(args), finished.HasLedger))
                .ConfigureAwait(false);
        }

        if (format != "text" && RunText.ForecastOf(report) is { } forecast) host.Warn($"{forecast}\n{RunText.Problems(report)}");
        return report;
    }
}
