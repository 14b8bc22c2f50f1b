using System.Text.Json;
using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Core.Ports;
using MispGraphSync.Ledger;
using MispGraphSync.Output;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph status</c>: how things stand, from the ledger alone; also while a run is at work.</summary>
internal sealed class StatusCommand : Command
{
    private readonly Option<int> _runs = new("--runs") { Description = "How many of the last runs to show.", HelpName = "N", DefaultValueFactory = _ => 10 };

    public StatusCommand(CommonOptions common, ToolHost host)
        : base("status", "Shows the last runs, what each destination holds, and what comes up. Needs no network.")
    {
        Add(_runs);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args, "text", "text", "json");
            var runs = args.GetValue(_runs);
            if (runs < 0) throw new RunFailedException(RunOutcome.InvalidInput, $"--runs: '{runs}' is not a number of runs.");
            await using var composition = Composition.Load(args.GetValue(common.Config), input: "", host, new ConsoleReporter(host, common, args, printsRequests: false));
            // Before the ledger: the other way round, a run that ends in between would be told as killed.
            var owner = RunLock.OwnerOf(composition.Settings.Ledger);
            using var ledger = composition.OpenLedgerToRead();
            var report = StatusReport.Gather(ledger, composition.Settings, owner, runs, host.Time.GetUtcNow());

            await host.Out.WriteLineAsync(format == "json" ? JsonSerializer.Serialize(report, OutputJson.Default.StatusReport) : WrappedText.Wrap(StatusText.Of(report), host.Width)).ConfigureAwait(false);
            return 0;
        });
    }
}
