using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Core.Planning;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph verify</c>: whether the destinations hold what the ledger says, and with --repair, that they do.</summary>
internal sealed class VerifyCommand : Command
{
    private readonly Option<bool> _repair = new("--repair") { Description = "Put right what differs; what is not ours is never touched." };
    private readonly Option<string?> _adopt = new("--adopt") { Description = "Look also for what another tool left beside ours, python-sample or misp2sentinel; --repair removes it.", HelpName = "SOURCE" };
    private readonly Option<string?> _maxDelete = new("--max-delete") { Description = "With --adopt: the most to remove, for this run: a number or a share.", HelpName = "N|N%" };
    private readonly MaintenanceOptions _options = new();

    public VerifyCommand(CommonOptions common, ToolHost host)
        : base("verify", "Compares what the destinations hold with what was sent.")
    {
        Add(_repair);
        Add(_adopt);
        Add(_maxDelete);
        _options.AddTo(this);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args, "text", "text", "json", "jsonl");
            var repairs = args.GetValue(_repair);
            var request = _options.Read(args, "verify") with
            {
                RollsBack = !repairs,
                TakesOverFrom = args.GetValue(_adopt),
                MaxDelete = args.GetValue(_maxDelete) is { } limit
                    ? DeletionLimit.Parse(limit) ?? throw new RunFailedException(RunOutcome.InvalidInput, $"--max-delete: '{Sanitize.ForDisplay(limit, 80)}' is not a number such as 100, or a share such as 25%.")
                    : null,
            };
            var talk = new ConsoleReporter(host, common, args, printsRequests: format == "text" && repairs);
            await using var composition = Composition.Load(args.GetValue(common.Config), input: "", host, talk, enabling: request.Destinations);
            var output = VerifyOutput.For(format, host.Out, host.Width);
            var results = await composition.VerifyAsync(request, talk, (result, findings) =>
                talk.Write((output, result, findings), static told => told.output.Add(told.result, told.findings))).ConfigureAwait(false);

            var code = RunOutcomes.Worst(results.Select(result => result.Outcome));
            output.End(code);
            if (format == "jsonl") foreach (var result in results.Where(result => result.Error is not null)) talk.Warn($"{result.Name}: {Sanitize.ForDisplay(result.Error!, 2_000)}");
            return ExitCodes.Of(code);
        });
    }
}
