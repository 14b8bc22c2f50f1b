using System.CommandLine;
using System.CommandLine.Invocation;
using MispGraphSync.Output;

namespace MispGraphSync.Commands;

/// <summary>The help of one verb: what it does, its own options first, those of every verb below, and examples.</summary>
internal sealed class HelpText
{
    public const string Program = "misp-graph";

    /// <summary>Wider columns leave too little for the words.</summary>
    private const int MaxNameWidth = 28;

    private readonly Command _command;
    private readonly string _verb;
    private readonly WrappedText _page;

    private HelpText(Command command, WrappedText page)
    {
        _command = command;
        _verb = VerbOf(command);
        _page = page;
    }

    public static string Of(Command command, WrappedText page)
    {
        var help = new HelpText(command, page);
        page.Line(command.Description ?? "", hang: 0);
        page.Blank();
        page.Line($"Usage: {help.Usage()}");
        help.Rows("Arguments", command.Arguments.Select(one => (one.Name, one.Description ?? "")));
        help.Rows("Commands", command.Subcommands.Where(one => !one.Hidden)
            .Select(one => (string.Join(", ", one.Aliases.Prepend(one.Name)), one.Description ?? "")));
        help.Rows("Options", help.Own().Select(help.Row));
        help.Rows(command is RootCommand ? "Options of every command" : "Also, as with every command", help.Common().Select(help.Row));
        help.Examples();
        if (command is not RootCommand) return page.ToString();
        page.Line($"See '{Program} COMMAND --help'.", hang: 0);
        page.Blank();
        page.Line($"Exit codes: {string.Join(", ", ExitCodes.All.Select(one => $"{one.Code} {one.Meaning}"))}.", hang: 2);
        return page.ToString();
    }

    /// <summary>The words after the program's name: <c>config init</c>; empty for the program itself.</summary>
    public static string VerbOf(Command command)
    {
        if (command is RootCommand) return "";
        var above = command.Parents.OfType<Command>().Where(parent => parent is not RootCommand).Select(parent => parent.Name);
        return string.Join(' ', above.Append(command.Name));
    }

    private string Usage()
    {
        var words = new List<string> { Program };
        if (_verb.Length > 0) words.Add(_verb);
        if (_command.Subcommands.Count > 0) words.Add("COMMAND");
        words.AddRange(_command.Arguments.Select(argument => argument.Name));
        words.Add("[options]");
        return string.Join(' ', words);
    }

    private IEnumerable<Option> Own() => _command is RootCommand
        ? _command.Options.Where(option => !option.Hidden && option is VersionOption)
        : _command.Options.Where(option => !option.Hidden);

    private IEnumerable<Option> Common() => Root(_command).Options.Where(option =>
        !option.Hidden && option is not VersionOption && (_command is RootCommand || IsOfUse(option)));

    // A verb that writes its result in one way needs no choice.
    private bool IsOfUse(Option option) =>
        option.Name is not ("--output" or "--json") || OutputFormats.Of(_command.Name).Count > 0 || _command.Subcommands.Count > 0;

    private (string Name, string Text) Row(Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name)
            .Where(name => name[0] == '-' && name != "-?")
            .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal));
        if (option.HelpName is { } value) names += " " + value;
        var text = option.Name == "--output" && OutputFormats.Of(_command.Name) is { Count: > 0 } formats
            ? $"How the result is written: {string.Join(", ", formats)}. Default: {formats[0]}."
            : option.Description ?? "";
        return (names, text);
    }

    private void Rows(string heading, IEnumerable<(string Name, string Text)> entries)
    {
        var rows = entries.ToList();
        if (rows.Count == 0) return;
        var width = Math.Min(MaxNameWidth, rows.Max(row => row.Name.Length));
        _page.Blank();
        _page.Line($"{heading}:", _page.Style.Bold);
        foreach (var (name, text) in rows) _page.Line($"  {name.PadRight(width)}  {text}");
    }

    private void Examples()
    {
        var examples = HelpExample.Of(_verb);
        if (examples.Count == 0) return;
        _page.Blank();
        _page.Line(examples.Count == 1 ? "Example:" : "Examples:", _page.Style.Bold);
        foreach (var example in examples)
        {
            _page.Line($"  {Program} {example.Command}");
            _page.Line($"      {example.Purpose}");
        }

        _page.Blank();
    }

    private static Command Root(Command command)
    {
        while (command.Parents.OfType<Command>().FirstOrDefault() is { } parent) command = parent;
        return command;
    }
}

/// <summary>Answers <c>--help</c>, whatever else is on the line.</summary>
internal sealed class HelpAction(ToolHost host, CommonOptions common) : SynchronousCommandLineAction
{
    /// <summary>Longer lines are hard to read.</summary>
    private const int MaxWidth = 120;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var page = new WrappedText(Math.Min(host.Width, MaxWidth), common.StyleFor(parseResult, host));
        host.Out.WriteLine(HelpText.Of(parseResult.CommandResult.Command, page));
        return 0;
    }
}
