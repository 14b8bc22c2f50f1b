using System.CommandLine;
using MispGraphSync.Text;

namespace MispGraphSync.Commands;

/// <summary>What is wrong with a command line, in sentences; a word that is none with the one that was probably meant.</summary>
internal static class ParseErrors
{
    public static IEnumerable<string> Of(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        // The library says both that a verb is missing and that what stands there is none.
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var first, ..] && !first.StartsWith('-')) return [NoVerb(command, first)];
        var unknown = parsed.UnmatchedTokens.Where(word => word.StartsWith('-')).ToList();
        return parsed.Errors.Select(error => unknown.Find(word => error.Message.Contains($"'{word}'", StringComparison.Ordinal)) is { } option
            ? NoOption(command, option)
            : Sanitize.ForDisplay(string.Join(' ', error.Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
    }

    private static string NoVerb(Command command, string word)
    {
        var near = DidYouMean.Nearest(word, command.Subcommands.Select(verb => verb.Name));
        return $"there is no command '{Verb(command, word)}'{Meant(near is null ? null : Verb(command, near))}";
    }

    private static string NoOption(Command command, string word)
    {
        var names = command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent => parent.Options)).Select(option => option.Name).ToList();
        var near = names.Find(name => word.Length > 3 && name.StartsWith(word, StringComparison.Ordinal)) ?? DidYouMean.Nearest(word, names);
        return $"there is no option '{Sanitize.ForDisplay(word, 80)}'{(HelpText.VerbOf(command) is { Length: > 0 } verb ? $" of '{verb}'" : "")}{Meant(near)}";
    }

    private static string Meant(string? near) => near is null ? "" : $"; did you mean '{near}'?";

    private static string Verb(Command command, string word) => $"{HelpText.VerbOf(command)} {Sanitize.ForDisplay(word, 80)}".TrimStart();
}
