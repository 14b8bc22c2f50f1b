using System.CommandLine;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph verify</c>: whether the destinations hold what the ledger says, and with --repair, that they do.</summary>
internal sealed class VerifyCommand : Command
{
    private readonly Option<bool> _repair = NewOption.Flag("--repair", "Correct differences; indicators of others stay unchanged.");
    private readonly Option<string?> _adopt = NewOption.Of<string?>(
        "--adopt", "SOURCE",
        "Also find what another tool left (python-sample, misp2sentinel), which --repair removes, or what an earlier app registration "
        + "created (earlier-app), which --repair takes over.");
    private readonly Option<string?> _maxDelete = RunOptions.MaxDelete(
        "With --adopt: the maximum number or share to remove in this run.");
    private readonly RunOptions _options;

    /// <param name="hasLedger">Whether the settings have a ledger to compare with.</param>
    public VerifyCommand(
        CommonOptions common, ToolHost host, Func<CommonArguments, bool> hasLedger, Func<RunRequest, Task<FinishedRun>> runAsync)
        : base("verify", "Compares what the destinations hold with what was sent.")
    {
        Add(_repair);
        Add(_adopt);
        Add(_maxDelete);
        _options = new RunOptions(this, readsSource: false);
        SetAction(async (args, _) =>
        {
            if (!hasLedger(common.Read(args))) return await PlanAsync(args, common, host, runAsync).ConfigureAwait(false);
            var format = common.Format(args);
            var output = VerifyOutput.For(format, host.Out, host.Width);
            var repairs = args.GetValue(_repair);
            var request = _options.Read(args, RunVerb.Verify, common.Read(args)) with
            {
                IsDryRun = !repairs,
                TakesOverFrom = args.GetValue(_adopt),
                MaxDelete = RunOptions.LimitOf(args, _maxDelete),
                PrintsRequests = format == "text" && repairs,
                OnVerified = output.Add,
            };
            var (report, _) = await runAsync(request).ConfigureAwait(false);

            output.End(report.Outcome);
            foreach (var failed in report.Destinations.Where(one => one.Error is not null && format == "jsonl"))
                host.Warn($"{failed.Name}: {Sanitize.ForDisplay(failed.Error!, 2_000)}");
            return ExitCodes.Of(report.Outcome);
        });
    }
    // A plan is the same comparison then: of MISP with the destinations' lists.
    private async Task<int> PlanAsync(
        ParseResult args, CommonOptions common, ToolHost host, Func<RunRequest, Task<FinishedRun>> runAsync)
    {
        if (args.GetValue(_repair) || args.GetValue(_adopt) is not null || args.GetValue(_maxDelete) is not null)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, "--repair and --adopt need a ledger, and the setting 'ledger' is \"none\".",
                "Run push: it sends the differences. To take over from another tool, set 'ledger' to a file, push, then verify.");
        }

        var arguments = common.Read(args);
        if (!arguments.IsQuiet)
            host.Error.WriteLine(WrappedText.Wrap("note: there is no ledger; this shows what push would send.", host.ErrorWidth()));
        var request = _options.Read(args, RunVerb.Plan, arguments);
        return ExitCodes.Of((await PlanCommand.RunAsync(request, args, common, host, runAsync).ConfigureAwait(false)).Outcome);
    }
}
