using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Core.Ports;
using MispGraphSync.Output;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph purge</c>: removes all that this installation put at the destinations.</summary>
internal sealed class PurgeCommand : Command
{
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };
    private readonly Option<bool> _dryRun = new("--dry-run", "-n") { Description = "Say what would be removed, and send nothing." };
    private readonly MaintenanceOptions _options = new();

    public PurgeCommand(CommonOptions common, ToolHost host)
        : base("purge", "Removes all that this installation put at the destinations. A later push creates it again.")
    {
        Add(_yes);
        Add(_dryRun);
        _options.AddTo(this);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args, "text", "text", "json");
            var isDryRun = args.GetValue(_dryRun);
            var asks = !isDryRun && !args.GetValue(_yes);
            if (asks && (!host.IsInteractive || args.GetValue(common.NoInput)))
                throw new RunFailedException(RunOutcome.InvalidInput, "`purge` asks before it removes anything, and nothing may be asked here.", "Look at 'misp-graph purge --dry-run', then add --yes.");

            var request = _options.Read(args, "purge") with { RollsBack = isDryRun, SendsNothing = isDryRun };
            var talk = new ConsoleReporter(host, common, args, printsRequests: format == "text");
            await using var composition = Composition.Load(args.GetValue(common.Config), input: "", host, talk, enabling: request.Destinations);
            var declined = new List<string>();
            var report = await composition.PurgeAsync(request, talk, async (destination, count) =>
            {
                if (!asks || await AskAsync(host, PurgeText.Question(destination, count)).ConfigureAwait(false)) return true;
                declined.Add(destination.Name);
                return false;
            }).ConfigureAwait(false);

            await host.Out.WriteLineAsync(format == "json" ? RunJson.Text(report) : WrappedText.Wrap(PurgeText.Of(report, declined, isDryRun), host.Width)).ConfigureAwait(false);
            return ExitCodes.Of(report.Outcome);
        });
    }

    // No answer at all, as at the end of the input, is a no.
    private static async Task<bool> AskAsync(ToolHost host, string question)
    {
        await host.Error.WriteAsync($"{question} [y/N] ").ConfigureAwait(false);
        var answer = await Task.Run(host.In.ReadLine).WaitAsync(host.Interrupt).ConfigureAwait(false);
        return answer?.Trim().ToLowerInvariant() is "y" or "yes";
    }
}
