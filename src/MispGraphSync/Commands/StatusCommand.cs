using System.CommandLine;
using System.Text.Json;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph status</c>: the state, from the ledger alone; also during a run.</summary>
internal sealed class StatusCommand : Command
{
    private const int RunsToShow = 10;
    private readonly Option<long?> _runs = NewOption.Number("--runs", $"How many of the last runs to show. Default: {RunsToShow}.");

    /// <param name="gather">Given how many runs to show.</param>
    public StatusCommand(CommonOptions common, ToolHost host, Func<CommonArguments, int, StatusReport> gather)
        : base("status", "Shows the last runs, what each destination holds, and what expires next. Needs no network.")
    {
        Add(_runs);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args);
            var report = gather(common.Read(args), (int)Math.Min(args.GetValue(_runs) ?? RunsToShow, int.MaxValue));

            await host.Out.WriteLineAsync(format == "json"
                ? JsonSerializer.Serialize(report, OutputJson.Default.StatusReport)
                : WrappedText.Wrap(StatusText.Of(report), host.Width)).ConfigureAwait(false);
            return 0;
        });
    }
}
