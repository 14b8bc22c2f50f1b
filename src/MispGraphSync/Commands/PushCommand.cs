using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph push</c>: the whole flow.</summary>
internal sealed class PushCommand : Command
{
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Read and plan, and send nothing." };
    private readonly RunOptions _options = new();

    public PushCommand(CommonOptions common, ToolHost host)
        : base("push", "Brings the destinations in step with MISP.")
    {
        Add(_dryRun);
        _options.AddTo(this);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args, "text", "text", "json");
            var request = _options.Read(args) with { IsDryRun = args.GetValue(_dryRun) };
            var talk = new ConsoleReporter(host, common, args, printsRequests: format == "text");
            await using var composition = Composition.Load(args.GetValue(common.Config), request.Input, host, talk);
            var report = await composition.RunAsync(request, talk, onStep: null).ConfigureAwait(false);

            await host.Out.WriteLineAsync(format == "json"
                ? RunJson.Text(report)
                : RunText.Of(report, composition.FailuresOf(report, request.IsDryRun), request.IsDryRun, common.NewPage(args, host), common.ConfigOption(args))).ConfigureAwait(false);
            return ExitCodes.Of(report.Outcome);
        });
    }
}
