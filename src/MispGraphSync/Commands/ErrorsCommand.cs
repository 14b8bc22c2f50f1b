using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph errors</c>: what was turned down, why, and what to do; with <c>--retry</c> it is sent again.</summary>
internal sealed class ErrorsCommand : Command
{
    private readonly Option<bool> _retry = new("--retry") { Description = "Send just those again, now. MISP is not read." };
    private readonly Option<string?> _destination = new("--destination") { Description = "Only this destination's.", HelpName = "NAME" };
    private readonly Option<long?> _run = new("--run") { Description = "Only what this run was the last to send.", HelpName = "N" };
    private readonly CommonOptions _common;
    private readonly ToolHost _host;

    public ErrorsCommand(CommonOptions common, ToolHost host)
        : base("errors", "Lists what the destinations turned down, with reasons and remedies.")
    {
        _common = common;
        _host = host;
        Add(_retry);
        Add(_destination);
        Add(_run);
        SetAction((args, _) => args.GetValue(_retry) ? RetryAsync(args) : ListAsync(args));
    }

    private async Task<int> ListAsync(ParseResult args)
    {
        var format = _common.Format(args, "text", "text", "json", "jsonl", "csv");
        await using var composition = Composition.Load(args.GetValue(_common.Config), input: "", _host, new ConsoleReporter(_host, _common, args, printsRequests: false));
        using var ledger = composition.OpenLedgerToRead();
        var destination = args.GetValue(_destination);
        if (destination is not null) composition.CheckDestination(destination, ledger);

        var listing = ErrorsOutput.For(format, _host.Out, _host.Width, args.GetValue(_run));
        foreach (var rejection in new Rejections(ledger).List(args.GetValue(_run), destination)) listing.Add(RejectedItem.Of(rejection, composition.Settings.Logs.Directory, Composition.Kinds));
        listing.End();
        return 0;
    }

    private async Task<int> RetryAsync(ParseResult args)
    {
        if (args.GetValue(_run) is not null) throw new RunFailedException(RunOutcome.InvalidInput, "--retry sends again whatever is turned down, of all runs.", "Leave --run away, or list with it.");
        var format = _common.Format(args, "text", "text", "json");
        var request = new RunRequest { Command = "errors --retry", Destinations = args.GetValue(_destination) is { } name ? [name] : [] };
        var talk = new ConsoleReporter(_host, _common, args, printsRequests: format == "text");
        await using var composition = Composition.Load(args.GetValue(_common.Config), input: "", _host, talk);
        var report = await composition.RetryAsync(request, talk).ConfigureAwait(false);

        await _host.Out.WriteLineAsync(format == "json"
            ? RunJson.Text(report)
            : RunText.Of(report, composition.FailuresOf(report, isDryRun: false), isDryRun: false, _common.NewPage(args, _host), _common.ConfigOption(args))).ConfigureAwait(false);
        return ExitCodes.Of(report.Outcome);
    }
}
