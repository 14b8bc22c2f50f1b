using System.CommandLine;
using MispGraphSync.Destinations;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Settings;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph errors</c>: what was rejected, why, and what to do; with <c>--retry</c> it is sent again.</summary>
internal sealed class ErrorsCommand : Command
{
    private readonly Option<bool> _retry = NewOption.Flag("--retry", "Send the rejected indicators again now, without reading MISP.");
    private readonly Option<string?> _destination = NewOption.Of<string?>("--destination", "NAME", "Only this destination.");
    private readonly Option<long?> _run = NewOption.Number("--run", "Only indicators that this run was the last to send.");
    private readonly CommonOptions _common;
    private readonly ToolHost _host;
    private readonly DestinationKinds _kinds;

    public ErrorsCommand(
        CommonOptions common, ToolHost host, DestinationKinds kinds, Func<CommonArguments, AppSettings> readSettings,
        Func<AppSettings, LedgerFile> openLedger, Func<RunRequest, Task<FinishedRun>> runAsync)
        : base("errors", "Lists what the destinations rejected, with reasons and remedies.")
    {
        _common = common;
        _host = host;
        _kinds = kinds;
        Add(_retry);
        Add(_destination);
        Add(_run);
        SetAction((args, _) => args.GetValue(_retry) ? RetryAsync(args, runAsync) : Task.FromResult(List(args, readSettings, openLedger)));
    }

    private int List(ParseResult args, Func<CommonArguments, AppSettings> readSettings, Func<AppSettings, LedgerFile> openLedger)
    {
        var format = _common.Format(args);
        var settings = readSettings(_common.Read(args));
        using var ledger = openLedger(settings);
        var destination = args.GetValue(_destination);
        if (destination is not null && DestinationRow.All(ledger).All(row => row.Info.Name != destination))
            settings.CheckNames([destination]);

        var output = ErrorsOutput.For(format, _host.Out, _host.Width, args.GetValue(_run));
        foreach (var rejection in new Rejections(ledger).List(args.GetValue(_run), destination))
            output.Add(RejectedItem.Of(rejection, settings.Logs.Directory, _kinds));
        output.End();
        return 0;
    }

    private async Task<int> RetryAsync(ParseResult args, Func<RunRequest, Task<FinishedRun>> runAsync)
    {
        if (args.GetValue(_run) is not null)
        {
            throw new RunFailedException(
                RunOutcome.InvalidInput, "--retry sends all rejected indicators again, of all runs.", "Remove --run, or list with it.");
        }

        var format = _common.Format(args, ["text", "json"]);
        var (report, rejections) = await runAsync(new RunRequest(RunVerb.Retry, _common.Read(args))
        {
            Destinations = args.GetValue(_destination) is { } name ? [name] : [],
            PrintsRequests = format == "text",
        }).ConfigureAwait(false);

        await _host.Out.WriteLineAsync(format == "json"
            ? RunJson.Text(report)
            : RunText.Of(report, rejections, isDryRun: false, _common.NewPage(args, _host), _common.ConfigOption(args)))
                .ConfigureAwait(false);
        return ExitCodes.Of(report.Outcome);
    }
}
