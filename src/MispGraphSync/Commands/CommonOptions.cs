using System.CommandLine;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary>The options that every verb takes.</summary>
internal sealed class CommonOptions
{
    public Option<string?> Config { get; } = new("--config") { Description = "The settings file. Default: config.json here, then in the user's config folder.", Recursive = true, HelpName = "FILE" };

    public Option<string?> Output { get; } = new("--output") { Description = "How the result is written: text, json, jsonl, table or csv, as the verb allows.", Recursive = true, HelpName = "FORMAT" };

    public Option<bool> Json { get; } = new("--json") { Description = "The same as --output json.", Recursive = true };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Only errors and the result.", Recursive = true };

    public Option<bool> Verbose { get; } = new("--verbose", "-v") { Description = "Also print request and response bodies.", Recursive = true };

    public Option<bool> VeryVerbose { get; } = new("-vv") { Description = "As -v, and log every item.", Recursive = true };

    public Option<bool> NoColor { get; } = new("--no-color") { Description = "No colours. NO_COLOR does the same.", Recursive = true };

    public Option<bool> NoInput { get; } = new("--no-input") { Description = "Never ask; fail instead.", Recursive = true };

    public IEnumerable<Option> All => [Config, Output, Json, Quiet, Verbose, VeryVerbose, NoColor, NoInput];

    /// <summary>The format asked for, or the verb's own.</summary>
    /// <exception cref="Core.Ports.RunFailedException">The verb does not write that format.</exception>
    public string Format(ParseResult args, string usual, params string[] allowed)
    {
        var format = args.GetValue(Json) ? "json" : args.GetValue(Output) ?? usual;
        if (allowed.Contains(format, StringComparer.Ordinal)) return format;
        throw new MispGraphSync.Core.Ports.RunFailedException(
            MispGraphSync.Core.Ports.RunOutcome.InvalidInput, $"'{args.CommandResult.Command.Name}' cannot write '{format}'.", $"Use one of: {string.Join(", ", allowed)}.");
    }

    /// <summary>A page of stdout's width, in colours where they are welcome.</summary>
    public WrappedText NewPage(ParseResult args, ToolHost host) =>
        new(host.Width, InkOf(args, host));

    public AnsiStyle InkOf(ParseResult args, ToolHost host) => host.HasColor && !args.GetValue(NoColor) ? AnsiStyle.Ansi : AnsiStyle.None;

    /// <summary>What a command that is recommended needs besides, with the blank before it: the settings file, if one was named.</summary>
    public string ConfigOption(ParseResult args) => args.GetValue(Config) switch
    {
        null => "",
        var file when file.Contains(' ', StringComparison.Ordinal) => $" --config \"{Sanitize.ForDisplay(file)}\"",
        var file => $" --config {Sanitize.ForDisplay(file)}",
    };
}
