using System.CommandLine;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph verify</c>: whether the destinations hold what the ledger says, and with --repair, that they do.</summary>
internal sealed class VerifyCommand : Command
{
    private readonly Option<bool> _repair = NewOption.Flag("--repair", "Correct differences; indicators of others stay unchanged.");
    private readonly Option<string?> _adopt = NewOption.Of<string?>(
        "--adopt", "SOURCE", "Also find indicators that another tool left, python-sample or misp2sentinel; --repair removes them.");
    private readonly Option<string?> _maxDelete = RunOptions.MaxDelete(
        "With --adopt: the maximum number or share to remove in this run.");
    private readonly RunOptions _options;

    public VerifyCommand(CommonOptions common, ToolHost host, Func<RunRequest, Task<FinishedRun>> runAsync)
        : base("verify", "Compares what the destinations hold with what was sent.")
    {
        Add(_repair);
        Add(_adopt);
        Add(_maxDelete);
        _options = new RunOptions(this, readsSource: false);
        SetAction(async (args, _) =>
        {
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
}
