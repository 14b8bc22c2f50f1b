using System.CommandLine;

namespace MispGraphSync.Commands;

/// <summary>What the options of every verb say of a run.</summary>
/// <param name="Config">The settings file; null: the default places.</param>
/// <param name="IsVerbose">Print a line for each request, also on a terminal.</param>
/// <param name="IsVeryVerbose">Print bodies and log every item as well.</param>
internal sealed record CommonArguments(string? Config, bool IsQuiet, bool IsVerbose, bool IsVeryVerbose);

/// <summary>The options that every verb takes.</summary>
internal sealed class CommonOptions
{
    private readonly Option<bool> _json = NewOption.Flag("--json", "The same as --output json.");
    private readonly Option<bool> _quiet = NewOption.Flag("--quiet", "Only errors and the result.", "-q");
    private readonly Option<bool> _verbose = NewOption.Flag(
        "--verbose", "On a terminal, also print a line for each request, not only for failed ones.", "-v");
    private readonly Option<bool> _veryVerbose = NewOption.Flag("-vv", "Print each request with its bodies, and log every item.");
    private readonly Option<bool> _noColor = NewOption.Flag("--no-color", "No colours. NO_COLOR does the same.");
    private readonly Option<bool> _noInput = NewOption.Flag("--no-input", "Never ask; fail instead.");

    public Option<string?> Config { get; } = NewOption.Of<string?>(
        "--config", "FILE", "The settings file. Default: config.json here, then in the user's config folder.");

    public Option<string?> Output { get; } = NewOption.Of<string?>(
        "--output", "FORMAT", "How the result is written: text, json, jsonl, table or csv, as the verb allows.");

    public void AddTo(RootCommand root)
    {
        foreach (var option in (Option[])[Config, Output, _json, _quiet, _verbose, _veryVerbose, _noColor, _noInput])
        {
            option.Recursive = true;
            root.Add(option);
        }
    }

    public CommonArguments Read(ParseResult args) => new(
        args.GetValue(Config), args.GetValue(_quiet), args.GetValue(_verbose) || args.GetValue(_veryVerbose), args.GetValue(_veryVerbose));

    /// <summary>The format asked for, or the verb's first.</summary>
    /// <exception cref="RunFailedException">The verb does not write that format.</exception>
    public string Format(ParseResult args) => Format(args, OutputFormats.Of(args.CommandResult.Command.Name));

    public string Format(ParseResult args, IReadOnlyList<string> allowed)
    {
        var format = args.GetValue(_json) ? "json" : args.GetValue(Output) ?? allowed[0];
        if (allowed.Contains(format, StringComparer.Ordinal)) return format;
        throw new RunFailedException(
            RunOutcome.InvalidInput, $"'{args.CommandResult.Command.Name}' cannot write '{format}'.",
                $"Use one of: {string.Join(", ", allowed)}.");
    }

    /// <summary>Whether the verb may ask questions.</summary>
    public bool MayAsk(ParseResult args, ToolHost host) => host.IsInteractive && !args.GetValue(_noInput);

    /// <summary>A page of stdout's width, in colours where they are welcome.</summary>
    public WrappedText NewPage(ParseResult args, ToolHost host) => new(host.Width, StyleFor(args, host));

    public AnsiStyle StyleFor(ParseResult args, ToolHost host) =>
        host.HasColor && !args.GetValue(_noColor) ? AnsiStyle.Ansi : AnsiStyle.None;

    /// <summary>What a recommended command needs as well, after a blank: the settings file, if one was named.</summary>
    public string ConfigOption(ParseResult args) => args.GetValue(Config) switch
    {
        null => "",
        var file when file.Contains(' ', StringComparison.Ordinal) => $" --config \"{Sanitize.ForDisplay(file)}\"",
        var file => $" --config {Sanitize.ForDisplay(file)}",
    };
}
