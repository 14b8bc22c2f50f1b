using System.CommandLine;
using MispGraphSync.Core.Ports;
using MispGraphSync.Settings;

namespace MispGraphSync.Commands;

/// <summary>
/// Answers a shell that completes a line: <c>misp-graph "[suggest:POSITION]" "LINE"</c>, the line without the program's name.
/// A word a line; nothing where a file's name is due, so that the shell offers files.
/// </summary>
internal static class Suggestions
{
    public static bool IsAsked(IReadOnlyList<string> args) => args.Count > 0 && args[0].StartsWith("[suggest", StringComparison.Ordinal) && args[0].EndsWith(']');

    public static IEnumerable<string> Of(RootCommand root, IReadOnlyList<string> args)
    {
        var line = args.Count > 1 ? args[1] : "";
        var position = args[0].Split(':') is [_, var number] && int.TryParse(number.TrimEnd(']'), out var stated) ? Math.Clamp(stated, 0, line.Length) : line.Length;
        line = line[..position];
        var word = line[(line.LastIndexOf(' ') + 1)..];
        // "--output=js" is completed as "--output js" is.
        var option = word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals ? word[..(equals + 1)] : "";
        if (option.Length > 0) (line, word) = ($"{line[..(position - word.Length)]}{option[..^1]} {word[option.Length..]}", word[option.Length..]);

        var parsed = root.Parse(line, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var words = parsed.GetCompletions(line.Length).Select(one => one.InsertText ?? one.Label)
            .Where(text => text.StartsWith(word, StringComparison.Ordinal) && (text[0] != '-' || text.Length > 2))
            .Distinct()
            .Order(StringComparer.Ordinal);
        return Fitting([.. words], word, parsed.CommandResult.Command).Select(text => option + text);
    }

    // With nothing typed yet, options come last: after verbs and values, and after a file's name or a value that only the user knows.
    private static IEnumerable<string> Fitting(List<string> words, string word, Command command)
    {
        if (word.Length > 0 || words.TrueForAll(text => text[0] != '-')) return words;
        var others = words.FindAll(text => text[0] != '-');
        return others.Count > 0 || command.Arguments.Count > 0 ? others : words;
    }

    /// <summary>Teaches the options what they take.</summary>
    public static void AddCompletions(RootCommand root, CommonOptions common, ToolHost host)
    {
        common.Output.CompletionSources.Add(context => OutputFormats.Of(context.ParseResult.CommandResult.Command.Name));
        foreach (var option in root.Subcommands.SelectMany(verb => verb.Options).Where(option => option.Name == "--destination"))
            option.CompletionSources.Add(context => DestinationNames(context.ParseResult.GetValue(common.Config), host));
    }

    // Whoever completes a line wants no sermon on the settings.
    private static IEnumerable<string> DestinationNames(string? config, ToolHost host)
    {
        try
        {
            var options = new ReaderOptions { WorkingDirectory = host.WorkingDirectory, NeedsMisp = false };
            return [.. SettingsReader.Read(config, host.Environment, options).Settings.Destinations.Select(one => one.Name)];
        }
        catch (RunFailedException)
        {
            return [];
        }
    }
}
