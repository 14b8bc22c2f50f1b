using System.CommandLine;
using MispGraphSync.App;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary><c>misp-graph read</c>: what is at a destination, as the service tells it.</summary>
internal sealed class ReadCommand : Command
{
    private const int ProgressEvery = 100;

    private readonly Option<string?> _destination = new("--destination") { Description = "Which destination; needed when several are enabled.", HelpName = "NAME" };

    public ReadCommand(CommonOptions common, ToolHost host)
        : base("read", "Lists the indicators at a destination, to the last page.")
    {
        Add(_destination);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args, "table", "table", "json", "jsonl", "csv");
            var talk = new ConsoleReporter(host, common, args, printsRequests: false);
            await using var composition = Composition.Load(args.GetValue(common.Config), input: "", host, talk);
            await using var destination = composition.DestinationToRead(args.GetValue(_destination));
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(host.Interrupt, host.Abort);

            await destination.PrepareAsync(stop.Token).ConfigureAwait(false);
            var listing = ReadOutput.For(format, host.Out, destination.Info.Name, host.Width);
            // What is written as it comes shows by itself how far it is.
            if (format == "table" || !host.IsOutTerminal) talk.Begin(source: null, []);
            try
            {
                var listed = 0L;
                await foreach (var indicator in destination.ReadAsync(stop.Token).ConfigureAwait(false))
                {
                    listing.Add(indicator);
                    if (++listed % ProgressEvery == 0) talk.Listed(destination.Info, listed);
                }
            }
            finally
            {
                talk.End();
            }

            listing.End();
            return 0;
        });
    }
}
