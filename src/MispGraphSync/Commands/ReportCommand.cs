using System.CommandLine;
using MispGraphSync.Output.Report;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph report</c>: the state as one HTML page, from the ledger alone; also during a run.</summary>
internal sealed class ReportCommand : Command
{
    private const string DefaultName = "misp-graph-report.html";

    private readonly Option<string> _to = NewOption.Of<string>(
        "--to", "FILE", $"The file to write. It replaces an older report, but no other file. Default: {DefaultName}.");

    public ReportCommand(CommonOptions common, ToolHost host, Func<CommonArguments, Task<ReportData>> gatherAsync)
        : base("report", "Writes the state as one HTML page to read or to mail. Needs no network.")
    {
        _to.DefaultValueFactory = _ => DefaultName;
        Add(_to);
        SetAction(async (args, _) =>
        {
            common.Format(args, ["text"]);
            var to = args.GetValue(_to)!;
            if (string.IsNullOrWhiteSpace(to)) throw new RunFailedException(RunOutcome.InvalidInput, "--to needs a file name.");
            var data = await gatherAsync(common.Read(args)).ConfigureAwait(false);
            var path = Path.GetFullPath(to, host.WorkingDirectory);
            ReportPage.Save(path, data);

            await host.Out.WriteLineAsync($"Wrote {Sanitize.ForDisplay(path, 4_000)}").ConfigureAwait(false);
            return 0;
        });
    }
}
