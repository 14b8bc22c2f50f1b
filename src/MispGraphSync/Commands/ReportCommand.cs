using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output.Report;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph report</c>: how things stand as one HTML page, from the ledger alone; also while a run is at work.</summary>
internal sealed class ReportCommand : Command
{
    private readonly Option<string> _to = new("--to") { Description = "The file to write; an older report there is replaced, nothing else is.", HelpName = "FILE", DefaultValueFactory = _ => "misp-graph-report.html" };

    public ReportCommand(CommonOptions common, ToolHost host)
        : base("report", "Writes how things stand as one HTML page to look at or to send on. Needs no network.")
    {
        Add(_to);
        SetAction(async (args, _) =>
        {
            common.Format(args, "text", "text");
            var to = args.GetValue(_to)!;
            if (string.IsNullOrWhiteSpace(to)) throw new RunFailedException(RunOutcome.InvalidInput, "--to: there is no name of a file.");
            await using var composition = Composition.Load(args.GetValue(common.Config), input: "", host, new ConsoleReporter(host, common, args, printsRequests: false));
            // Before the ledger: the other way round, a run that ends in between would be told as killed.
            var owner = RunLock.OwnerOf(composition.Settings.Ledger);
            using var ledger = composition.OpenLedgerToRead();
            var facts = composition.GatherPage(ledger, owner);
            var path = Path.GetFullPath(to, host.WorkingDirectory);
            ReportPage.Save(path, facts);

            await host.Out.WriteLineAsync($"Wrote {Sanitize.ForDisplay(path, 4_000)}").ConfigureAwait(false);
            return 0;
        });
    }
}
