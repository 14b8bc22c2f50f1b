using System.CommandLine;

namespace MispGraphSync.Commands;

/// <summary>What is wrong with a command line, in sentences; an unknown word with the one that was probably meant.</summary>
internal static class ParseErrors
{
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        // The library reports twice: that a verb is missing, and that the word is no verb.
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var first, ..] && !first.StartsWith('-'))
            return [UnknownVerb(command, first)];
        var unknown = parsed.UnmatchedTokens.Where(word => word.StartsWith('-')).ToList();
        return parsed.Errors.Select(error => unknown.Find(word => error.Message.Contains($"'{word}'", StringComparison.Ordinal)) is { } word
            ? UnknownOption(command, word)
            : Sanitize.ForDisplay(string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
    }

    private static string UnknownVerb(Command command, string word)
    {
        var near = DidYouMean.Nearest(word, command.Subcommands.Select(verb => verb.Name));
        return $"there is no command '{Verb(command, word)}'{Meant(near is null ? null : Verb(command, near))}";
    }

    private static string UnknownOption(Command command, string word)
    {
        var options = command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options));
        var names = options.Select(option => option.Name).ToList();
        var near = names.Find(name => word.Length > 3 && name.StartsWith(word, StringComparison.Ordinal))
            ?? DidYouMean.Nearest(word, names);
        var of = HelpText.VerbOf(command) is { Length: > 0 } verb ? $" of '{verb}'" : "";
        return $"there is no option '{Sanitize.ForDisplay(word, 80)}'{of}{Meant(near)}";
    }

    private static string Meant(string? near) => near is null ? "" : $"; did you mean '{near}'?";

    private static string Verb(Command command, string word) => $"{HelpText.VerbOf(command)} {Sanitize.ForDisplay(word, 80)}".TrimStart();
}
