using System.CommandLine;
using System.CommandLine.Parsing;

namespace MispGraphSync.Commands;

/// <summary>What is wrong with a command line, in sentences; an unknown word with the one that was probably meant.</summary>
internal static class ParseErrors
{
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        // The word after an unknown option is its value, as far as the user knows.
        var options = parsed.UnmatchedTokens.Where(word => word.StartsWith('-')).ToList();
        if (options.Count > 0) return options.Select(word => UnknownOption(command, word));
        if (parsed.UnmatchedTokens is [var first, ..])
            return [command.Subcommands.Count > 0 ? UnknownVerb(command, first)
                : $"'{HelpText.VerbOf(command)}' takes no argument '{Sanitize.ForDisplay(first, 80)}'."];
        // That a verb is missing is a consequence of an option that took it for its value.
        var errors = parsed.Errors.Where(error => error.SymbolResult is not CommandResult).DefaultIfEmpty(parsed.Errors[0]);
        return errors.Select(error => Sentence(command, error)).Distinct();
    }

    /// <summary>True for a command that needs a verb below it, and nothing else.</summary>
    public static bool IsOnlyWithoutVerb(ParseResult parsed) => parsed.UnmatchedTokens.Count == 0
        && parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.Errors.All(error => error.SymbolResult is CommandResult);

    private static string Sentence(Command command, ParseError error)
    {
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        if (option is { Tokens.Count: 0 }) return $"{option.Option.Name} needs a value: {option.Option.HelpName}.";
        if (option is { IdentifierTokenCount: > 1 }) return $"{option.Option.Name} is given more than once.";
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0 } argument)
            return $"'{HelpText.VerbOf(command)}' needs {argument.Argument.Name}.";
        return Sanitize.ForDisplay(string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    private static string UnknownVerb(Command command, string word)
    {
        var near = DidYouMean.Nearest(word, command.Subcommands.Select(verb => verb.Name)) is { } meant ? Verb(command, meant)
            : command.Subcommands.SelectMany(verb => verb.Subcommands).FirstOrDefault(verb => verb.Name == word) is { } below
                ? HelpText.VerbOf(below) : null;
        return $"There is no command '{Verb(command, word)}'.{Meant(near)}";
    }

    private static string UnknownOption(Command command, string word)
    {
        var options = command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options));
        var names = options.Select(option => option.Name).ToList();
        var near = names.Find(name => word.Length > 3 && name.StartsWith(word, StringComparison.Ordinal))
            ?? DidYouMean.Nearest(word, names);
        var of = HelpText.VerbOf(command) is { Length: > 0 } verb ? $" of '{verb}'" : "";
        return $"There is no option '{Sanitize.ForDisplay(word, 80)}'{of}.{Meant(near)}";
    }

    private static string Meant(string? near) => near is null ? "" : $" Did you mean '{near}'?";

    private static string Verb(Command command, string word) => $"{HelpText.VerbOf(command)} {Sanitize.ForDisplay(word, 80)}".TrimStart();
}
