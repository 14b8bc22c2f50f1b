using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph plan</c>: the dry run, shown as a diff.</summary>
internal sealed class PlanCommand : Command
{
    private readonly Option<bool> _detailed = new("--detailed-exitcode") { Description = "End with 10 when changes are pending." };
    private readonly RunOptions _options = new();

    public PlanCommand(CommonOptions common, ToolHost host)
        : base("plan", "Shows what push would do, and sends nothing.")
    {
        Add(_detailed);
        _options.AddTo(this);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args, "text", "text", "json", "jsonl");
            var request = _options.Read(args) with { IsDryRun = true, Command = "plan" };
            var talk = new ConsoleReporter(host, common, args, printsRequests: false);
            await using var composition = Composition.Load(args.GetValue(common.Config), request.Input, host, talk);
            var report = await composition.RunAsync(request, talk, PlanOutput.For(format, host.Out, host.Width)).ConfigureAwait(false);

            if (format == "json") await host.Out.WriteLineAsync(RunJson.Text(report)).ConfigureAwait(false);
            else if (format == "text") await host.Out.WriteLineAsync(RunText.Of(report, RejectionGroups.None, isDryRun: true, common.NewPage(args, host), common.ConfigOption(args))).ConfigureAwait(false);
            else if (report.Outcome != RunOutcome.Done) talk.Warn(RunText.Problems(report));
            return ExitCodes.Of(OutcomeOf(report, args.GetValue(_detailed)));
        });
    }

    private static RunOutcome OutcomeOf(RunReport report, bool detailed) =>
        detailed && report.Destinations.Any(destination => destination.Planned.Total > 0)
            ? RunOutcomes.Worst([report.Outcome, RunOutcome.ChangesPending])
            : report.Outcome;
}
