using System.CommandLine;
using System.Text.Json;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph status</c>: the state, from the ledger alone; also during a run.</summary>
internal sealed class StatusCommand : Command
{
    private readonly Option<int> _runs = NewOption.Of<int>("--runs", "N", "How many of the last runs to show.");

    /// <param name="gather">Given how many runs to show.</param>
    public StatusCommand(CommonOptions common, ToolHost host, Func<CommonArguments, int, StatusReport> gather)
        : base("status", "Shows the last runs, what each destination holds, and what expires next. Needs no network.")
    {
        _runs.DefaultValueFactory = _ => 10;
        Add(_runs);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args);
            var runs = args.GetValue(_runs);
            if (runs < 0) throw new RunFailedException(RunOutcome.InvalidInput, $"--runs: '{runs}' is not a number of runs.");
            var report = gather(common.Read(args), runs);

            await host.Out.WriteLineAsync(format == "json"
                ? JsonSerializer.Serialize(report, OutputJson.Default.StatusReport)
                : WrappedText.Wrap(StatusText.Of(report), host.Width)).ConfigureAwait(false);
            return 0;
        });
    }
}
