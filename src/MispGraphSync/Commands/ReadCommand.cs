using System.CommandLine;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary>Which destination to list, what of it, and where to.</summary>
/// <param name="Destination">Null: the only one that is enabled.</param>
/// <param name="Count">Which indicators are written.</param>
/// <param name="OutputFor">Given the destination's name.</param>
internal sealed record ReadRequest(
    CommonArguments Common, string? Destination, ReadCount Count, Func<string, IItemOutput<RemoteIndicator>> OutputFor);

/// <summary><c>misp-graph read</c>: what is at a destination, as the service returns it.</summary>
internal sealed class ReadCommand : Command
{
    private readonly Option<string?> _destination = NewOption.Of<string?>(
        "--destination", "NAME", "Which destination; needed when several are enabled.");

    private readonly Option<string?> _type = NewOption.Of<string?>(
        "--type", "TYPE", "Only indicators of this type, such as domain, ip, url, sha256 or filename|md5.");

    private readonly Option<long?> _limit = NewOption.Number("--limit", "End after this many indicators. Default: all of them.");

    public ReadCommand(CommonOptions common, ToolHost host, Func<ReadRequest, Task> readAsync)
        : base("read", "Lists the indicators at a destination, as they come, to the last page.")
    {
        // The Python sample's option to list what was pushed.
        Aliases.Add("-r");
        Add(_destination);
        Add(_type);
        Add(_limit);
        SetAction(async (args, _) =>
        {
            var format = common.Format(args);
            await readAsync(new ReadRequest(
                common.Read(args),
                args.GetValue(_destination),
                new ReadCount(args.GetValue(_type), args.GetValue(_limit)),
                name => ReadOutput.For(format, host.Out, name, host.Width))).ConfigureAwait(false);
            return 0;
        });
    }
}
