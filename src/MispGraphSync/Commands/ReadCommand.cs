using System.CommandLine;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary>Which destination to list, and where to.</summary>
/// <param name="Destination">Null: the only one that is enabled.</param>
/// <param name="ShowsProgress">What is written as it comes shows how far the listing is.</param>
/// <param name="OutputFor">Given the destination's name.</param>
internal sealed record ReadRequest(
    CommonArguments Common, string? Destination, bool ShowsProgress, Func<string, IItemOutput<RemoteIndicator>> OutputFor);

/// <summary><c>misp-graph read</c>: what is at a destination, as the service returns it.</summary>
internal sealed class ReadCommand : Command
{
    private readonly Option<string?> _destination = NewOption.Of<string?>(
        "--destination", "NAME", "Which destination; needed when several are enabled.");

    public ReadCommand(CommonOptions common, ToolHost host, Func<ReadRequest, Task> readAsync)
        : base("read", "Lists the indicators at a destination, to the last page.")
    {
        Add(_destination);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args);
            await readAsync(new ReadRequest(
                common.Read(args),
                args.GetValue(_destination),
                ShowsProgress: format == "table" || !host.IsOutTerminal,
                name => ReadOutput.For(format, host.Out, name, host.Width))).ConfigureAwait(false);
            return 0;
        });
    }
}
