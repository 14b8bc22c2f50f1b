using System.CommandLine;
using System.CommandLine.Invocation;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary>Answers <c>--help</c>.</summary>
internal sealed class HelpAction(ToolHost host, CommonOptions common) : SynchronousCommandLineAction
{
    /// <summary>Longer lines are hard to read.</summary>
    private const int Widest = 120;

    // What else stands on the line is of no matter.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var ink = common.InkOf(parseResult, host);
        host.Out.WriteLine(HelpText.Of(parseResult.CommandResult.Command, new WrappedText(Math.Min(host.Width, Widest), ink)));
        return 0;
    }
}
